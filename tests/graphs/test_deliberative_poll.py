"""Deliberative polls: tables hear themselves only, the control group hears nothing, and failures stay where they are."""

import pytest
from camps import Fails, group, play, public

from minipublic.graphs.deliberative_poll import build_deliberative_poll
from minipublic.graphs.steps import StepError
from minipublic.personas.questions import Instrument, likert

MIXED = ("left", "right", "left", "right")
CAMPS = ("left", "left", "right", "right")


def moves(left):
    before, after = left["polls"]["before"], left["polls"]["after"]
    return [after[seat]["position"] - before[seat]["position"] for seat in left["seats"]]


async def test_mixed_tables_change_opinions_and_tables_of_one_mind_do_not():
    mixed = await play(build_deliberative_poll, group(*MIXED, openness=0.5), table_size=2)
    assert sum(map(abs, moves(mixed))) > 4
    alike = await play(build_deliberative_poll, group(*CAMPS, openness=0.5), table_size=2)
    assert moves(alike) == [0, 0, 0, 0]


async def test_a_control_group_reads_and_hears_nobody():
    options = {"rounds": 0, "materials": ("Free buses cost 40 million a year.",)}
    left = await play(build_deliberative_poll, group(*MIXED, openness=0), **options)
    assert moves(left) == [0, 0, 0, 0]
    assert list(left["texts"]) == ["briefing"]
    assert all(heard == {"briefing": ["1"]} for heard in left["hearing"].values())


async def test_a_table_hears_itself_its_moderator_and_the_briefing():
    model = Fails(public(openness=0.5))
    options = {"table_size": 2, "rounds": 2, "materials": ("Free buses cost 40 million a year.",)}
    left = await play(build_deliberative_poll, group(*MIXED, model=model), **options)
    talks, polls = model.prompts("discuss"), model.prompts("position")
    for k, other, table, elsewhere in ((1, 2, 1, (3, 4)), (4, 3, 2, (1, 2))):
        assert left["hearing"][f"seat_{k}"] == {
            "briefing": ["1"],
            "talk_1": [f"seat_{other}"],
            "talk_2": [f"seat_{other}"],
        }
        assert left["texts"]["talk_1"][f"seat_{other}"] in talks[f"p{k}"]
        assert left["statements"][f"talk_2_moderator_table_{table}"] in talks[f"p{k}"]
        assert "Free buses cost 40 million a year." in polls[f"p{k}"]
        own = {left["texts"]["talk_1"][f"seat_{one}"] for one in (k, other)}
        for there in elsewhere:
            text = left["texts"]["talk_1"][f"seat_{there}"]
            assert text in own or text not in talks[f"p{k}"]
        assert "seat_" not in talks[f"p{k}"] + polls[f"p{k}"]


async def test_a_moderator_hears_the_whole_table_and_no_other():
    model = Fails(public())
    left = await play(build_deliberative_poll, group(*MIXED, model=model), table_size=2)
    asked = [r for r in model.asked if r.context["step"] == "moderate"]
    texts = [sorted(r.context["texts"]) for r in asked if r.context["texts"]]
    said = left["texts"]["talk_1"]
    assert sorted(texts) == sorted(sorted(said[f"seat_{k}"] for k in at) for at in ((1, 2), (3, 4)))


async def test_an_instrument_is_asked_before_and_after():
    parks = Instrument("parks", (likert("more", "More parks?"), likert("fewer", "Fewer parks?")))
    left = await play(build_deliberative_poll, group(*MIXED), instrument=parks, moderated=False)
    assert set(left["polls"]["after"]["seat_1"]) == set(left["polls"]["before"]["seat_1"]) == {"more", "fewer"}
    assert not left.get("statements")


@pytest.mark.parametrize("step", ["discuss", "moderate"])
async def test_who_cannot_speak_is_polled_all_the_same(step):
    model = Fails(public(), lambda about: about.get("persona") in ("p1", None) and about["step"] == step)
    left = await play(build_deliberative_poll, group(*MIXED, model=model), table_size=2)
    assert all(isinstance(answers["position"], int) for answers in left["polls"]["after"].values())
    if step == "discuss":
        assert "talk_1" not in left["hearing"].get("seat_2", {})


def test_something_must_happen_between_the_polls():
    with pytest.raises(StepError, match="neither `rounds` nor `materials`"):
        build_deliberative_poll(rounds=0)
