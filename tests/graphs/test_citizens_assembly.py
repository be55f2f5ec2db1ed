"""Citizens' assemblies: proposals of tables, the plenary's vote, and what a failure loses."""

import pytest
from camps import Fails, group, play, public

from minipublic.graphs.citizens_assembly import build_citizens_assembly
from minipublic.graphs.steps import StepError

CAMPS = ("left",) * 3 + ("right",) * 3 + ("left",) * 3


async def test_every_table_proposes_and_the_plenary_votes_on_all():
    left = await play(build_citizens_assembly, group(*CAMPS, openness=0), table_size=3)
    result = left["outcomes"]["result"]
    assert list(result) == ["proposal_1", "proposal_2", "proposal_3"]
    assert [one["adopted"] for one in result.values()] == [True, False, True]
    assert result["proposal_2"]["share"] == pytest.approx(3 / 9)
    assert left["candidates"]["proposal"] == [left["statements"][f"proposal_table_{t}"] for t in (1, 2, 3)]
    assert {len(rated) for rated in left["ratings"]["plenary"].values()} == {3}
    assert left["mediations"]["proposal_table_2"]["mediator"] == "summary"


async def test_more_must_be_for_what_needs_more():
    left = await play(build_citizens_assembly, group(*CAMPS, openness=0), table_size=3, threshold=0.7)
    assert not any(one["adopted"] for one in left["outcomes"]["result"].values())


async def test_what_is_learnt_is_shown_and_tables_keep_to_themselves():
    model = Fails(public())
    options = {"table_size": 3, "materials": ("The fund holds 4 billion.",), "rounds": 1}
    left = await play(build_citizens_assembly, group(*CAMPS, model=model), **options)
    assert all("The fund holds 4 billion." in prompt for prompt in model.prompts("opinion").values())
    assert left["hearing"]["seat_5"] == {"learning": ["1"]}
    for persona, prompt in model.prompts("discuss").items():
        assert left["texts"]["opinion"][f"seat_{persona[1:]}"] in prompt
        assert "seat_" not in prompt
    drafts = [r.context["opinions"] for r in model.asked if r.context["step"] == "draft"]
    assert [list(d) for d in drafts] == [[f"seat_{k}" for k in range(a, a + 3)] for a in (1, 4, 7)]


async def test_a_member_without_an_opinion_still_votes():
    model = Fails(public(), lambda about: about.get("persona") == "p1" and about["step"] == "opinion")
    left = await play(build_citizens_assembly, group(*CAMPS, model=model), table_size=3)
    assert left["texts"]["talk_2"]["seat_1"]["missing"] == "seat_lost"
    assert len(left["outcomes"]["result"]) == 3
    assert all(isinstance(code, int) for code in left["ratings"]["plenary"]["seat_1"].values())


@pytest.mark.parametrize("silent", [("p4", "p5", "p6"), tuple(f"p{k}" for k in range(1, 10))])
async def test_a_table_that_cannot_speak_proposes_nothing(silent):
    model = Fails(public(openness=0), lambda about: about.get("persona") in silent and about["step"] == "discuss")
    left = await play(build_citizens_assembly, group(*CAMPS, model=model), table_size=3, rounds=1)
    assert left["statements"]["proposal_table_2"]["missing"] == "no_opinions"
    assert left["ratings"]["plenary"]["seat_1"]["proposal_2"]["missing"] == "no_statement"
    # Proposal 3 remains that of table 3.
    assert list(left["outcomes"]["result"]) == ([] if len(silent) == 9 else ["proposal_1", "proposal_3"])


def test_a_round_is_needed():
    with pytest.raises(StepError, match="one round"):
        build_citizens_assembly(rounds=0)
