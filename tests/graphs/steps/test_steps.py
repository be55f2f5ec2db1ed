"""Steps put together: what each leaves, who hears whom, and what is lost."""

import pytest
from langgraph.graph import END, START, StateGraph

from minipublic.graphs.context import Context
from minipublic.graphs.state import DeliberationState
from minipublic.graphs.steps import (
    StepError,
    chain,
    collect,
    discuss,
    gather,
    mediate,
    position,
    rate,
    tables,
    vote,
)
from minipublic.graphs.steps.voting import counted
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.registry import load_model
from minipublic.personas.networks import NetworkError
from minipublic.personas.persona import Persona

QUESTION = {"question": "Should we tax wealth?"}
SYNTHETIC = load_model("synthetic:default")


def context(size=5, model=SYNTHETIC, **more):
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": "ABC"[k % 3]}) for k in range(1, size + 1)}
    return Context(seats=seats, models={"participant": model, "mediator": SYNTHETIC}, **more)


async def play(*parts, **more):
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(graph, START, *parts, END)
    return await graph.compile().ainvoke(QUESTION, context=context(**more))


OPINION = collect("opinion", "Write your opinion.")


async def test_a_protocol_of_a_few_lines():
    left = await play(
        position("before"),
        OPINION,
        mediate("draft", positions="before"),
        collect("critique", "Criticise the statement.", recalls=("opinion",), sees=("draft",)),
        mediate("revised", critiques="critique", previous="draft"),
        rate("endorsement", of=("draft", "revised"), recalls=("opinion",)),
        vote("verdict"),
    )
    assert left["seats"] == [f"seat_{k}" for k in range(1, 6)]
    assert left["proposition"] == "We should tax wealth."
    assert set(left["statements"]) == {"draft", "revised"}
    assert {len(by_statement) for by_statement in left["ratings"]["endorsement"].values()} == {2}
    assert left["mediations"]["draft"]["mediator"] == "summary"
    assert sum(left["outcomes"]["verdict"]["counts"].values()) == 5
    rows = list(left["answers"].values())
    assert {row["step"] for row in rows} == {"before", "endorsement", "verdict"}
    assert {row["item"] for row in rows if row["step"] == "endorsement"} == {"endorsement_draft", "endorsement_revised"}


async def test_in_a_discussion_everybody_hears_its_own_table():
    left = await play(OPINION, *discuss("talk", 2, sees=("opinion",), table_size=2, moderated=True), size=5)
    assert tables(left["seats"], 2) == {"table_1": ["seat_1", "seat_2"], "table_2": ["seat_3", "seat_4", "seat_5"]}
    assert left["hearing"]["seat_3"] == {"opinion": ["seat_4", "seat_5"], "talk_1": ["seat_4", "seat_5"]}
    assert set(left["statements"]) == {f"talk_{r}_moderator_table_{t}" for r in (1, 2) for t in (1, 2)}
    assert {row["seat"] for row in left["utterances"].values() if "moderator" in row["step"]} == {
        "mediator table_1",
        "mediator table_2",
    }


async def test_who_hears_whom_can_be_said():
    ring = {"seat_1": ["seat_2"], "seat_2": ["seat_3"], "seat_3": ["seat_1"]}
    left = await play(*discuss("talk", 2, hears=ring), size=3)
    assert {seat: heard["talk_1"] for seat, heard in left["hearing"].items()} == ring


async def test_a_briefing_is_for_everybody():
    left = await play(collect("opinion", "Write.", materials=("The river floods.", "Dams cost money."), hears={}))
    assert left["texts"]["opinion_materials"] == {"1": "The river floods.", "2": "Dams cost money."}
    assert all(heard == {"opinion_materials": ["1", "2"]} for heard in left["hearing"].values())


class FailsFor:
    """The synthetic model, which does not answer one person at one step."""

    name, capabilities = "failing", SYNTHETIC.capabilities

    def __init__(self, persona, step):
        self.persona, self.step, self.prompts = persona, step, []

    async def generate(self, request):
        if (request.context.get("persona"), request.context.get("step")) == (self.persona, self.step):
            raise ModelTimeoutError("no answer")
        self.prompts.append(request.prompt)
        return await SYNTHETIC.generate(request)

    async def choose(self, request):
        self.prompts.append(request.prompt)
        return await SYNTHETIC.choose(request)

    async def aclose(self):
        pass


async def test_a_seat_without_an_opinion_is_lost_to_what_recalls_it_and_to_nothing_else():
    model = FailsFor("p2", "opinion")
    left = await play(
        OPINION,
        mediate("draft"),
        rate("endorsement", of=("draft",), recalls=("opinion",)),
        vote("verdict"),
        model=model,
    )
    assert left["texts"]["opinion"]["seat_2"]["missing"] == "timeout"
    assert left["ratings"]["endorsement"]["seat_2"]["draft"]["missing"] == "seat_lost"
    assert isinstance(left["votes"]["verdict"]["seat_2"], int)


async def test_a_round_that_failed_loses_nobody_the_next_one():
    class Once(FailsFor):
        async def generate(self, request):
            if request.context.get("heard"):
                return await SYNTHETIC.generate(request)
            return await super().generate(request)

    left = await play(*discuss("talk", 2), model=Once("p2", "discuss"))
    assert left["texts"]["talk_1"]["seat_2"]["missing"] == "timeout"
    assert isinstance(left["texts"]["talk_2"]["seat_2"], str)
    assert left["hearing"]["seat_1"] == {"talk_1": ["seat_3", "seat_4", "seat_5"]}


async def test_what_all_answered_is_fed_back_without_names():
    model = FailsFor("", "")
    left = await play(position("first"), position("second", feedback=("first",)), model=model)
    told = [p.messages[0].content for p in model.prompts if "In the round before" in p.messages[0].content]
    assert len(told) == 5
    codes = [left["polls"]["first"][seat]["position"] for seat in left["seats"]]
    share = 100 * codes.count(max(set(codes), key=codes.count)) / 5
    assert all(f"{share:.0f} %" in text and "seat_" not in text for text in told)


async def test_people_can_vote_on_what_they_wrote():
    left = await play(OPINION, vote("best", on="opinion", need="plurality"))
    outcome = left["outcomes"]["best"]
    assert set(outcome["counts"]) <= {"1", "2", "3", "4", "5"}
    assert outcome["voters"] == outcome["seats"] == 5


@pytest.mark.parametrize(
    ("votes", "need", "decided"),
    [
        ((1, 1, 2), "majority", "1"),
        ((1, 1, 2, 2), "majority", None),  # half is no majority
        ((1, 1, 2, 2), "plurality", None),  # two lead
        ((1, 1, 2, 3), "plurality", "1"),
        ((1, 1, 1), "unanimity", "1"),
        ((1, 1, {"missing": "timeout", "raw": ""}), "unanimity", None),  # who did not vote has not agreed
        ((1, 1, 2), "two_thirds", "1"),
        ((1, 1, 2), 0.7, None),
        (({"missing": "timeout", "raw": ""},), "plurality", None),
    ],
)
def test_votes_are_counted_among_all_seats(votes, need, decided):
    assert counted({f"seat_{k}": v for k, v in enumerate(votes)}, need)["decided"] == decided


async def test_a_route_starts_where_all_have_finished():
    graph = StateGraph(DeliberationState, context_schema=Context)
    last = chain(graph, START, position("before"), gather("counted"))
    seen = []

    def route(state):
        seen.append(len(state["polls"]["before"]))
        return END

    graph.add_conditional_edges(last, route, [END])
    await graph.compile().ainvoke(QUESTION, context=context())
    assert seen == [5]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: discuss("talk", 0), "one round"),
        (lambda: discuss("talk", hears={}, table_size=2), "tables say who hears whom"),
        (lambda: vote("v", need="most"), "majority, two_thirds, unanimity, plurality"),
        (lambda: vote("v", options=("Yes",)), "two different options"),
        (lambda: mediate("m", critiques="critique"), "both `critiques` and `previous`"),
    ],
)
def test_wrong_arguments_are_named(make, said):
    with pytest.raises(StepError, match=said):
        make()


@pytest.mark.parametrize(
    "step",
    [
        collect("critique", "", sees=("drafts",)),
        mediate("draft"),
        rate("rating", of=("drafts",)),
        vote("v", on="drafts"),
    ],
)
async def test_a_step_that_needs_what_nobody_left_says_so(step):
    with pytest.raises(StepError, match="no step before"):
        await play(step)


async def test_a_vote_on_one_statement_is_on_adopting_it():
    left = await play(OPINION, mediate("draft", "random_opinion"), vote("adopted", on="draft", need="unanimity"))
    outcome = left["outcomes"]["adopted"]
    assert outcome["options"] == ["No", "Yes"]
    assert outcome["about"] == ["draft"]
    assert set(outcome["counts"]) == {"1", "2"}


async def test_a_single_step_may_be_named_without_a_list():
    left = await play(
        OPINION, mediate("draft"), rate("r", of="draft", recalls="opinion"), collect("more", "Write.", sees="opinion")
    )
    assert {tuple(rated) for rated in left["ratings"]["r"].values()} == {("draft",)}
    assert left["hearing"]["seat_1"] == {"opinion": ["seat_2", "seat_3", "seat_4", "seat_5"]}


@pytest.mark.parametrize("hears", [{"seat_9": ["seat_1"]}, {"seat_1": ["seat_9"]}, {"seat_1": "seat_2"}, [1, 2]])
async def test_who_hears_whom_names_seats(hears):
    with pytest.raises(NetworkError, match="who hears whom"):
        await play(*discuss("talk", 2, hears=hears))


async def test_a_topology_may_be_named_alone():
    left = await play(*discuss("talk", 2, hears="ring"))
    assert left["hearing"]["seat_1"]["talk_1"] == ["seat_2", "seat_5"]
