"""All items of an instrument in one prompt, answered line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..models.errors import ModelError
from ..models.protocol import LETTERS, Message, Prompt, Request, Sampling
from ..models.seeds import derive_seed
from ..personas.answers import Answer, Missing
from ..personas.asking import as_missing, code_or_declined, lettered, persona_context, present, question_context
from ..personas.questions import Option, Question
from .context import Context

ATTEMPTS = 3
_LINE = re.compile(r"^\W*(\d+)\W+([A-Z])\b", re.MULTILINE)


async def ask_battery(questions: Sequence[Question], context: Context) -> Sequence[Answer]:
    """Asks all questions in one prompt; what cannot be read is asked again, then missing.

    One text gives one draw per item and no probabilities.
    """
    (persona,) = context.seats.values()
    presented = {
        q.code: present(q, context.names(persona.id, q.code, "answer"), context.asking.reorder) for q in questions
    }
    answers: dict[str, Answer] = {}
    left = list(questions)
    for attempt in range(ATTEMPTS):
        answers |= await _ask_once(left, presented, context, attempt)
        left = [q for q in left if _unparseable(answers[q.code])]
        if not left:
            break
    return [answers[q.code] for q in questions]


def _unparseable(answer: Answer) -> bool:
    return isinstance(answer.answer, Missing) and answer.answer.reason == "unparseable"


async def _ask_once(
    questions: Sequence[Question], presented: dict[str, tuple[Option, ...]], context: Context, attempt: int
) -> dict[str, Answer]:
    ((seat, persona),) = context.seats.items()
    model, prompt = context.model_of(seat), _render(questions, presented, context)
    step = "battery" if attempt == 0 else f"battery again {attempt}"
    request = Request(
        prompt=prompt,
        sampling=Sampling(max_tokens=16 * len(questions) + 32),
        seed=derive_seed(*context.names(persona.id, "battery", step)),
        replicate=context.replicate,
        context=persona_context(persona, context.style_of(seat))
        | {"step": "battery", "items": [question_context(q, presented[q.code]) for q in questions]},
    )
    try:
        read = read_battery((await model.generate(request)).text, questions, presented)
    except ModelError as error:
        read = {q.code: as_missing(error) for q in questions}
    return {
        q.code: Answer(
            question=q.code,
            answer=read[q.code],
            option_order=tuple(o.code for o in presented[q.code]),
            model=model.name,
            prompt_hash=prompt.hash,
        )
        for q in questions
    }


def _render(questions: Sequence[Question], presented: dict[str, tuple[Option, ...]], context: Context) -> Prompt:
    (seat,) = context.seats
    items = [
        context.prompts.fill("battery_item", number=str(k), question=q.text, options=lettered(presented[q.code]))
        for k, q in enumerate(questions, start=1)
    ]
    text = context.prompts.fill(
        "battery", instruction=context.prompts.fill("battery_instruction"), items="\n\n".join(items)
    )
    return Prompt((*context.preamble(seat), Message("user", text)))


def read_battery(
    text: str, questions: Sequence[Question], presented: dict[str, tuple[Option, ...]]
) -> dict[str, str | Missing]:
    """The code answered to each question, read from lines such as "1. (A)"."""
    lines: dict[int, str] = {}
    for number, letter in _LINE.findall(text):
        lines.setdefault(int(number), letter)
    read: dict[str, str | Missing] = {}
    for k, question in enumerate(questions, start=1):
        position = LETTERS.find(lines[k]) if k in lines else -1
        options = presented[question.code]
        known = 0 <= position < len(options)
        read[question.code] = code_or_declined(options[position]) if known else Missing("unparseable", text)
    return read
