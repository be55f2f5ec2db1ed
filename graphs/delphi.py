"""A Delphi survey: the same people are asked again and told how all answered (Dalkey and Helmer 1963; Linstone and Turoff 1975).

1. `round_1`: everybody answers, alone.
2. `reasons_1`: everybody gives a reason, where reasons are asked for.
3. `round_2`: everybody is told how all answered, and reads the others' reasons, all without names, and answers again.
   Steps 2 and 3 repeat until few change their answers, or the rounds are over.
4. `close_survey`: how many rounds it took, and whether answers have settled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..personas.questions import AGREEMENT, Instrument
from .context import Context
from .node import Route
from .state import DeliberationState
from .steps import Step, StepError, ask, chain, collect, gather, position
from .steps.step import State, Update

# Linstone and Turoff (1975) take a change of less than 15 % for stability.
STABLE = 0.15
CLOSE = "close_survey"
REASON = (
    "Give the reason for your answer in one to three sentences, for people who may see it differently. Write only that."
)


def build_delphi(
    rounds: int = 4,
    stable: float = STABLE,
    reasons: bool = True,
    instrument: Instrument | None = None,
    labels: Sequence[str] = AGREEMENT,
    instruction: str = REASON,
) -> StateGraph[Any, Any, Any, Any]:
    """The Delphi survey, uncompiled.

    It leaves `outcomes["result"]`: `rounds` that were held, `changed` (share of answers that the last round changed), and
    `stable`, whether that is below the bound.

    Args:
        rounds: At most.
        stable: Below this share of changed answers no further round is held.
        reasons: Ask for reasons, and show them in the next round.
        instrument: What is asked; by default how far everybody agrees with the proposition.
        labels: The scale of that agreement.
        instruction: What reasons are asked for.

    Raises:
        StepError: There are fewer than two rounds.
    """
    if rounds < 2:
        raise StepError(f"delphi: answers are fed back in a second round; rounds must be 2 or more, got {rounds}")
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(graph, Step(CLOSE, _closing(stable)), END)
    last, polls = START, list[str]()
    for r in range(1, rounds + 1):
        told = [collect(f"reasons_{r - 1}", instruction)] if reasons and r > 1 else []
        options: dict[str, Any] = {"sees": [step.name for step in told], "feedback": tuple(polls)}
        name = f"round_{r}"
        poll = ask(name, instrument, **options) if instrument else position(name, labels=labels, **options)
        end = chain(graph, *told, poll, gather(f"counted_{r}"))
        first = told[0].name if told else name
        if r <= 2:  # one round says nothing of stability
            graph.add_edge(last, first)
        else:
            graph.add_conditional_edges(last, Route(_unless_stable(polls, stable, first)), [first, CLOSE])
        last = end
        polls.append(name)
    graph.add_edge(last, CLOSE)
    return graph


def _unless_stable(polls: Sequence[str], stable: float, more: str) -> Callable[[DeliberationState], str]:
    before, after = polls[-2:]

    def route(state: DeliberationState) -> str:
        return CLOSE if _changed(state, before, after) < stable else more

    route.__name__ = f"unless_stable_{after}"
    return route


def _changed(state: State, before: str, after: str) -> float:
    """The share of answers that differ between two polls, of those given in both; 1 where there are none."""
    first, second = state["polls"][before], state["polls"][after]
    pairs = [(first[seat].get(item), code) for seat, answers in second.items() for item, code in answers.items()]
    both = [(a, b) for a, b in pairs if isinstance(a, int | str) and isinstance(b, int | str)]
    return sum(a != b for a, b in both) / len(both) if both else 1.0


def _closing(stable: float) -> Callable[..., Any]:
    async def close_survey(state: State, runtime: Runtime[Context]) -> Update:
        polls = list(state["polls"])
        changed = _changed(state, *polls[-2:])
        return {"outcomes": {"result": {"rounds": len(polls), "changed": changed, "stable": changed < stable}}}

    return close_survey
