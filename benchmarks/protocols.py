"""Client CPU per episode by protocol and mechanism, LangGraph's share of it, and the memory of a comparison.

Run `python benchmarks/protocols.py [GROUPS]`, GROUPS the most groups of the last part (default 1,000). The model's answers are
remembered from a first pass, so that its own CPU is not in the numbers. “Plain” makes the same calls in the same order by the
same nodes and routes from a few lines of asyncio, in the same run: the difference is LangGraph. The goal: memory flat.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, get_type_hints

from langchain_core.runnables.config import run_in_executor
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from minipublic import Context, Instrument, Persona, load_model
from minipublic.graphs.consensus import build_consensus
from minipublic.graphs.mediators import find_mediator
from minipublic.graphs.node import Node, Route
from minipublic.graphs.protocols import build_protocol
from minipublic.models.protocol import Capabilities
from minipublic.personas.questions import likert
from minipublic.simulation.engine import rare_collections

GROUPS, SEATS, ROUNDS, AT_ONCE = 40, 5, 5, 16
MECHANISMS = {
    "summary": {},
    "habermas": {"candidates": 4},
    "welfare": {"alpha": 1},
    "median_opinion": {},
    "random_opinion": {},
}
SCALE = ("no", "rather no", "rather yes", "yes")
ITEMS = Instrument("poll", tuple(likert(f"q{k}", f"Statement {k}", SCALE) for k in range(3)))
SHIPPED = {
    "habermas": {},
    "deliberative_poll": {"instrument": "poll"},
    "jury": {},
    "delphi": {"instrument": "poll"},
    "citizens_assembly": {},
    "network_discussion": {},
}
SIZES = (250, 500, 1_000)
Way = Callable[[Context], Awaitable[Any]]


class Remembering:
    """Answers as the synthetic model did the first time, at no cost to speak of."""

    capabilities = Capabilities()

    def __init__(self) -> None:
        self.model = load_model("synthetic:default")
        self.capabilities, self.name = self.model.capabilities, self.model.name
        self.held: dict[Any, Any] = {}
        self.calls = 0

    async def generate(self, request: Any) -> Any:
        return await self._told(self.model.generate, request, ())

    async def choose(self, request: Any) -> Any:
        return await self._told(self.model.choose, request, request.options)

    async def aclose(self) -> None:
        """Has nothing to close."""

    async def _told(self, ask: Callable[[Any], Awaitable[Any]], request: Any, options: Any) -> Any:
        self.calls += 1
        key = (request.prompt, request.seed, request.replicate, options)
        if key not in self.held:
            self.held[key] = await ask(request)
        return self.held[key]


def plain(graph: StateGraph[Any, Any, Any, Any]) -> Way:
    """The graph's own nodes and routes, called from asyncio alone: all of a step at once, then what they leave is joined."""
    schema = get_type_hints(graph.state_schema, include_extras=True)
    reducers = {key: hint.__metadata__[0] for key, hint in schema.items() if hasattr(hint, "__metadata__")}
    after = {source: [end for start, end in graph.edges if start == source] for source in (START, *graph.nodes)}

    def sent(sources: set[str], state: dict[str, Any]) -> list[tuple[str, Any]]:
        ways = [route.path.to(state) for source in sources for route in graph.branches.get(source, {}).values()]
        found = [to for way in ways for to in (way if isinstance(way, list) else [way])]
        names = {end for source in sources for end in after[source]} | {to for to in found if isinstance(to, str)}
        return [(to.node, to.arg) for to in found if isinstance(to, Send)] + [(n, state) for n in names if n != END]

    async def way(context: Context) -> dict[str, Any]:
        state: dict[str, Any] = {"question": "Should we tax wealth?"}
        runtime, tasks = Runtime(context=context), sent({START}, state)
        while tasks:
            running = (graph.nodes[name].runnable.run(given, runtime=runtime) for name, given in tasks)
            for update in await asyncio.gather(*running):
                for key, value in update.items():
                    state[key] = reducers[key](state.get(key), value) if key in reducers else value
            tasks = sent({name for name, _ in tasks}, state)
        return state

    return way


def compiled(graph: StateGraph[Any, Any, Any, Any]) -> Way:
    """The graph as LangGraph runs it."""
    ready = graph.compile()
    return lambda context: ready.ainvoke({"question": "Should we tax wealth?"}, context=context)


async def episodes(way: Way, model: Remembering, mediator: Any) -> list[Any]:
    """All groups once, some at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(k: int) -> Any:
        seats = {f"seat_{i}": Persona(f"p{k}_{i}", {"party": "A"}) for i in range(1, SEATS + 1)}
        context = Context(seats, {"participant": model, "mediator": model}, unit=f"g{k}", mediator=mediator)
        async with places:
            return await way(context)

    return await asyncio.gather(*map(one, range(GROUPS)))


def cpu_ms(work: Callable[[], Any], per: int) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started) / per


def measured(name: str, graph: StateGraph[Any, Any, Any, Any], mediator: Any = None) -> None:
    """One line: a protocol as LangGraph runs it, and as plain code does."""
    model, ways = Remembering(), {"graph": compiled(graph), "plain": plain(graph)}
    told = {key: asyncio.run(episodes(way, model, mediator)) for key, way in ways.items()}
    left = {key: [{k: v for k, v in state.items() if v} for state in states] for key, states in told.items()}
    assert left["graph"] == left["plain"], "the two ways differ"
    calls, times = model.calls / 2 / GROUPS, {key: list[float]() for key in ways}
    for _ in range(ROUNDS):  # the ways in turn, so that a slow moment of the machine meets both
        for key, way in ways.items():
            times[key].append(cpu_ms(lambda way=way: asyncio.run(episodes(way, model, mediator)), GROUPS))
    share = [1 - b / a for a, b in zip(times["graph"], times["plain"], strict=True)]
    print(
        f"  {name:28s} {calls:5.1f} calls {statistics.median(times['graph']):6.2f} ms, plain "
        f"{statistics.median(times['plain']):6.2f} ms, LangGraph's share {statistics.median(share):4.0%} "
        f"({min(share):.0%} to {max(share):.0%})",
        flush=True,
    )


def bare(sends: int) -> StateGraph[Any, Any, Any, Any]:
    """A graph of nodes that do nothing: one, so many at once, and one again."""

    async def nothing(state: Any, runtime: Any) -> dict[str, Any]:
        return {}

    def route(state: Any) -> list[Send]:
        return [Send("seat", {"question": ""})] * sends if sends else ["last"]

    graph = StateGraph(build_consensus().state_schema, context_schema=Context)
    for name in ("first", "seat", "last"):
        graph.add_node(name, Node(nothing))
    graph.add_edge(START, "first")
    graph.add_conditional_edges("first", Route(route), ["seat", "last"])
    graph.add_edge("seat", "last")
    graph.add_edge("last", END)
    return graph


def langgraph_alone() -> None:
    model, found = Remembering(), {k: list[float]() for k in (0, 5, 25)}
    for _ in range(ROUNDS):
        for sends, times in found.items():
            way = compiled(bare(sends))
            times.append(cpu_ms(lambda way=way: asyncio.run(episodes(way, model, None)), GROUPS))
    none, few, many = (statistics.median(times) for times in found.values())
    print(f"  an invocation of two nodes {none:.2f} ms, each seat sent {(many - few) / 20:.2f} ms")


def routes() -> None:
    """The consensus protocol with its routes run where they stand, and in threads as LangGraph runs plain functions."""

    async def in_thread(self: Route, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return await run_in_executor(None, self.to, input)

    model, way, ours = Remembering(), compiled(build_consensus()), Route.ainvoke
    asyncio.run(episodes(way, model, None))
    found: dict[str, list[float]] = {"in place": [], "in threads": []}
    for _ in range(ROUNDS):
        for (_, times), run in zip(found.items(), (ours, in_thread), strict=True):
            Route.ainvoke = run  # type: ignore[method-assign]
            times.append(cpu_ms(lambda: asyncio.run(episodes(way, model, None)), GROUPS))
    Route.ainvoke = ours  # type: ignore[method-assign]
    print("  routes " + ", ".join(f"{name} {statistics.median(times):.2f} ms" for name, times in found.items()))


STUDY = """
study: scale
kind: consensus
population: {{generate: {people}, attributes: {{party: {{shares: {{A: 1, B: 1}}}}}}}}
conditions:
  - style: qa
    mechanism: [summary, {{name: habermas, candidates: 4}}, {{name: welfare, alpha: 1}}, median_opinion, random_opinion]
consensus: {{groups: {groups}, group_size: 5, questions: ["Should we tax wealth?"]}}
"""


def one(groups: int) -> None:
    """Compares five mechanisms on so many groups in this process, and prints what it took."""
    from minipublic.simulation.loading import load_study
    from minipublic.simulation.measure import measure_run
    from minipublic.simulation.planning import make_plan
    from minipublic.simulation.run import run_study

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.yaml"
        path.write_text(STUDY.format(people=5 * groups, groups=groups))
        plan = make_plan(load_study(path), path)
        started = time.process_time()
        asyncio.run(run_study(plan, path.parent / "out"))
        ran, peak = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        measure_run(path.parent / "out", plan)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = f"{ran:,.0f} s CPU, {1000 * ran / groups / 5:.1f} ms an episode, peak memory {peak:,.0f} MB"
    print(f"  {groups:>5,} groups × 5 mechanisms: {told}; after measuring {after:,.0f} MB", flush=True)


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    print(f"client CPU per episode, {SEATS} seats, median of {ROUNDS} rounds of {GROUPS} groups, {AT_ONCE} at once")
    with rare_collections():  # as a run does
        langgraph_alone()
        routes()
        for name, options in MECHANISMS.items():
            measured(f"consensus, {name}", build_consensus(), find_mediator(name, **options))
        for name, options in SHIPPED.items():
            measured(name, build_protocol(name, instruments={"poll": ITEMS}, **options))
    print("a comparison as `minipublic compare` runs it, journal on disk, synthetic model")
    for groups in (n for n in SIZES if n <= largest):
        subprocess.run([sys.executable, __file__, "--one", str(groups)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        main()
