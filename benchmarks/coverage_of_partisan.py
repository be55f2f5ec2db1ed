"""How often the intervals of `evaluate partisan` cover: two-sided studies drawn from a public whose truth is known.

python benchmarks/coverage_of_partisan.py [STUDIES]
"""

import sys

import numpy as np

from minipublic.evaluators.partisan import Roles, evaluate_partisan
from minipublic.evaluators.responses import Item, Responses

ROLES = Roles(first=tuple(f"d{k}" for k in range(5)), second=tuple(f"r{k}" for k in range(5)))
ITEMS = tuple(Item(code, (1.0, 2.0, 3.0, 4.0, 5.0)) for code in ROLES.of("first", "second"))
FIRST_SEED, RESAMPLES = 30_000, 200
MEASURES = {
    "gap": lambda m: (m["democrat"]["value"], m["democrat"]["ci"]),
    "Cohen's d": lambda m: (m["democrat"]["cohens_d"], m["democrat"]["cohens_d_ci"]),
    **{
        name: lambda m, name=name: (m[name]["democrat"]["value"], m[name]["democrat"]["ci"])
        for name in ("extremes", "variance_ratio", "wasserstein")
    },
}


def draw(random, n, spread, shift, name):
    """Ratings of both parties by n people, who judge their own by `shift` more harshly and differ by `spread`."""
    party = random.integers(0, 2, n)
    own = np.stack([party == 0, party == 1], axis=1)[:, :, None]
    person = random.normal(0, 0.6 * spread, (n, 2, 1))
    raw = np.where(own, 2 + shift, 4.0) + person + random.normal(0, spread, (n, 2, 5))
    answers = np.clip(np.round(raw), 1, 5).astype(np.int16).reshape(n, 10) - 1
    return Responses(np.array([f"{name}{k}" for k in range(n)]), ITEMS, answers, np.ones(n)), party


def study(n, seed, bootstrap):
    random = np.random.default_rng(seed)
    simulated, humans = draw(random, n, 0.6, 0.3, "s"), draw(random, n, 1.0, 0.0, "h")
    return evaluate_partisan(*simulated, ROLES, "hostility", humans=humans, bootstrap=bootstrap, seed=seed)


def main(studies):
    truth = {name: read(study(400_000, 1, 0))[0] for name, read in MEASURES.items()}
    print("truth", {name: round(value, 3) for name, value in truth.items()})
    for n in (60, 300):
        hits = dict.fromkeys(MEASURES, 0)
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            found = study(n, seed, RESAMPLES)
            for name, read in MEASURES.items():
                low, high = read(found)[1]
                hits[name] += low <= truth[name] <= high
        print(n, {name: f"{hit / studies:.1%}" for name, hit in hits.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
