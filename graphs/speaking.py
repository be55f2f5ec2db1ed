"""Asking for a text, or for an answer: one call, and the row that records what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..models.errors import ModelError
from ..models.protocol import LanguageModel, Message, Prompt, Request
from ..models.seeds import derive_seed
from ..personas.answers import Answer, Missing, MissingState
from ..personas.asking import Names, Posed, as_missing, ask_all, read_text
from .context import Context
from .humans import Human, ask_person, choice_wanted, for_reader, person_answer, text_wanted


async def speak_as(
    seat: str,
    text: str,
    *,
    step: str,
    before: tuple[Message, ...],
    names: Names,
    context: Context,
    about: dict[str, Any],
    reads: str = "",
) -> tuple[str | MissingState, dict[str, Any]]:
    """Asks whoever sits in a seat for a text; as `speak`, with the seat's columns in the row.

    `about` may give another `step`, by which the synthetic model knows what is asked. `reads` is what a person in the
    seat reads, where that is not `text`.
    """
    own = {"seat": seat, "persona": context.seats[seat].id, "step": step}
    human = context.humans.get(seat)
    if human:
        said = ask_person(
            text_wanted(human, seat, step, for_reader(reads or text, context.prompts), names, context.unit)
        )
        if not human.is_represented(said):
            held = unspoken(said) if isinstance(said, Missing) else said
            return held, own | utterance_row(said, model=human.label)
    model = context.representative_of(seat)
    spoken, row = await speak(model, text, before=before, names=names, context=context, about={"step": step, **about})
    return spoken, own | row | ({"model": human.stands_in(model.name)} if human else {})


async def answer_as(seat: str, posed: Posed, context: Context) -> Answer:
    """Asks whoever sits in a seat a closed question; as `personas.asking.ask`."""
    return (await answer_all_as(seat, (posed,), context))[0]


async def answer_all_as(seat: str, posed: Sequence[Posed], context: Context, told: Sequence[str] = ()) -> list[Answer]:
    """Asks whoever sits in a seat independent closed questions; as `personas.asking.ask_all`.

    `told` is what a person in the seat reads before each question, where a model finds it before as well.
    """
    human = context.humans.get(seat)
    if human is None:
        return await ask_all(context.model_of(seat), posed)
    # A node starts anew after every interrupt: all of them come before the first call.
    before = told or [""] * len(posed)
    said = [ask_person(_choice_wanted(human, seat, p, t, context)) for p, t in zip(posed, before, strict=True)]
    left = [p for p, answer in zip(posed, said, strict=True) if human.is_represented(answer)]
    spoken = iter(await _stand_in(human, seat, left, context) if left else [])
    return [
        next(spoken) if human.is_represented(answer) else person_answer(p.question, answer, human)
        for p, answer in zip(posed, said, strict=True)
    ]


async def _stand_in(human: Human, seat: str, posed: Sequence[Posed], context: Context) -> list[Answer]:
    model = context.representative_of(seat)
    return [replace(answer, model=human.stands_in(model.name)) for answer in await ask_all(model, posed)]


def _choice_wanted(human: Human, seat: str, posed: Posed, told: str, context: Context) -> dict[str, Any]:
    prompt = for_reader("\n\n".join(part for part in (told, posed.question.text) if part), context.prompts)
    return choice_wanted(human, seat, posed.question, prompt, posed.names, context.unit)


async def speak(
    model: LanguageModel,
    text: str,
    *,
    before: tuple[Message, ...],
    names: Names,
    context: Context,
    about: dict[str, Any],
) -> tuple[str | MissingState, dict[str, Any]]:
    """Asks a model for a text.

    Returns:
        The text, or `{"missing": ..., "raw": ...}`; and the columns that record it.

    Raises:
        SetupError: Every further call would fail the same way.
    """
    request = Request(
        prompt=Prompt((*before, Message("user", text))),
        sampling=context.sampling,
        seed=derive_seed(*names),
        replicate=context.replicate,
        context=about,
    )
    finish = None
    try:
        generation = await model.generate(request)
        said, finish = read_text(generation), generation.finish_reason
    except ModelError as error:
        said = as_missing(error)
    return unspoken(said) if isinstance(said, Missing) else said, utterance_row(
        said, model=model.name, prompt_hash=request.prompt.hash, finish_reason=finish
    )


def unspoken(missing: Missing) -> MissingState:
    """A `Missing` as a state holds it."""
    return missing.as_state()


def utterance_row(
    said: str | Missing, *, model: str = "", prompt_hash: str = "", finish_reason: str | None = None
) -> dict[str, Any]:
    """The columns of `utterances.parquet` that say what came of a call."""
    gone = said if isinstance(said, Missing) else None
    return {
        "text": None if gone else said,
        "missing": gone.reason if gone else None,
        "raw": gone.raw if gone else None,
        "finish_reason": finish_reason,
        "model": model,
        "prompt_hash": prompt_hash,
    }
