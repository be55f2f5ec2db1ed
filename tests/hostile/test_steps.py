"""What reaches the prompts of protocols made of steps, and of mediators that foretell what people would choose."""

import pytest
from hostile_people import ATTACKS, Public, read_quotations
from langgraph.graph import END, START, StateGraph
from test_study import without_marks

from minipublic.graphs import Context
from minipublic.graphs.mediators import find_mediator
from minipublic.graphs.state import DeliberationState
from minipublic.graphs.steps import chain, collect, discuss, mediate, position, rate, vote
from minipublic.models.unicode_text import well_formed
from minipublic.personas import Persona
from minipublic.personas.visible import visible

FEW = ("closes with marks it has seen", "fakes the other headings", "line separators", "ranking spoof")
KINDS = {
    "critique",
    "opinion",
    "discuss",
    "moderate",
    "position",
    "rating",
    "vote",
    "draft",
    "revision",
    "ranking",
    "prediction",
}


def graph():
    parts = (
        collect("opinion", "Write your opinion."),
        discuss("talk", 2, sees=("opinion",), moderated=True),
        mediate("draft", find_mediator("habermas", candidates=2)),
        collect("critique", "Criticise it.", recalls=("opinion",), sees=("draft",)),
        mediate("revised", find_mediator("welfare", candidates=2), critiques="critique", previous="draft"),
        mediate("copied", find_mediator("random_opinion")),
        rate("endorsement", of=("draft", "revised", "copied"), recalls=("opinion",)),
        vote("choice", on="opinion"),
        position("after", sees=("talk_2",)),
    )
    made = StateGraph(DeliberationState, context_schema=Context)
    chain(made, START, *parts, END)
    return made.compile()


GRAPH = graph()


async def played(attack, honest):
    model = Public({"p1": attack}, honest)
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": "ABC"[k]}) for k in range(3)}
    context = Context(seats=seats, models={"participant": model, "mediator": model}, study="s", unit="g1")
    return model, await GRAPH.ainvoke({"question": "Should we tax wealth?"}, context=context)


@pytest.mark.parametrize(
    "attack",
    [pytest.param(a, id=a.name, marks=() if a.name in FEW else pytest.mark.slow) for a in ATTACKS if not a.alone],
)
async def test_prompts_hold_it_in_quotations_and_nowhere_else(attack):
    (model, state), (plain, told) = await played(attack, False), await played(attack, True)
    assert model.requests.keys() == plain.requests.keys()
    assert {request.context["step"] for request in model.requests.values()} == KINDS
    texts = {visible(well_formed(text).strip())[:20_000] for text in model.wrote.values()}
    held = set()
    for key, request in model.requests.items():
        (outside, blocks), (same, blocks_plain) = map(
            read_quotations, (request.prompt.text, plain.requests[key].prompt.text)
        )
        assert without_marks(outside) == without_marks(same)
        assert [title for title, _ in blocks] == [title for title, _ in blocks_plain]
        if any(content[:20_000] in texts for _, content in blocks):
            held.add(request.context["step"])
    assert held >= KINDS - {"opinion"}
    assert state["outcomes"] == told["outcomes"]
    assert state["ratings"] == told["ratings"]
    assert state["polls"] == told["polls"]
