"""Ratings: what a difference between two of them is, and that nobody is named."""

from camps import Fails, group, play, public
from langgraph.graph import END, START, StateGraph

from minipublic.graphs.context import Context
from minipublic.graphs.state import DeliberationState
from minipublic.graphs.steps import chain, collect, rate


def protocol():
    graph = StateGraph(DeliberationState, context_schema=Context)
    opinion = collect("opinion", "Write your opinion.")
    chain(graph, START, opinion, rate("early", of=("opinion",)), rate("late", of=("opinion",)), END)
    return graph


async def test_the_same_statement_is_rated_the_same_at_every_step():
    left = await play(protocol, group("none", "none", "left"))
    assert left["ratings"]["early"] == left["ratings"]["late"]


async def test_who_wrote_a_text_is_not_told_to_those_who_rate_it():
    model = Fails(public())
    await play(protocol, group("none", "right", "left", model=model))
    prompts = model.prompts("rating")
    assert all("[BEGIN Statement " in prompt and "seat_" not in prompt for prompt in prompts.values())
