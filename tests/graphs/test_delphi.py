"""Delphi surveys: the spread falls as far as people are open, nobody is named, and rounds end when answers have settled."""

from itertools import pairwise
from statistics import pstdev

import pytest
from camps import Fails, group, play, public

from minipublic.graphs.delphi import build_delphi
from minipublic.graphs.steps import StepError
from minipublic.personas.questions import Instrument, likert

CAMPS = ("left",) * 4 + ("right",) * 2


def spreads(left):
    return [pstdev(codes["position"] for codes in poll.values()) for poll in left["polls"].values()]


async def test_the_spread_falls_with_every_round():
    left = await play(build_delphi, group(*CAMPS, openness=0.3), rounds=4, stable=0)
    found = spreads(left)
    assert len(found) == 4
    assert all(after <= before for before, after in pairwise(found))
    assert found[-1] < found[0] / 2


async def test_closed_minds_settle_at_once_and_apart():
    left = await play(build_delphi, group(*CAMPS, openness=0))
    found = spreads(left)
    assert found[0] == found[1] > 2
    assert left["outcomes"]["result"] == {"rounds": 2, "moved": 0.0, "stable": True}


async def test_rounds_go_on_until_answers_have_settled_or_the_rounds_are_over():
    ended = []
    for rounds in (2, 5):
        left = await play(build_delphi, group(*CAMPS, openness=0.9), rounds=rounds)
        ended.append(left["outcomes"]["result"])
    assert [one["rounds"] for one in ended] == [2, 4]
    assert ended[0]["moved"] > 0.15
    assert not ended[0]["stable"]
    assert ended[1]["stable"]
    assert "reasons_4" not in left["texts"]


async def test_nobody_is_named_and_the_last_answers_of_all_are_told():
    model = Fails(public(openness=0.3))
    left = await play(build_delphi, group(*CAMPS, model=model), rounds=2)
    for request in model.asked:
        assert not any(
            "seat_" in m.content or f"p{k}" in m.content.split() for m in request.prompt.messages for k in range(1, 7)
        )
    told, shares = model.prompts("position"), left["polls"]["round_1"].values()
    most = max(sum(one["position"] == code for one in shares) for code in range(1, 8))
    for k in range(1, 7):
        reasons = left["texts"]["reasons_1"]
        assert f"{100 * most / 6:.0f} %" in told[f"p{k}"]
        assert all((text in told[f"p{k}"]) for seat, text in reasons.items() if seat != f"seat_{k}")


async def test_reasons_are_those_of_the_answer_given():
    model = Fails(public())
    left = await play(build_delphi, group(*CAMPS, model=model), rounds=2)
    labels = ("Strongly disagree", "Strongly agree")
    for persona, prompt in model.prompts("collect").items():
        code = left["polls"]["round_1"][f"seat_{persona[1:]}"]["position"]
        if code in (1, 7):
            assert labels[code == 7] in prompt
            assert labels[code == 1] not in prompt


async def test_without_reasons_only_numbers_are_told():
    model = Fails(public())
    left = await play(build_delphi, group(*CAMPS, model=model), rounds=2, reasons=False)
    assert not left.get("texts")
    assert not left.get("hearing")
    assert all("How all answered" in p or "answered" in p for p in model.prompts("position").values())


async def test_an_instrument_is_asked_again_item_by_item():
    parks = Instrument("parks", (likert("more", "More parks?"), likert("fewer", "Fewer parks?")))
    left = await play(build_delphi, group(*CAMPS, openness=0), instrument=parks)
    assert set(left["polls"]["round_2"]["seat_1"]) == {"more", "fewer"}
    assert left["outcomes"]["result"]["stable"]


async def test_who_gives_no_answer_once_is_asked_again():
    asked = []

    def when(about):
        asked.append(about["step"])
        return about["persona"] == "p1" and about["step"] == "position" and not about.get("fed_back")

    left = await play(build_delphi, group(*CAMPS, model=Fails(public(openness=0), when)), rounds=2)
    assert left["polls"]["round_1"]["seat_1"]["position"]["missing"] == "timeout"
    assert left["texts"]["reasons_1"]["seat_1"]["missing"] == "seat_lost"  # a reason for no answer
    assert isinstance(left["polls"]["round_2"]["seat_1"]["position"], int)
    assert left["outcomes"]["result"]["moved"] == 0  # of those who answered twice


def test_one_round_is_no_delphi():
    with pytest.raises(StepError, match="2 or more"):
        build_delphi(rounds=1)
