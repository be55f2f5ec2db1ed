"""A step of a protocol: what everybody does, or what happens once, as nodes of an ordinary LangGraph graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from ...personas.propositions import declare
from ..context import Context
from ..node import Node, Route
from .task import StepError, Task

Update = dict[str, Any]
State = Mapping[str, Any]
Graph = StateGraph[Any, Any, Any, Any]


@dataclass(frozen=True)
class Step:
    """One step of a protocol, to be put into a graph.

    A step that happens once is one node of its name. A step that everybody takes is a node of its name, which sends
    `NAME_seat` once to every seat (or several times, about several things), and, where there is something to be
    counted when all are done, `NAME_count`.

    Args:
        name: Names its nodes, and what it leaves in the state.
        run: A coroutine function `(state, runtime) -> update`; of a step that everybody takes, what one seat does.
        tasks: What one seat is sent; None where the step happens once.
        count: A coroutine function that runs when every seat is done.
        opening: What the step puts into the state before anybody is sent anything.
    """

    name: str
    run: Callable[..., Awaitable[Update]]
    tasks: Callable[[State, str], Sequence[Task]] | None = None
    count: Callable[..., Awaitable[Update]] | None = None
    opening: Mapping[str, Any] | None = None

    def add(self, graph: Graph) -> tuple[str, str]:
        """Puts the step's nodes into a graph.

        Returns:
            The names of its first and last node, to be joined to others by edges.

        Raises:
            StepError: The graph has a node of this name.
        """
        if self.name in graph.nodes:
            raise StepError(f"two steps are called {self.name!r}; give each a name of its own")
        if self.tasks is None:
            graph.add_node(self.name, Node(self.run))
            return self.name, self.name
        seat, last = f"{self.name}_seat", f"{self.name}_seat"
        graph.add_node(self.name, Node(_opened(self.opening or {})))
        graph.add_node(seat, Node(_if_sent(self.run)))
        graph.add_conditional_edges(self.name, _to_seats(seat, self.tasks), [seat])
        if self.count is not None:
            last = f"{self.name}_count"
            graph.add_node(last, Node(self.count))
            graph.add_edge(seat, last)
        return self.name, last


Part = Step | str | Sequence[Step]


def chain(graph: Graph, *parts: Part) -> str:
    """Puts steps into a graph and joins each to the one before by an edge.

    Args:
        graph: Over `DeliberationState`, or a state with its keys.
        parts: Steps, sequences of steps, and names of nodes that are in the graph (START and END too).

    Returns:
        The name of the last node, from which further edges may start.
    """
    last = ""
    for part in _flat(parts):
        first, end = (part, part) if isinstance(part, str) else part.add(graph)
        if last:
            graph.add_edge(last, first)
        last = end
    return last


def gather(name: str) -> Step:
    """A step at which everybody has finished the one before, and a route may start.

    A route that starts where seats run would see one seat's words each time.
    """

    async def gather(state: State, runtime: Runtime[Context]) -> Update:
        return {}

    return Step(name, gather)


def _flat(parts: Sequence[Part]) -> list[Step | str]:
    return [one for part in parts for one in ([part] if isinstance(part, Step | str) else part)]


def _opened(opening: Mapping[str, Any]) -> Callable[..., Awaitable[Update]]:
    async def open_step(state: State, runtime: Runtime[Context]) -> Update:
        return {**begun(state, runtime.context), **opening}

    return open_step


def begun(state: State, context: Context) -> Update:
    """What every protocol needs and the user need not give: the seats, and what people can agree with."""
    if state.get("seats"):
        return {}
    update: Update = {"seats": list(context.seats)}
    if state.get("proposition"):
        return update | {"proposition_source": "given"}
    made = declare(state["question"])
    # Without a rule for it the question itself is what people take a position on; `propose` asks a model.
    return update | {"proposition": made or state["question"], "proposition_source": "rule" if made else "question"}


def _to_seats(node: str, tasks: Callable[[State, str], Sequence[Task]]) -> Route:
    def route(state: State) -> list[Send]:
        # Where there is nothing for anybody to do, such as no text to rate, the graph would end here.
        return [Send(node, task) for seat in state["seats"] for task in tasks(state, seat)] or [Send(node, {})]

    route.__name__ = f"to_{node}"
    return Route(route)


def _if_sent(run: Callable[..., Awaitable[Update]]) -> Callable[..., Awaitable[Update]]:
    async def run_seat(state: State, runtime: Runtime[Context]) -> Update:
        return await run(state, runtime=runtime) if state else {}

    run_seat.__name__ = run.__name__
    return run_seat
