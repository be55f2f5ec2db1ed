"""Juries: when they agree, when they hang, and that votes stay secret."""

import pytest
from camps import Fails, group, play, public

from minipublic.graphs.jury import build_jury
from minipublic.graphs.steps import StepError

SPLIT = ("left",) * 4 + ("right",) * 2
LONE = ("left",) * 5 + ("right",)


async def verdicts(camps, seeds=range(3), need="unanimity", **dials):
    options = {"need": need}
    left = [await play(build_jury, group(*camps, seed=seed, **dials), **options) for seed in seeds]
    return [one["outcomes"]["result"] for one in left]


async def test_closed_minds_in_two_camps_hang_after_the_last_round():
    for result in await verdicts(SPLIT, openness=0):
        assert result["verdict"] is None
        assert result["ballots"] == 5  # one before the four rounds
        assert result["share"] == pytest.approx(4 / 6)


async def test_open_minds_agree_and_then_stop():
    for result in await verdicts(LONE, openness=0.9):
        assert result["verdict"] in ("Not guilty", "Guilty")
        assert result["ballots"] == 2
        assert result["share"] == 1


async def test_who_listens_only_to_the_like_minded_hangs_however_open():
    assert [r["verdict"] for r in await verdicts(SPLIT, openness=0.9, confidence=0.4)] == [None] * 3


async def test_a_majority_decides_what_unanimity_leaves_open():
    (result,) = await verdicts(SPLIT, seeds=[0], need="majority", openness=0)
    assert result["verdict"]
    assert result["ballots"] == 1  # nobody had to speak
    (result,) = await verdicts(SPLIT, seeds=[0], need=0.7, openness=0)
    assert result["verdict"] is None


async def test_votes_are_secret_and_everybody_hears_everybody_else():
    model = Fails(public(openness=0))
    left = await play(build_jury, group(*SPLIT, model=model), rounds=2, evidence=("A chest was found.",))
    assert all("seat_" not in m.content for r in model.asked for m in r.prompt.messages)
    second = model.prompts("discuss")  # the last round's
    for k in range(1, 7):
        said = left["texts"]["talk_1"]
        assert all(text in second[f"p{k}"] for text in said.values())  # one's own too, as one's own words
        assert "A chest was found." in second[f"p{k}"]
        assert sorted(left["hearing"][f"seat_{k}"]["talk_2"]) == sorted(set(left["seats"]) - {f"seat_{k}"})


async def test_a_juror_who_cannot_speak_is_not_heard_and_votes():
    model = Fails(public(openness=0), lambda about: about["persona"] == "p2" and about["step"] == "discuss")
    left = await play(build_jury, group(*SPLIT, model=model), rounds=2)
    assert left["texts"]["talk_1"]["seat_2"]["missing"] == left["texts"]["talk_2"]["seat_2"]["missing"] == "timeout"
    assert all("seat_2" not in heard["talk_1"] for heard in left["hearing"].values())
    assert left["outcomes"]["ballot_2"]["voters"] == 6


async def test_a_juror_who_does_not_vote_has_not_agreed():
    model = Fails(public(openness=0), lambda about: about["persona"] == "p2" and about["step"] == "position")
    left = await play(build_jury, group(*["left"] * 6, model=model), rounds=1)
    assert left["outcomes"]["result"]["verdict"] is None
    assert left["outcomes"]["ballot_1"]["voters"] == 5
    left = await play(build_jury, group(*["left"] * 6, model=model), rounds=1, need="two_thirds")
    assert left["outcomes"]["result"]["verdict"]


def test_a_jury_deliberates():
    with pytest.raises(StepError, match="rounds must be 1 or more"):
        build_jury(rounds=0)
