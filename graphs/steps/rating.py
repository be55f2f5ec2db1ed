"""A step at which everybody says how far they agree with statements."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...personas.answers import Answer, Missing, is_missing
from ...personas.questions import AGREEMENT, likert
from ..context import Context
from .step import State, Step, Update
from .task import StepError, Task, lost, several, task_for
from .told import Asked, answer_questions, answer_row, held, names_of, render_item

RATING = "rating"


def rate(
    name: str,
    of: str | Sequence[str],
    *,
    labels: Sequence[str] = AGREEMENT,
    recalls: str | Sequence[str] = (),
) -> Step:
    """Everybody says how far they agree with statements, each alone, coded 1..K.

    A seat draws its answers with the same random number for all statements, whatever step asks for them, so that their
    differences are the statements'.

    Args:
        name: Of the step.
        of: One or more steps that left statements or candidates; a candidate's name is its step's with a number from 1.
        labels: The scale from lowest to highest.
        recalls: Steps at which the seat wrote something that it is reminded of.
    """
    scale = tuple(labels)

    def tasks(state: State, seat: str) -> list[Task]:
        return [
            {
                **task_for(state, seat, about=about, recalls=recalls),
                # By its name a text of a seat would tell who wrote it.
                "shown": [{"title": "Statement", "text": text}] if text else [],
            }
            for about, text in statements_of(state, of)
        ]

    async def rate_statement(state: Task, runtime: Runtime[Context]) -> Update:
        context, about = runtime.context, state["about"]
        code = f"{name}_{about}"
        gone = lost(state) or (None if state["shown"] else Missing("no_statement", about))
        if gone:
            answer = Answer(code, gone)
        else:
            statement = state["shown"][0]["text"]
            text = render_item(state, name, context.prompts.fill("step_rating"), context)
            question = likert(code, text, scale, statement)
            asked = Asked(question, names_of(state, context, RATING), about={"statement": statement})
            (answer,) = await answer_questions(state, [asked], context, RATING)
        rows = {f"{code}/{state['seat']}": answer_row(state, name, answer, context)}
        return {"ratings": {name: {state["seat"]: {about: held(answer)}}}, "answers": rows}

    return Step(name, rate_statement, tasks)


def statements_of(state: State, steps: str | Sequence[str]) -> list[tuple[str, str]]:
    """What steps have left to be judged, by name; "" where a mediator or a seat had nothing to say.

    Raises:
        StepError: No step of such a name has left anything.
    """
    return [found for step in several(steps) for found in _left_by(state, step)]


def _left_by(state: State, step: str) -> list[tuple[str, str]]:
    statements, candidates, texts = (state.get(key, {}) for key in ("statements", "candidates", "texts"))
    if step in candidates:
        return [(f"{step}_{k}", text) for k, text in enumerate(candidates[step], start=1)]
    if step in statements:
        return [(step, "" if is_missing(statements[step]) else statements[step])]
    if step in texts:
        written = texts[step]
        return [
            (f"{step}_{s}", written[s] if isinstance(written[s], str) else "") for s in state["seats"] if s in written
        ]
    known = ", ".join((*statements, *candidates, *texts)) or "none"
    raise StepError(f"no step before has left texts called {step!r} (there are: {known})")
