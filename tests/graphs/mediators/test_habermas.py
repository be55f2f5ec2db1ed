import json
from dataclasses import replace

import numpy as np
import pytest
from foreteller import CASE, OPINIONS, Foreteller, decide

from minipublic.graphs import ContextError
from minipublic.graphs.mediators import habermas, welfare
from minipublic.graphs.social_choice import break_ties, rule_named, winners
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.journal import Journal
from minipublic.models.journaled import JournaledModel
from minipublic.models.protocol import Capabilities
from minipublic.personas import Missing

LATER = replace(CASE, step="revised", previous="We stand at 33.", critiques={"s0": "I stand at 55 now."})


def winner_of(record):
    """The winner, from the record alone."""
    ballots = [p["ranks"] for p in record["predictions"].values() if isinstance(p["ranks"], list)]
    ranks = np.array(ballots, dtype=float)
    standing = np.flatnonzero([rank is not None for rank in record["social_ranks"]])
    rule = record["options"]["rule"]
    rule = rule_named(rule) if isinstance(rule, str) else rule_named(**rule)
    weights = record["weights"] and list(record["weights"].values())
    social = rule(ranks[:, standing], unranked="no_comparison", weights=weights)
    assert [record["social_ranks"][k] for k in standing] == social.tolist()
    first = standing[winners(social)].tolist()
    if record["tie"] is None:
        return first[0]
    assert record["tie"]["tied"] == first
    said = ranks[:, standing] if record["tie"]["by"] == "ballots" else np.zeros((len(ranks), len(standing)))
    broken = break_ties(social, said, record["tie"]["seed"], "no_comparison", weights=weights)
    return int(standing[np.argmin(broken)])


@pytest.mark.parametrize("case", [CASE, LATER])
@pytest.mark.parametrize("predict", ["ranking", "payoffs"])
@pytest.mark.parametrize("rule", ["schulze", "borda", {"name": "minimax", "variant": "margin"}, "approval"])
async def test_the_winner_follows_from_the_record(case, predict, rule):
    for seed in range(4):
        statement, record = await decide(habermas(predict=predict, rule=rule), case=case, seed=seed)
        kept = json.loads(json.dumps(record, allow_nan=False))
        assert kept == record
        assert statement == kept["candidates"][winner_of(kept)] == kept["candidates"][kept["winner"]]


async def test_two_waves_that_are_parallel():
    model = Foreteller(wait=0.02)
    _, record = await decide(habermas(candidates=6), model)
    assert [r.context["step"] for r in model.requests] == ["draft"] * 6 + ["ranking"] * 3
    assert model.most == {"draft": 6, "ranking": 3}
    assert len(record["orders"]) == 6
    model = Foreteller(wait=0.02)
    await decide(habermas(candidates=4, predict="payoffs"), model)
    assert model.most == {"draft": 4, "prediction": 12}


async def test_everything_shuffled_is_recorded():
    model = Foreteller()
    _, record = await decide(habermas(candidates=12), model)
    for k, (order, request) in enumerate(zip(record["orders"], model.asked("draft"), strict=True)):
        assert list(request.context["opinions"]) == order
        places = [request.prompt.text.index(OPINIONS[seat]) for seat in order]
        assert places == sorted(places), k
    assert len({tuple(order) for order in record["orders"]}) > 2
    for seat, request in zip(OPINIONS, model.asked("ranking"), strict=True):
        assert request.context["candidates"] == [record["candidates"][k] for k in record["predictions"][seat]["order"]]


async def test_a_replay_asks_nothing(tmp_path):
    with_journal, found = Journal(tmp_path / "journal.sqlite"), []
    for _ in range(2):
        model = Foreteller(lambda r: "hm" if r.seed % 2 else None)
        found.append(await decide(habermas(), JournaledModel(model, with_journal)))
    assert found[0] == found[1]
    assert not model.requests
    with_journal.close()


async def test_candidates_are_the_same_under_every_mechanism_and_number():
    texts = {}
    for name, mediator in (("four", habermas()), ("eight", habermas(candidates=8)), ("welfare", welfare())):
        model = Foreteller()
        _, record = await decide(mediator, model)
        texts[name] = record["candidates"], record["orders"], [r.prompt.hash for r in model.asked("draft")]
    for four, eight, other in zip(*texts.values(), strict=True):
        assert four == eight[:4] == other


async def test_after_critiques_the_statement_before_and_they_are_in_both_prompts():
    model = Foreteller()
    await decide(habermas(), model, LATER)
    for request in (*model.asked("revision"), model.asked("ranking")[0]):
        for words in (LATER.previous, LATER.critiques["s0"], OPINIONS["s0"]):
            assert words in request.prompt.text


async def test_missing_rankings_are_left_out():
    model = Foreteller(lambda r: "hm" if "45" in r.context["opinion"] else None)
    statement, record = await decide(habermas(attempts=2), model)
    assert record["predictions"]["s2"]["ranks"] == {"missing": "unparseable", "raw": "hm"}
    assert record["predictions"]["s2"]["attempts"] == 2
    assert len(model.asked("ranking")) == 4
    two = replace(CASE, opinions={seat: OPINIONS[seat] for seat in ("s0", "s1")})
    ballots = [record["predictions"][seat]["ranks"] for seat in two.opinions]
    assert record["social_ranks"] == rule_named("schulze")(ballots).tolist()
    assert statement == record["candidates"][record["winner"]]


async def test_without_any_ranking_there_is_no_statement():
    statement, record = await decide(habermas(attempts=1), Foreteller(lambda r: "hm"))
    assert statement == Missing("no_rankings", "s0: unparseable; s1: unparseable; s2: unparseable")
    assert record["winner"] is None
    assert len(record["candidates"]) == 4
    late = Foreteller(fail=lambda r: ModelTimeoutError("late") if r.context["step"] == "prediction" else None)
    statement, record = await decide(habermas(predict="payoffs"), late)
    assert statement.raw == "s0: timeout; s1: timeout; s2: timeout"


async def test_candidates_that_failed_are_left_out():
    count = iter(range(9))
    model = Foreteller(fail=lambda r: ModelTimeoutError("late") if next(count) in (0, 2) else None)
    statement, record = await decide(habermas(), model)
    assert record["candidates"][0] == record["candidates"][2] == {"missing": "timeout", "raw": "late"}
    assert record["social_ranks"][0] is record["social_ranks"][2] is None
    assert record["winner"] in (1, 3)
    assert set(record["predictions"]["s0"]["order"]) == {1, 3}
    assert record["predictions"]["s0"]["ranks"][0] is None
    assert winner_of(record) == record["winner"]
    statement, record = await decide(habermas(), Foreteller(fail=lambda r: ModelTimeoutError("late")))
    assert statement == Missing("timeout", "late")
    assert record["winner"] is None


async def test_equal_candidates_are_one():
    same = Foreteller(write=lambda r: f"We stand at {10 + r.seed % 2}.")
    statement, record = await decide(habermas(candidates=6), same)
    distinct = set(record["candidates"])
    assert len(distinct) == 2
    assert len(record["same_as"]) == 4
    assert all(record["candidates"][int(k)] == record["candidates"][first] for k, first in record["same_as"].items())
    assert len(same.asked("ranking")[0].context["candidates"]) == 2
    one = Foreteller(write=lambda r: "We stand at 7.")
    statement, record = await decide(habermas(), one)
    assert (statement, record["winner"], record["chosen_by"]) == ("We stand at 7.", 0, "only_candidate")
    assert not one.asked("ranking")


async def test_ties_are_broken_by_seed_and_recorded():
    def write(request):
        return f"By {request.seed}: we stand at 20."

    won = {"ballots": set(), "lot": set()}
    for tie_break, places in won.items():
        for seed in range(12):
            _, record = await decide(habermas(tie_break=tie_break), Foreteller(write=write), seed=seed)
            assert record["social_ranks"] == [0, 0, 0, 0]
            assert record["tie"]["tied"] == [0, 1, 2, 3]
            assert record["tie"]["by"] == tie_break
            assert winner_of(record) == record["winner"]
            places.add(record["winner"])
    assert len(won["ballots"]) > 1
    assert len(won["lot"]) > 1


async def test_a_random_ballot_breaks_a_tie_between_two_camps():
    people = replace(CASE, opinions={"s0": "I stand at 0.", "s1": "I stand at 60."})
    texts = iter(("We stand at 0.", "We stand at 60."))
    won = set()
    for seed in range(12):
        texts = iter(("We stand at 0.", "We stand at 60."))
        _, record = await decide(habermas(candidates=2), Foreteller(write=lambda r: next(texts)), people, seed=seed)  # noqa: B023
        assert record["tie"]["tied"] == [0, 1]
        won.add(record["winner"])
    assert won == {0, 1}


async def test_ballots_count_alike_unless_they_are_weighted():
    heavy = replace(CASE, weights={"s0": 1.0, "s1": 1.0, "s2": 10.0})
    write = iter((10, 45) * 2)
    _, alike = await decide(habermas(candidates=2), Foreteller(write=lambda r: f"We stand at {next(write)}."), heavy)
    _, weighted = await decide(
        habermas(candidates=2, weighted=True), Foreteller(write=lambda r: f"We stand at {next(write)}."), heavy
    )
    assert (alike["winner"], alike["weights"]) == (0, None)
    assert (weighted["winner"], weighted["weights"]) == (1, heavy.weights)
    assert winner_of(weighted) == 1


async def test_a_payoff_that_is_missing_is_no_low_rank():
    def fail(request):
        statement, opinion = request.context.get("statement"), request.context.get("opinion")
        lost = statement == "We stand at 10." and opinion != OPINIONS["s0"]
        return ModelTimeoutError("late") if lost else None

    write = iter((10, 45))
    model = Foreteller(fail=fail, write=lambda r: f"We stand at {next(write)}.")
    _, record = await decide(habermas(candidates=2, predict="payoffs"), model)
    assert record["predictions"]["s1"]["ranks"] == [None, 0.0]
    assert record["winner"] == 0  # the one ballot that compares the two prefers it
    assert winner_of(record) == 0


async def test_what_the_models_cannot_do_is_said_before_the_first_call():
    chooser = Foreteller(capabilities=Capabilities(generate=False, choose=("first_token",)), name="payoff:x")
    writer = Foreteller()
    with pytest.raises(ContextError, match=r"payoff:x, the predictor.*predict: payoffs"):
        await decide(habermas(), writer, predictor=chooser)
    await decide(habermas(predict="payoffs"), writer, predictor=chooser)
    assert len(chooser.requests) == 12
    with pytest.raises(ContextError, match="foretell payoffs, but cannot choose by 'first_token'"):
        await decide(habermas(predict="payoffs"), talker := Foreteller(capabilities=Capabilities()))
    assert not talker.requests
    with pytest.raises(ContextError, match="write statements"):
        await decide(habermas(), chooser)
