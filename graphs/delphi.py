"""A Delphi survey: the same people are asked again and told how all answered (Dalkey and Helmer 1963; Linstone and Turoff 1975).

1. `round_1`: everybody answers, alone.
2. `reasons_1`: everybody is reminded of their answer and gives a reason, where reasons are asked for.
3. `round_2`: everybody is told how all answered and what they answered themselves, and reads the others' reasons, all
   without names, and answers again.
   Steps 2 and 3 repeat until the answers' distribution has settled, or the rounds are over.
4. `close_survey`: how many rounds it took, and whether answers have settled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..personas.answers import is_missing
from ..personas.questions import AGREEMENT, Instrument, Question, likert
from .context import Context
from .node import Route
from .state import Agenda, DeliberationState
from .steps import Step, StepError, ask, chain, gather, position
from .steps.polling import POSITION
from .steps.step import State, Update
from .steps.task import Task, task_for
from .steps.writing import written

# Scheibe, Skutsch and Schofer (in Linstone and Turoff 1975) take a movement below 15 % for stability.
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

    It leaves `outcomes["result"]`: `rounds` that were held, `moved` (how far the last round moved the distribution of answers, in
    [0, 1]; None where nobody answered both times), and `stable`, whether that is below the bound.

    Args:
        rounds: At most.
        stable: No further round is held when the distribution of answers has moved by less than this.
        reasons: Ask for reasons, and show them in the next round.
        instrument: What is asked; by default how far everybody agrees with the proposition.
        labels: The scale of that agreement.
        instruction: What reasons are asked for.

    Raises:
        StepError: There are fewer than two rounds.
    """
    if rounds < 2:
        raise StepError(f"delphi: answers are fed back in a second round; rounds must be 2 or more, got {rounds}")
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    chain(graph, Step(CLOSE, _closing(stable)), END)
    last, polls = START, list[str]()
    questions = instrument.questions if instrument else (likert(POSITION, "", tuple(labels)),)
    for r in range(1, rounds + 1):
        told = [_reasons(f"reasons_{r - 1}", polls[-1], questions, instruction)] if reasons and r > 1 else []
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


def _reasons(name: str, poll: str, questions: Sequence[Question], instruction: str) -> Step:
    """Everybody gives a reason for what they answered; who gave no answer has none to give a reason for."""

    def tasks(state: State, seat: str) -> list[Task]:
        answers = state["polls"][poll].get(seat, {})
        given = [line for q in questions if (line := _answer(q, answers.get(q.code), len(questions) > 1))]
        gone = next((held for held in answers.values() if is_missing(held)), None)
        return [{**task_for(state, seat), "own": {"answer": "\n".join(given) or gone}}]

    return Step(name, written(name, instruction), tasks)


def _answer(question: Question, code: Any, several: bool) -> str:
    """An answer in words; empty where there is none."""
    said = next((option.text for option in question.options if option.code == str(code)), "")
    return f"{question.text}: {said}" if said and several else said


def _unless_stable(polls: Sequence[str], stable: float, more: str) -> Callable[[DeliberationState], str]:
    before, after = polls[-2:]

    def route(state: DeliberationState) -> str:
        moved = _moved(state, before, after)
        return CLOSE if moved is not None and moved < stable else more

    route.__name__ = f"unless_stable_{after}"
    return route


def _moved(state: State, before: str, after: str) -> float | None:
    """How far the answers' distribution moved between two polls: ½ Σ|difference of shares|, the mean over items.

    Of those who answered both times; None where nobody did.
    """
    first, second = state["polls"][before], state["polls"][after]
    pairs: dict[str, list[tuple[Any, Any]]] = {}
    for seat, answers in second.items():
        for item, code in answers.items():
            both = (first[seat].get(item), code)
            if all(isinstance(one, int | str) for one in both):
                pairs.setdefault(item, []).append(both)
    shifts = [_shift(Counter(a for a, _ in both), Counter(b for _, b in both)) for both in pairs.values()]
    return sum(shifts) / len(shifts) if shifts else None


def _shift(before: Counter[Any], after: Counter[Any]) -> float:
    return sum(abs(before[code] - after[code]) for code in before.keys() | after.keys()) / (2 * before.total())


def _closing(stable: float) -> Callable[..., Any]:
    async def close_survey(state: State, runtime: Runtime[Context]) -> Update:
        polls = list(state["polls"])
        moved = _moved(state, *polls[-2:])
        settled = moved is not None and moved < stable
        return {"outcomes": {"result": {"rounds": len(polls), "moved": moved, "stable": settled}}}

    return close_survey
