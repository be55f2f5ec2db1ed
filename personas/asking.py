"""Asking one question: pure render, one call, pure read."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ..models.errors import ModelError, ModelSpecError, SetupError, UnsupportedError
from ..models.protocol import (
    LETTERS,
    Choice,
    ChooseMethod,
    ChooseRequest,
    Generation,
    LanguageModel,
    Message,
    Prompt,
)
from ..models.seeds import derive_seed, derive_uniform
from ..models.templates import PromptBook
from ..models.together import choose_all
from .answers import Answer, Missing
from .orders import average_orders, reversed_options
from .persona import Persona
from .questions import Option, Question

Names = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """How closed questions are asked.

    Args:
        method: How probabilities are read from the model (see `models.protocol.ChooseRequest`).
        draws: Answers drawn for `sampled`.
        reorder: Draw the order of options per persona and item: an ordinal scale forward or reversed, a nominal
            list shuffled; options that count as no answer stay last. False keeps the codebook's order.
        both_orders: Ask every question a second time with its options reversed, and answer by the average: twice the
            calls, without the bias of order and label that reversing can show.
    """

    method: ChooseMethod = "first_token"
    draws: int = 10
    reorder: bool = True
    both_orders: bool = False


def present(question: Question, names: Names, reorder: bool = True) -> tuple[Option, ...]:
    """The options in the order this unit sees them, drawn from its names."""
    asked = [o for o in question.options if not o.missing]
    if reorder and question.ordinal:
        asked = asked[::-1] if derive_uniform(*names, "option order") < 0.5 else asked
    elif reorder:
        random.Random(derive_seed(*names, "option order")).shuffle(asked)
    return (*asked, *(o for o in question.options if o.missing))


def lettered(options: Sequence[Option]) -> str:
    """The options as lines "(A) text"."""
    return "\n".join(f"({letter}) {o.text}" for letter, o in zip(LETTERS, options, strict=False))


def render_question(question: Question, options: Sequence[Option], prompts: PromptBook) -> str:
    """The text that asks a question with its lettered options."""
    letters = LETTERS[: len(options)]
    listed = ", ".join(letters[:-1]) + f" or {letters[-1]}"
    return prompts.fill(
        "item",
        instruction=prompts.fill("item_instruction"),
        question=question.text,
        options=lettered(options),
        letters=prompts.fill("item_letters", letters=listed),
    )


def read_choice(
    choice: Choice, question: Question, options: Sequence[Option], names: Names, model: str = "", prompt_hash: str = ""
) -> Answer:
    """Puts probabilities into codebook order and draws the answer from them by the names' seed."""
    order = tuple([o.code for o in options])
    mass = choice.captured_mass
    if sum(choice.probabilities) <= 0:
        return Answer(question.code, Missing("no_option", choice.raw), (), mass, order, model, prompt_hash)
    by_code = dict(zip(order, choice.probabilities, strict=True))
    probabilities = tuple([by_code[o.code] for o in question.options])
    drawn = draw(probabilities, derive_uniform(*names, "answer"))
    answer = code_or_declined(question.options[drawn])
    return Answer(question.code, answer, probabilities, mass, order, model, prompt_hash)


def code_or_declined(option: Option) -> str | Missing:
    """The option's code, or why choosing it is no answer."""
    return Missing("declined", option.code) if option.missing else option.code


def draw(probabilities: Sequence[float], uniform: float) -> int:
    """The index that a uniform draw on [0, 1) picks from probabilities that sum to 1."""
    reached, last = 0.0, 0
    for index, p in enumerate(probabilities):
        reached += p
        last = index if p > 0 else last
        if uniform < reached:
            return index
    return last  # the sum fell short of 1 by rounding


@dataclass(frozen=True, slots=True)
class Posed:
    """One question as it is put to a model.

    Args:
        question: What is asked.
        options: In the order presented.
        names: What order and draw derive from.
        message: The message that asks.
        requests: One, or two where both orders are asked: the second has the options reversed.
    """

    question: Question
    options: tuple[Option, ...]
    names: Names
    message: Message
    requests: tuple[ChooseRequest, ...]


def pose(
    question: Question,
    *,
    before: Sequence[Message],
    names: Names,
    prompts: PromptBook,
    asking: Asking = Asking(),
    context: Mapping[str, Any] | None = None,
    replicate: int = 0,
) -> Posed:
    """Puts one question into words.

    Args:
        question: What is asked.
        before: The persona's preamble and earlier turns.
        names: Study, study seed, persona, item, replicate and step, from which order and draw derive.
        prompts: The prompt texts.
        asking: How.
        context: Plain values for the synthetic model.
        replicate: Which independent draw this is.
    """
    options = present(question, names, asking.reorder)
    orders = [(options, names)]
    if asking.both_orders:
        orders.append((reversed_options(options), (*names, "reversed")))
    worded = [_worded(question, order, prompts) for order, _ in orders]
    requests = tuple(
        [
            ChooseRequest(
                prompt=Prompt((*before, message)),
                seed=derive_seed(*own),
                replicate=replicate,
                context={**(context or {}), **told},
                options=tuple([o.text for o in order]),
                method=asking.method,
                draws=asking.draws,
            )
            for (message, told), (order, own) in zip(worded, orders, strict=True)
        ]
    )
    return Posed(question, options, names, worded[0][0], requests)


@lru_cache(maxsize=4096)
def _worded(question: Question, options: tuple[Option, ...], prompts: PromptBook) -> tuple[Message, dict[str, Any]]:
    """What many personas are asked in the same words, and what the synthetic model needs to know of it."""
    return Message("user", render_question(question, options, prompts)), question_context(question, options)


async def ask_all(model: LanguageModel, posed: Sequence[Posed]) -> list[Answer]:
    """Asks independent questions together.

    Returns:
        The answers in order, `Missing` inside where a call failed.

    Raises:
        SetupError: Every further call would fail the same way.
        UnsupportedError: The model cannot answer by this method.
    """
    results = iter(await choose_all(model, [request for p in posed for request in p.requests]))
    return [_answer(p, [next(results) for _ in p.requests], model.name) for p in posed]


async def ask(model: LanguageModel, posed: Posed) -> Answer:
    """Asks one question; as `ask_all`."""
    return (await ask_all(model, [posed]))[0]


def _answer(posed: Posed, results: Sequence[Choice | ModelError], model: str) -> Answer:
    hashes = [request.prompt.hash for request in posed.requests]
    for result in results:
        if isinstance(result, ModelError):  # one order without the other would be another measure
            order = tuple([o.code for o in posed.options])
            return Answer(posed.question.code, as_missing(result), (), None, order, model, hashes[0])
    choices = [result for result in results if isinstance(result, Choice)]
    if len(choices) == 1:
        return read_choice(choices[0], posed.question, posed.options, posed.names, model, hashes[0])
    unheard = [c for c in choices if sum(c.probabilities) <= 0]
    if unheard:
        return read_choice(unheard[0], posed.question, posed.options, posed.names, model, hashes[0])
    both = average_orders(choices[0], choices[1], posed.options)
    answer = read_choice(both.choice, posed.question, posed.options, posed.names, model, hashes[0])
    return replace(answer, order_asymmetry=both.asymmetry, primacy=both.primacy, prompt_hash_reversed=hashes[1])


def question_context(question: Question, options: Sequence[Option]) -> dict[str, Any]:
    """What the synthetic model needs to know of a question as presented."""
    rank = {code: k for k, code in enumerate(question.codes)}
    return {
        "question": question.code,
        "question_text": question.text,
        "option_codes": tuple(o.code for o in options),
        "option_rank": tuple(rank[o.code] for o in options),
        "missing_options": tuple(o.missing for o in options),
        "ordinal": question.ordinal,
        "perspective": question.perspective,
        "target": question.target,
    }


def tells_story(style: str) -> bool:
    """Whether a style puts a backstory before the model."""
    return style.startswith("backstory") or style == "generative_agent"


def persona_context(persona: Persona, style: str) -> dict[str, Any]:
    """What the synthetic model may know of a persona: only what the style tells."""
    told: dict[str, Any] = {"persona": persona.id, "style": style}
    if style == "none":
        return told
    if style != "backstory":
        told["attributes"] = dict(persona.attributes)
    return told | ({"backstory": persona.story} if tells_story(style) else {})


def as_missing(error: ModelError) -> Missing:
    """The failed call as a `Missing`; errors that would meet every further call are raised again."""
    if isinstance(error, SetupError | UnsupportedError | ModelSpecError):
        raise error
    return Missing(error.reason, error.raw or str(error))


def read_text(generation: Generation) -> str | Missing:
    """The text that was written, or why there is none."""
    text = generation.text.strip()
    if generation.finish_reason in ("content_filter", "refusal"):
        return Missing(generation.finish_reason, text)
    return text or Missing("empty", generation.text)
