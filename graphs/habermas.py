"""Consensus by critique rounds until endorsement stops rising (Tessler et al. 2024).

1. `opinion`: everybody writes an opinion, without seeing the others'.
2. `statement_1`: the mechanism makes a group statement: candidates, predicted rankings, social choice.
3. `endorsement_1`: everybody says how far they agree with it.
4. `critique_2`: everybody criticises the statement, without seeing the others' critiques.
5. `statement_2`: the mechanism makes another, from opinions, statement and critiques.
6. `endorsement_2`: everybody says how far they agree with that. Steps 4 to 6 repeat until a statement is not endorsed
   more than the one before, or the rounds are over.
7. `close_mediation`: the statement that was endorsed most is the group's.

The source has one critique round. A seat whose opinion or critique could not be had is lost to what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..personas.answers import is_missing
from ..personas.questions import AGREEMENT
from .context import Context
from .mediators import Mediator, find_mediator
from .node import Route
from .state import Agenda, DeliberationState
from .steps import Step, StepError, chain, collect, gather, mediate, position, propose, rate
from .steps.step import State, Update

OPINION = (
    "Write your opinion in your own words, in two to five sentences, and give your reasons. Write only the opinion."
)
CRITIQUE = (
    "Write your critique of the statement in one to four sentences: what you agree with, what is missing or wrong from "
    "your point of view, and what you would change. Write only the critique."
)
CLOSE = "close_mediation"


def build_habermas(
    rounds: int = 3, labels: Sequence[str] = AGREEMENT, mediator: Mediator | None = None
) -> StateGraph[Any, Any, Any, Any]:
    """The protocol, uncompiled.

    It leaves `outcomes["result"]`: `statement` (the name of the step whose statement is the group's), `rated` (the item
    that rates it), `endorsement` (the mean agreement with each statement, by step), and `ended`: `not_endorsed_more`,
    `rounds_over`, `no_statement` or `not_rated`. Means are of those who rated all of the statements.

    Args:
        rounds: Statements that are made, at most; 2 is the source's one critique round.
        labels: The agreement scale from lowest to highest.
        mediator: The mechanism; the context's by default, and where that names none the mediator `habermas`.

    Raises:
        StepError: There is no round.
    """
    if rounds < 1:
        raise StepError(f"habermas: rounds must be 1 or more, got {rounds}")
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    chain(graph, Step(CLOSE, _closing()), END)
    last = chain(
        graph,
        START,
        propose(),
        position("position", labels=labels),
        collect("opinion", OPINION),
        *_round(1, labels, mediator),
    )
    for r in range(2, rounds + 1):
        told = collect(f"critique_{r}", CRITIQUE, recalls=("opinion",), sees=(f"statement_{r - 1}",))
        end = chain(graph, told, *_round(r, labels, mediator))
        graph.add_conditional_edges(last, Route(_while_rising(r - 1)), [f"critique_{r}", CLOSE])
        last = end
    graph.add_edge(last, CLOSE)
    return graph


def _round(r: int, labels: Sequence[str], mediator: Mediator | None) -> list[Step]:
    name = f"statement_{r}"
    before = {"critiques": f"critique_{r}", "previous": f"statement_{r - 1}"} if r > 1 else {}
    return [
        mediate(name, mediator, positions="position", otherwise=find_mediator("habermas"), **before),
        rate(f"endorsement_{r}", of=(name,), labels=labels, recalls=("opinion",)),
        gather(f"endorsed_{r}"),
    ]


def _while_rising(r: int) -> Callable[[DeliberationState], str]:
    def route(state: DeliberationState) -> str:
        return f"critique_{r + 1}" if _ended(state) is None else CLOSE

    route.__name__ = f"while_rising_{r}"
    return route


def _endorsements(state: State) -> dict[str, float | None]:
    """The mean agreement with each statement so far, by step; None where nobody could rate it.

    Means are of those who rated every statement that anybody could rate, so that they can be compared.
    """
    rated = {f"statement_{r}": _codes(seats) for r, seats in enumerate(state["ratings"].values(), start=1)}
    held = [codes for codes in rated.values() if codes]
    everywhere = set.intersection(*map(set, held)) if held else set()
    of = {step: [codes[seat] for seat in everywhere or codes] for step, codes in rated.items() if codes}
    return {step: sum(of[step]) / len(of[step]) if step in of else None for step in rated}


def _codes(seats: State) -> dict[str, int]:
    return {seat: code for seat, rated in seats.items() for code in rated.values() if isinstance(code, int)}


def _ended(state: State) -> str | None:
    """Why there is no further round; None where there may be one."""
    means = list(_endorsements(state).values())
    if is_missing(state["statements"][f"statement_{len(means)}"]):
        return "no_statement"
    if means[-1] is None:
        return "not_rated"
    before = means[-2] if len(means) > 1 else None
    return "not_endorsed_more" if before is not None and means[-1] <= before else None


def _closing() -> Callable[..., Any]:
    async def close_mediation(state: State, runtime: Runtime[Context]) -> Update:
        endorsements = _endorsements(state)
        rated = {step: mean for step, mean in endorsements.items() if mean is not None}
        # Of equals the earlier one, which nobody had to be asked about again.
        best = max(rated, key=lambda step: rated[step]) if rated else None
        result = {
            "statement": best,
            "rated": f"endorsement_{best.rpartition('_')[2]}_{best}" if best else None,
            "endorsement": endorsements,
            "ended": _ended(state) or "rounds_over",
        }
        return {"outcomes": {"result": result}}

    return close_mediation
