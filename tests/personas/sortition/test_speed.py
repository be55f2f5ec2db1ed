import time
from collections import Counter

import numpy as np
import pytest

from minipublic.personas.persona import Persona
from minipublic.personas.sortition import fair_lottery

LABELS = (2, 4, 5, 3, 4, 6)


def volunteers(n, seed, skew=0.7):
    """People who came forward, and the shares of the people they came from: some labels come far more often than others."""
    random = np.random.default_rng(seed)
    columns, quotas = [], {}
    for k, labels in enumerate(LABELS):
        shares = random.dirichlet(np.full(labels, 8.0))
        came = shares * np.exp(skew * random.normal(size=labels))
        columns.append(random.choice(labels, size=n, p=came / came.sum()))
        quotas[f"a{k}"] = {str(label): float(share) for label, share in enumerate(shares)}
    rows = zip(*columns, strict=True)
    return [Persona(f"p{i}", {f"a{k}": str(x) for k, x in enumerate(row)}) for i, row in enumerate(rows)], quotas


@pytest.mark.slow
def test_five_hundred_people_and_six_attributes_take_seconds():
    people, quotas = volunteers(500, 3)
    start = time.process_time()
    lottery = fair_lottery(people, quotas, 50)
    assert time.process_time() - start < 30
    assert lottery.smallest == pytest.approx(lottery.bound, rel=1e-3)
    by_id = {p.id: p for p in people}
    for seed in range(20):
        members = [by_id[member] for member in lottery.draw(seed).members]
        assert len(members) == 50
        for name, shares in quotas.items():
            has = Counter(p.attributes[name] for p in members)
            assert all(abs(has[label] - 50 * share) < 1 for label, share in shares.items())
