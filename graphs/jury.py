"""A jury deliberates until enough of its members agree, or hangs (Kalven and Zeisel 1966; Davis 1973).

1. `evidence`: everybody reads the same, where something is given to be read.
2. `ballot_0`: everybody votes, before anybody has spoken.
3. `talk_1`: everybody speaks, having read the evidence.
4. `ballot_1`: everybody votes again. Steps 3 and 4 repeat, everybody hearing all that was said, until enough agree or
   the rounds are over.
5. `close_trial`: the verdict of the last ballot; without one the jury hangs.

Votes are secret: nobody is told how others voted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from .context import Context
from .node import Route
from .state import Agenda, DeliberationState
from .steps import Step, StepError, brief, chain, talk, vote
from .steps.step import State, Update

ARGUE = (
    "You sit on the jury. Say in one to four sentences how you see the case now, and answer what others have said, where "
    "something was said. Write only what you say."
)


def build_jury(
    options: Sequence[str] = ("Not guilty", "Guilty"),
    need: str | float = "unanimity",
    rounds: int = 4,
    evidence: Sequence[str] = (),
    instruction: str = ARGUE,
) -> StateGraph[Any, Any, Any, Any]:
    """The jury, uncompiled; invoke it with `{"question": ..., "proposition": ...}`, the proposition what the last option says.

    It leaves `outcomes["result"]`: `verdict` (an option, or None where the jury hangs), `ballots` (how many were
    taken), `share` of the leading option at the end.

    Args:
        options: The verdicts there can be, from the proposition's denial to its assertion.
        need: How many must agree: `unanimity`, `majority`, `two_thirds`, or a share of all seats.
        rounds: Of discussion, at most.
        evidence: Texts that everybody reads first.
        instruction: What everybody is asked to say.

    Raises:
        StepError: There are fewer than two options or no round, or no such need.
    """
    if rounds < 1:
        raise StepError(f"jury: rounds must be 1 or more, got {rounds}")
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    shown = ("evidence",) if evidence else ()
    opening = [brief("evidence", evidence)] if evidence else []
    last = chain(graph, START, *opening, vote("ballot_0", options=options, need=need, sees=shown))
    chain(graph, Step("close_trial", close_trial), END)
    said: list[str] = []
    for r in range(1, rounds + 1):
        step = talk(f"talk_{r}", said, instruction=instruction, sees=shown)
        said.append(f"talk_{r}")
        ballot = vote(f"ballot_{r}", options=options, need=need, sees=(*shown, *said))
        after = chain(graph, step, ballot)
        graph.add_conditional_edges(last, Route(_unless_decided(r - 1)), [f"talk_{r}", "close_trial"])
        last = after
    graph.add_edge(last, "close_trial")
    return graph


def _unless_decided(r: int) -> Callable[[DeliberationState], str]:
    def route(state: DeliberationState) -> str:
        return "close_trial" if state["outcomes"][f"ballot_{r}"]["decided"] else f"talk_{r + 1}"

    route.__name__ = f"unless_decided_{r}"
    return route


async def close_trial(state: State, runtime: Runtime[Context]) -> Update:
    """A node: the verdict of the last ballot."""
    ballots = [count for name, count in state["outcomes"].items() if name.startswith("ballot_")]
    last = ballots[-1]
    verdict = last["options"][int(last["decided"]) - 1] if last["decided"] else None
    return {"outcomes": {"result": {"verdict": verdict, "ballots": len(ballots), "share": last["share"]}}}
