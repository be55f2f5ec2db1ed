"""A step at which nobody has anything to do leaves nothing, and the protocol goes on."""

from camps import Fails, group, play, public
from langgraph.graph import END, START, StateGraph

from minipublic.graphs.context import Context
from minipublic.graphs.polis import build_polis
from minipublic.graphs.state import DeliberationState
from minipublic.graphs.steps import Step, chain, collect, position, rate, vote


async def pool(state, runtime):
    return {"seats": list(runtime.context.seats), "candidates": {"pool": []}}


def protocol():
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(graph, START, Step("pool", pool), rate("endorsement", of=("pool",)), position("after"), END)
    return graph


async def test_without_a_text_to_rate_the_next_step_is_taken():
    left = await play(protocol, group("left", "right"))
    assert not left["ratings"]
    assert set(left["polls"]["after"]) == {"seat_1", "seat_2"}


async def test_without_a_statement_nobody_votes_and_the_count_is_empty():
    silent = Fails(public(), lambda about: about["step"] == "collect")
    left = await play(build_polis, group("left", "right", model=silent))
    assert left["outcomes"]["vote"] == {}


async def test_of_texts_voted_on_the_outcome_names_those_there_are():
    def voted():
        graph = StateGraph(DeliberationState, context_schema=Context)
        chain(graph, START, collect("opinion", "Write."), vote("best", on="opinion", need="plurality"), END)
        return graph

    silent = Fails(public(), lambda about: (about["step"], about["persona"]) == ("opinion", "p1"))
    left = await play(voted, group("left", "left", "right", model=silent))
    assert left["outcomes"]["best"]["about"] == ["opinion_seat_2", "opinion_seat_3"]
    assert left["outcomes"]["best"]["options"] == ["Text 1", "Text 2"]
