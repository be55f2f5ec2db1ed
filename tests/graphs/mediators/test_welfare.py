import json
import math
from dataclasses import replace

import numpy as np
import pytest
from foreteller import CASE, OPINIONS, Foreteller, at, decide

from minipublic.graphs import ContextError
from minipublic.graphs.mediators import OptionError, equivalent_payoff, find_mediator, welfare, welfare_ranks
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.protocol import Capabilities
from minipublic.personas import Missing


def writes(*places):
    left = iter(places)
    return lambda request: f"We stand at {next(left)}."


def winner_of(record):
    """The winner, from the record alone."""
    standing = [k for k, rank in enumerate(record["social_ranks"]) if rank is not None]
    seats = [seat for seat in record["predictions"] if seat not in record["without"]]
    payoffs = np.array([[record["predictions"][seat]["payoffs"][k] for k in standing] for seat in seats])
    alpha, weights = float(record["options"]["alpha"]), record["weights"]
    weights = weights and [weights[seat] for seat in seats]
    ranks = welfare_ranks(payoffs, alpha, weights)
    assert [record["social_ranks"][k] for k in standing] == ranks.tolist()
    assert [record["equivalent_payoffs"][k] for k in standing] == equivalent_payoff(payoffs, alpha, weights).tolist()
    best = [k for k, rank in zip(standing, ranks, strict=True) if rank == 0]
    assert (record["tie"] is None) == (len(best) == 1)
    return best[0] if len(best) == 1 else record["tie"]["drawn"][0]


@pytest.mark.parametrize("alpha", [0, 0.5, 1, 4, 1000, math.inf])
async def test_the_winner_follows_from_the_record(alpha):
    for seed in range(4):
        statement, record = await decide(welfare(alpha=alpha, candidates=6), seed=seed)
        kept = json.loads(json.dumps(record, allow_nan=False))
        assert kept == record
        assert statement == kept["candidates"][winner_of(kept)] == kept["candidates"][kept["winner"]]


async def test_alpha_goes_from_the_sum_to_the_least():
    # Payoffs 7 7 1, 5 6 3 and 4 4 5: sums 15, 14 and 13, products 49, 90 and 80, and the least 1, 3 and 4.
    case = replace(CASE, opinions={"s0": "I stand at 0.", "s1": "I stand at 1.", "s2": "I stand at 60."})
    won = {}
    for alpha in (0, 1, "inf"):
        statement, record = await decide(welfare(alpha=alpha, candidates=3), Foreteller(write=writes(0, 20, 31)), case)
        won[alpha] = at(statement)
        assert winner_of(record) == record["winner"]
    assert record["options"]["alpha"] == "inf"
    assert record["predictions"]["s2"]["payoffs"] == [1.0, 3.0, 5.0]
    assert won == {0: 0, 1: 20, "inf": 31}


async def test_people_count_for_as_many_as_they_stand_for():
    heavy = replace(CASE, weights={"s0": 1.0, "s1": 1.0, "s2": 10.0})
    statement, record = await decide(welfare(candidates=2), Foreteller(write=writes(10, 45)), heavy)
    assert (statement, record["weights"]) == ("We stand at 45.", heavy.weights)
    statement, record = await decide(welfare(candidates=2, weighted=False), Foreteller(write=writes(10, 45)), heavy)
    assert (statement, record["weights"]) == ("We stand at 10.", None)
    nobody = replace(CASE, weights=dict.fromkeys(OPINIONS, 0.0))
    _, record = await decide(welfare(candidates=2), Foreteller(write=writes(10, 45)), nobody)
    assert (record["winner"], record["weights"]) == (0, None)


async def test_who_lacks_a_payoff_is_left_out():
    def fail(request):
        words = request.context
        lost = words["step"] == "prediction" and (words["opinion"], at(words["statement"])) == (OPINIONS["s1"], 45)
        return ModelTimeoutError("late") if lost else None

    _, record = await decide(welfare(candidates=2), Foreteller(fail=fail, write=writes(10, 45)))
    assert record["without"] == {"s1": {"missing": "timeout", "raw": "late"}}
    assert record["predictions"]["s1"]["payoffs"] == [6.0, {"missing": "timeout", "raw": "late"}]
    assert record["equivalent_payoffs"] == [5.5, 5.5]  # of s0 and s2 alone: 7 and 4, 4 and 7
    assert sorted(record["tie"]["drawn"]) == [0, 1]
    assert winner_of(record) == record["winner"]


async def test_a_candidate_without_payoffs_loses_nobody():
    def fail(request):
        return ModelTimeoutError("late") if request.context.get("statement") == "We stand at 45." else None

    statement, record = await decide(welfare(candidates=2), Foreteller(fail=fail, write=writes(45, 10)))
    assert statement == "We stand at 10."
    assert record["social_ranks"] == [None, 0]
    assert record["without"] == {}
    none = Foreteller(fail=lambda r: ModelTimeoutError("late") if "statement" in r.context else None)
    statement, record = await decide(welfare(), none)
    assert statement == Missing("no_payoffs", "s0: timeout; s1: timeout; s2: timeout")


async def test_a_lot_breaks_ties():
    won = set()
    for seed in range(12):
        model = Foreteller(write=lambda r: f"By {r.seed}: 20")
        _, record = await decide(welfare(), model, seed=seed)
        assert record["tie"]["tied"] == [0, 1, 2, 3]
        assert record["tie"]["drawn"][0] == record["winner"]
        won.add(record["winner"])
    assert len(won) > 1


async def test_what_cannot_be():
    for odd in (-1, "much", None, True, math.nan):
        with pytest.raises(OptionError, match="alpha"):
            find_mediator("welfare", alpha=odd)
    with pytest.raises(ContextError, match="foretell payoffs"):
        await decide(welfare(), Foreteller(capabilities=Capabilities()))
