"""The Habermas protocol: what ends its critique rounds, whose statement it is, and what a failure loses."""

from typing import ClassVar

import pytest
from camps import Fails, group, play, public

from minipublic.graphs.habermas import build_habermas
from minipublic.graphs.steps import StepError
from minipublic.models.synthetic.stance import phrase_of
from minipublic.personas.answers import Missing

CAMPS = ("left",) * 3 + ("none",) * 3


class Says:
    """A mediator that says what a test wants, statement after statement."""

    name: ClassVar[str] = "says"

    def __init__(self, *statements):
        self.statements, self.cases = statements, []

    def __call__(self, case, desk):
        self.cases.append(case)
        return self.statements[len(self.cases) - 1]


def at(stance):
    return f"We {phrase_of(stance)} that we should tax wealth."


def of(left):
    return left["outcomes"]["result"]


async def test_rounds_end_when_a_statement_is_not_endorsed_more():
    mediator = Says(*map(at, (1.0, 0.0, 0.0, 0.0)))
    left = await play(build_habermas, group(*["none"] * 4), mediator=mediator, rounds=4)
    means = of(left)["endorsement"]
    assert list(means) == ["statement_1", "statement_2", "statement_3"]
    assert means["statement_1"] < means["statement_2"] == means["statement_3"]
    assert of(left)["ended"] == "not_endorsed_more"
    assert of(left)["statement"] == "statement_2"  # of equals the earlier one
    assert of(left)["rated"] == "endorsement_2_statement_2"
    assert of(left)["rated"] in {row["item"] for row in left["answers"].values()}


async def test_rounds_end_when_they_are_over():
    mediator = Says(*map(at, (1.0, 0.6, 0.0)))
    left = await play(build_habermas, group(*["none"] * 4), mediator=mediator, rounds=3)
    means = list(of(left)["endorsement"].values())
    assert means == sorted(means)
    assert len(set(means)) == 3
    assert of(left)["ended"] == "rounds_over"
    assert of(left)["statement"] == "statement_3"


async def test_a_worse_revision_is_not_the_groups():
    left = await play(build_habermas, group(*["none"] * 4), mediator=Says(at(0.0), at(1.0)))
    assert of(left)["ended"] == "not_endorsed_more"
    assert of(left)["statement"] == "statement_1"


@pytest.mark.parametrize("last", [1, 2])
async def test_without_a_statement_the_group_keeps_the_one_before(last):
    said = [at(1.0), at(0.0)][: last - 1]
    left = await play(build_habermas, group(*["none"] * 4), mediator=Says(*said, Missing("empty", "")), rounds=4)
    assert of(left)["ended"] == "no_statement"
    assert of(left)["statement"] == (None if last == 1 else "statement_1")
    assert of(left)["endorsement"][f"statement_{last}"] is None


async def test_the_mechanism_is_habermas_unless_another_is_named():
    left = await play(build_habermas, group(*CAMPS), rounds=1)
    assert left["mediations"]["statement_1"]["mediator"] == "habermas"
    left = await play(build_habermas, group(*CAMPS, mediator=Says(at(0.0))), rounds=1)
    assert left["mediations"]["statement_1"]["mediator"] == "says"


async def test_nobody_reads_anothers_words():
    model = Fails(public())
    left = await play(build_habermas, group(*CAMPS, model=model, mediator=Says(at(0.4), at(0.2))), rounds=2)
    opinions = left["texts"]["opinion"]
    for step in ("opinion", "critique", "rating"):
        for persona, prompt in model.prompts(step).items():
            own = opinions[f"seat_{persona[1:]}"]
            assert (own in prompt) == (step != "opinion")
            assert not any(text in prompt for text in opinions.values() if text != own)
            assert "seat_" not in prompt


async def test_an_opinion_that_fails_loses_its_seat_only():
    model = Fails(public(), lambda about: about.get("persona") == "p2" and about["step"] == "opinion")
    mediator = Says(at(0.4), at(0.2))
    left = await play(build_habermas, group(*CAMPS, model=model, mediator=mediator), rounds=2)
    assert left["texts"]["critique_2"]["seat_2"]["missing"] == "seat_lost"
    assert left["ratings"]["endorsement_1"]["seat_2"]["statement_1"]["missing"] == "seat_lost"
    assert set(mediator.cases[0].opinions) == set(left["seats"]) - {"seat_2"}
    assert isinstance(left["polls"]["position"]["seat_2"]["position"], int)
    assert of(left)["statement"]


async def test_statements_are_compared_among_those_who_rated_all():
    said = [at(1.0), at(0.0)]  # with stance -1: the first is far, and only the other five rate it
    lone = Fails(
        public(),
        lambda about: about["persona"] == "p1" and about["step"] == "rating" and about["statement"] == said[0],
    )
    left = await play(build_habermas, group("left", *["none"] * 3, model=lone, mediator=Says(*said)), rounds=2)
    second = [left["ratings"]["endorsement_2"][f"seat_{k}"]["statement_2"] for k in (2, 3, 4)]
    assert of(left)["endorsement"]["statement_2"] == pytest.approx(sum(second) / 3)


def test_a_round_is_needed():
    with pytest.raises(StepError, match="rounds must be 1 or more"):
        build_habermas(rounds=0)
