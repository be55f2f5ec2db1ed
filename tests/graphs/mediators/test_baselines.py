import json
from dataclasses import replace

import pytest
from foreteller import CASE, OPINIONS, Foreteller, decide

from minipublic.graphs import ContextError
from minipublic.graphs.mediators import best_opinion, median_opinion, random_opinion
from minipublic.graphs.mediators.baselines import at_median
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.protocol import Capabilities
from minipublic.personas import Missing

STATED = replace(CASE, positions={"s0": 2.0, "s1": 3.0, "s2": 7.0})


@pytest.mark.parametrize(
    ("positions", "weights", "found"),
    [
        ((1, 2, 7), (1, 1, 1), "b"),
        ((7, 1, 2), (1, 1, 1), "c"),
        ((1, 2, 7), (1, 1, 5), "c"),
        ((1, 2, 7), (2, 1, 1), "ab"),  # half of the weight lies at 1
        ((1, 1, 7), (1, 1, 1), "ab"),
        ((1, 2, 5, 7), (1, 1, 1, 1), "bc"),
        ((1, 2, 5, 7), (0.1, 0.2, 0.3, 0.6), "cd"),  # 0.1 + 0.2 + 0.3 is a little more than 0.6
        ((1, 4, 7), (1, 0, 1), "ac"),  # who stands for nobody is not the middle
        ((1, 4, 7), (0, 0, 0), "b"),
        ((4,), (1,), "a"),
    ],
)
def test_who_stands_at_the_median(positions, weights, found):
    names = "abcd"[: len(positions)]
    where, heavy = dict(zip(names, positions, strict=True)), dict(zip(names, weights, strict=True))
    assert "".join(at_median(where, heavy)) == found


async def test_the_median_opinion_is_copied_and_nobody_is_asked():
    model = Foreteller()
    statement, record = await decide(median_opinion(), model, STATED)
    assert statement == OPINIONS["s1"]
    assert (record["seat"], record["winner"], record["tie"], record["positions_from"]) == ("s1", 1, None, "stated")
    assert not model.requests
    weighted = replace(STATED, weights={"s0": 1.0, "s1": 1.0, "s2": 5.0})
    assert (await decide(median_opinion(), case=weighted))[0] == OPINIONS["s2"]
    assert (await decide(median_opinion(weighted=False), case=weighted))[0] == OPINIONS["s1"]
    json.dumps(record, allow_nan=False)


async def test_who_took_no_position_is_left_out():
    two = replace(CASE, positions={"s0": 2.0, "s2": 7.0})
    won = set()
    for seed in range(12):
        statement, record = await decide(median_opinion(), case=two, seed=seed)
        assert record["without"] == ["s1"]
        assert record["tie"]["tied"] == [0, 2]
        assert statement == record["candidates"][record["tie"]["drawn"][0]]
        won.add(record["seat"])
    assert won == {"s0", "s2"}


async def test_where_nobody_took_one_positions_are_foretold():
    statement, record = await decide(median_opinion(), model := Foreteller())
    assert record["positions_from"] == "foretold"
    assert record["positions"] == {"s0": 2.0, "s1": 3.0, "s2": 6.0}
    assert {r.context["statement"] for r in model.requests} == {CASE.proposition}
    assert statement == OPINIONS["s1"]
    statement, record = await decide(median_opinion(), Foreteller(fail=lambda r: ModelTimeoutError("late")))
    assert statement.reason == "no_positions"
    assert record["winner"] is None
    with pytest.raises(ContextError, match="foretell payoffs"):
        await decide(median_opinion(), Foreteller(capabilities=Capabilities()))


async def test_the_best_opinion_has_the_highest_mean_payoff():
    statement, record = await decide(best_opinion(), model := Foreteller())
    # From 10, 20 and 45: each one's own at 7, and a point less for each ten.
    assert [record["predictions"][seat]["payoffs"] for seat in OPINIONS] == [[7, 6, 4], [6, 7, 5], [4, 5, 7]]
    assert record["mean_payoffs"] == pytest.approx([17 / 3, 6, 16 / 3])
    assert statement == OPINIONS["s1"]
    assert not model.asked("draft")
    heavy = replace(CASE, weights={"s0": 1.0, "s1": 1.0, "s2": 9.0})
    assert (await decide(best_opinion(), case=heavy))[0] == OPINIONS["s2"]
    json.dumps(record, allow_nan=False)


async def test_the_best_opinion_leaves_out_who_lacks_a_payoff():
    def fail(request):
        return ModelTimeoutError("late") if "45" in request.context["opinion"] else None

    statement, record = await decide(best_opinion(), Foreteller(fail=fail))
    assert record["without"] == {"s2": {"missing": "timeout", "raw": "late"}}
    assert record["tie"]["tied"] == [0, 1]
    assert statement in (OPINIONS["s0"], OPINIONS["s1"])
    statement, _ = await decide(best_opinion(), Foreteller(fail=lambda r: ModelTimeoutError("late")))
    assert statement == Missing("no_payoffs", "s0: timeout; s1: timeout; s2: timeout")
    with pytest.raises(ContextError, match="foretell payoffs"):
        await decide(best_opinion(), Foreteller(capabilities=Capabilities()))


async def test_a_random_opinion_is_drawn_by_the_seed():
    found = [await decide(random_opinion(), seed=seed) for seed in range(30)]
    assert found == [await decide(random_opinion(), seed=seed) for seed in range(30)]
    assert {record["seat"] for _, record in found} == set(OPINIONS)
    assert all(statement == OPINIONS[record["seat"]] for statement, record in found)


async def test_of_nobodys_opinions_there_is_none():
    for mediator in (random_opinion(), best_opinion()):
        statement, _ = await decide(mediator, case=replace(CASE, opinions={}))
        assert isinstance(statement, Missing)
