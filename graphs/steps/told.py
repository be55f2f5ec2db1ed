"""The words in which a seat's task is put before whoever sits there, and what the synthetic model needs to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...models.protocol import Message
from ...personas.answers import Answer, Missing
from ...personas.asking import Names, Posed, persona_context, pose
from ...personas.questions import Question
from ...personas.quoting import Quotes
from ..context import Context
from ..speaking import answer_all_as, speak_as, utterance_row
from .task import Task

Update = dict[str, Any]


def render_task(task: Task, name: str, instruction: str, context: Context) -> str:
    """The prompt of a step: the question, one's own earlier words, what is shown of others, and what is to be done."""
    asked = context.prompts.fill("step_question", question=task["question"])
    return "\n\n".join(part for part in (asked, render_words(task, name, context), instruction) if part)


def render_item(task: Task, name: str, text: str, context: Context) -> str:
    """The text of a closed question at a step: what is discussed, the words it is about, and what is asked."""
    return "\n\n".join(part for part in (task["question"], render_words(task, name, context), text) if part)


def render_words(task: Task, name: str, context: Context) -> str:
    """One's own earlier words and what is shown of others, quoted; empty where there are none."""
    prompts, quotes = context.prompts, Quotes.of(*names_of(task, context, name, task["about"]))
    own = [
        quotes.block(text, prompts.fill("step_own", title=_title(step)))
        for step, text in task["own"].items()
        if isinstance(text, str)
    ]
    shown = [quotes.block(one["text"], one["title"]) for one in task["shown"]]
    return "\n\n".join([quotes.rule(prompts), *own, *shown] if own or shown else [])


def names_of(task: Task, context: Context, *step: str) -> Names:
    """What seeds derive from: the person, the question and the step, and neither mechanism nor order."""
    return context.names(context.seats[task["seat"]].id, task["question"], " ".join(step))


def told_of(task: Task, context: Context, step: str) -> Update:
    """What the synthetic model may know of a task."""
    seat = task["seat"]
    told = persona_context(context.seats[seat], context.style_of(seat))
    told |= {"step": step, "proposition": task["proposition"], "question_text": task["question"]}
    return told | ({"heard": task["heard"]} if task["heard"] else {})


async def write(task: Task, name: str, text: str, context: Context, about: Update) -> Update:
    """One seat's text at a step, as an update: the text, its row, and whose words it was shown."""
    seat = task["seat"]
    before = context.preamble(seat, task["question"], task["proposition"])
    names = names_of(task, context, name)
    said, row = await speak_as(seat, text, step=name, before=before, names=names, context=context, about=about)
    return {"texts": {name: {seat: said}}, "utterances": {f"{name}/{seat}": row}, **heard_update(task)}


def unwritten(task: Task, name: str, gone: Missing, context: Context) -> Update:
    """The update of a seat that could not write."""
    seat = task["seat"]
    row = {"seat": seat, "persona": context.seats[seat].id, "step": name, **utterance_row(gone)}
    return {"texts": {name: {seat: gone.as_state()}}, "utterances": {f"{name}/{seat}": row}}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put to one seat.

    Args:
        question: What is asked.
        names: What its seed derives from.
        told: What is put before the model after the persona.
        about: What else the synthetic model may know.
    """

    question: Question
    names: Names
    told: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)


async def answer_questions(task: Task, asked: Sequence[Asked], context: Context, step: str) -> list[Answer]:
    """One seat's answers to independent questions."""
    before = "".join(m.content for m in context.preamble(task["seat"], task["question"], task["proposition"]))
    known = told_of(task, context, step)
    posed = [_posed(one, before, known, context) for one in asked]
    return await answer_all_as(task["seat"], posed, context, [one.told for one in asked])


def _posed(one: Asked, preamble: str, known: Update, context: Context) -> Posed:
    before = "\n\n".join(part for part in (preamble, one.told) if part)
    return pose(
        one.question,
        before=(Message("system", before),) if before else (),
        names=one.names,
        prompts=context.prompts,
        asking=context.asking,
        context={**known, **one.about},
        replicate=context.replicate,
    )


def heard_update(task: Task) -> Update:
    """Records whose words a seat was shown."""
    return {"hearing": {task["seat"]: task["hearing"]}} if task["hearing"] else {}


def answer_row(task: Task, name: str, answer: Answer, context: Context) -> Update:
    """An answer's row for the table of records."""
    seat = task["seat"]
    return {"seat": seat, "persona": context.seats[seat].id, "step": name, **answer.as_row()}


def held(answer: Answer) -> Any:
    """An answer as a state holds it: a number where the code is one."""
    if isinstance(answer.answer, Missing):
        return answer.answer.as_state()
    return int(answer.answer) if answer.answer.isdigit() else answer.answer


def _title(step: str) -> str:
    return step.replace("_", " ")
