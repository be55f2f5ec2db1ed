"""Steps at which everybody answers a poll, before or after they have heard others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from ...personas.answers import Answer
from ...personas.perspectives import not_asked, worded_for
from ...personas.questions import AGREEMENT, Instrument, Question, likert
from ..context import Context
from .step import State, Step, Update
from .task import Task, lost, several, task_for
from .told import Asked, answer_questions, answer_row, heard_update, held, names_of, render_words

POSITION = "position"
# All polls of an episode draw an item's answer with the same random number: a change is what was heard in between.
POLL = "poll"


def ask(
    name: str,
    instrument: Instrument,
    *,
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
    feedback: str | Sequence[str] = (),
) -> Step:
    """Everybody answers an instrument, each item by itself.

    Args:
        name: Of the step.
        instrument: What is asked.
        recalls: Steps at which the seat wrote something that it is reminded of.
        sees: Steps whose texts it is shown again.
        hears: Of whom it is shown what they wrote (see `hearing.who_hears`); of everybody by default.
        feedback: Polls before this one, earliest first: everybody is told how all answered the last of them, and
            reminded of what they answered themselves (Delphi).
    """

    async def answer_poll(state: Task, runtime: Runtime[Context]) -> Update:
        context, seat = runtime.context, state["seat"]
        answers = await _poll(state, name, instrument, context)
        rows = {f"{name}/{a.question}/{seat}": answer_row(state, name, a, context) for a in answers}
        polls = {name: {seat: {a.question: held(a) for a in answers}}}
        return {"polls": polls, "answers": rows, **heard_update(state)}

    return Step(name, answer_poll, _tasks(instrument.questions, recalls, sees, hears, feedback))


def position(
    name: str,
    *,
    labels: Sequence[str] = AGREEMENT,
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
    feedback: str | Sequence[str] = (),
) -> Step:
    """Everybody says how far they agree with the proposition, coded 1..K; a poll of one item, `position`.

    Args:
        name: Of the step.
        labels: The scale from lowest to highest.
        recalls: As for `ask`.
        sees: As for `ask`.
        hears: As for `ask`.
        feedback: As for `ask`.
    """
    scale = tuple(labels)

    async def take_position(state: Task, runtime: Runtime[Context]) -> Update:
        context, seat = runtime.context, state["seat"]
        text = context.prompts.fill("position", question=state["question"], proposition=state["proposition"])
        question, gone = likert(POSITION, text, scale), lost(state)
        asked = Asked(question, names_of(state, context, POLL), *_before(state, name, question, context))
        answer = Answer(POSITION, gone) if gone else (await answer_questions(state, [asked], context, "position"))[0]
        rows = {f"{name}/{POSITION}/{seat}": answer_row(state, name, answer, context)}
        return {"polls": {name: {seat: {POSITION: held(answer)}}}, "answers": rows, **heard_update(state)}

    return Step(name, take_position, _tasks((likert(POSITION, "", scale),), recalls, sees, hears, feedback))


def _tasks(
    questions: Sequence[Question],
    recalls: str | Sequence[str],
    sees: str | Sequence[str],
    hears: Any,
    feedback: str | Sequence[str],
) -> Any:
    feedback = several(feedback)

    def tasks(state: State, seat: str) -> list[Task]:
        task = task_for(state, seat, recalls=recalls, sees=sees, hears=hears)
        told = {q.code: [_shares(state, poll, q) for poll in feedback] for q in questions}
        return [{**task, "fed_back": told, "answered": _own(state["polls"][feedback[-1]], seat) if feedback else {}}]

    return tasks


async def _poll(task: Task, name: str, instrument: Instrument, context: Context) -> list[Answer]:
    gone, person = lost(task), context.seats[task["seat"]]
    if gone:
        return [Answer(q.code, gone) for q in instrument.questions]
    worded = [(q, worded_for(q, person, instrument.parties)) for q in instrument.questions]
    asked = [
        Asked(w, context.names(person.id, w.code, POLL), *_before(task, name, w, context))
        for _, w in worded
        if w is not None
    ]
    given = {a.question: a for a in await answer_questions(task, asked, context, "item")}
    return [given[q.code] if w is not None else not_asked(q) for q, w in worded]


def _before(task: Task, name: str, question: Question, context: Context) -> tuple[str, Update]:
    """What somebody is told before a question, and how the synthetic model knows of it."""
    rounds, told = task["fed_back"].get(question.code, []), render_words(task, name, context)
    if not rounds:
        return told, {}
    lines = [f"- {o.text}: {100 * share:.0f} %" for o, share in zip(question.options, rounds[-1], strict=True)]
    said = context.prompts.fill("step_feedback", question=question.text, shares="\n".join(lines))
    own = next((o.text for o in question.options if o.code == task["answered"].get(question.code)), "")
    answered = context.prompts.fill("step_answered", answer=own) if own else ""
    return "\n\n".join(part for part in (told, said, answered) if part), {"fed_back": rounds}


def _own(poll: State, seat: str) -> dict[str, str]:
    return {item: str(code) for item, code in poll.get(seat, {}).items() if isinstance(code, int | str)}


def _shares(state: State, poll: str, question: Question) -> list[float]:
    """The share of each option in a poll, in codebook order; all 0 where nobody answered."""
    counts = Counter(str(answers.get(question.code)) for answers in state["polls"][poll].values())
    given = [counts[code] for code in question.codes]
    return [n / sum(given) if sum(given) else 0.0 for n in given]
