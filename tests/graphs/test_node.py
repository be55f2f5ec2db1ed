"""A node is written once; in `ainvoke` and in `invoke` it has everything that LangGraph keeps for it."""

import threading
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config, get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt

from minipublic.graphs import Context, ContextError
from minipublic.graphs.node import Node, Route
from minipublic.graphs.state import merge
from minipublic.personas import Persona

SEATS = {f"seat_{k}": Persona(f"p{k}") for k in (1, 2, 3)}
CONTEXT = Context(seats=SEATS, models={})
THREAD = {"configurable": {"thread_id": "t"}}


class Talk(TypedDict, total=False):
    said: Annotated[dict[str, Any], merge]
    seen: Annotated[dict[str, Any], merge]


async def listen(state, runtime):
    """Every seat waits for somebody, and says who wrote."""
    seat = state["seat"]
    get_stream_writer()({"waits": seat})
    said = interrupt({"seat": seat})
    return {"said": {seat: said}, "seen": {seat: [get_config()["configurable"]["thread_id"], runtime.context.study]}}


def build(run=listen):
    graph = StateGraph(Talk, context_schema=Context)
    graph.add_node("listen", Node(run))
    graph.add_conditional_edges(START, lambda state: [Send("listen", {"seat": s}) for s in SEATS], ["listen"])
    graph.add_edge("listen", END)
    return graph.compile(checkpointer=InMemorySaver())


async def as_coroutine(graph, given):
    return await graph.ainvoke(given, THREAD, context=CONTEXT)


async def from_a_thread(graph, given):
    return graph.invoke(given, THREAD, context=CONTEXT)


@pytest.mark.parametrize("way", [as_coroutine, from_a_thread])
async def test_a_node_can_interrupt_and_is_resumed(way):
    graph = build()
    paused = await way(graph, {})
    waiting = {i.value["seat"]: i.id for i in paused["__interrupt__"]}
    assert set(waiting) == set(SEATS)
    paused = await way(graph, Command(resume={waiting["seat_2"]: "second"}))  # in any order
    assert {i.value["seat"] for i in paused["__interrupt__"]} == {"seat_1", "seat_3"}
    rest = {waiting["seat_1"]: "first", waiting["seat_3"]: "third"}
    ended = await way(graph, Command(resume=rest))
    assert ended["said"] == {"seat_1": "first", "seat_2": "second", "seat_3": "third"}
    assert ended["seen"]["seat_1"] == ["t", "study"]


def test_the_stream_has_its_writer_without_an_event_loop():
    written = list(build().stream({}, THREAD, context=CONTEXT, stream_mode="custom"))
    assert sorted(part["waits"] for part in written) == sorted(SEATS)


def test_nodes_without_an_event_loop_share_one_thread():
    threads = set()

    async def note(state, runtime):
        threads.add(threading.current_thread().name)
        return {}

    build(note).invoke({}, THREAD, context=CONTEXT)
    assert threads == {"minipublic-nodes"}


@pytest.mark.parametrize("way", [as_coroutine, from_a_thread])
async def test_what_a_node_raises_comes_out(way):
    async def fail(state, runtime):
        raise KeyError("nobody")

    with pytest.raises(KeyError, match="nobody"):
        await way(build(fail), {})


async def test_a_graph_without_a_context_says_so():
    with pytest.raises(ContextError, match="context=Context"):
        await build().ainvoke({}, THREAD)


async def test_a_route_runs_where_it_stands_with_a_loop_and_without():
    threads = []

    def to_everybody(state):
        threads.append(threading.get_ident())
        return [Send("note", {"seat": s}) for s in SEATS]

    async def note(state, runtime):
        return {"said": {state["seat"]: "here"}}

    graph = StateGraph(Talk, context_schema=Context)
    graph.add_node("note", Node(note))
    graph.add_conditional_edges(START, Route(to_everybody), ["note"])
    graph.add_edge("note", END)
    compiled = graph.compile()
    assert (await compiled.ainvoke({}, context=CONTEXT))["said"] == dict.fromkeys(SEATS, "here")
    assert threads == [threading.get_ident()]
    assert compiled.invoke({}, context=CONTEXT)["said"] == dict.fromkeys(SEATS, "here")
