"""How a persona is put before a model: one function per style.

`qa`, `bio` and `portray` say the attributes as questions and answers, in the first person and in the second
person (Santurkar et al. 2023; Argyle et al. 2023); `free_qa` answers the questions in sentences. `backstory` is a
life in the persona's own words; `backstory_with_traits`, `backstory_with_free_qa` and `backstory_with_bio` append
the matched human's traits as `qa`, `free_qa` or `bio` say them, in an order of each persona's own (Moon et al. 2024).
`generative_agent` tells traits and story to a chain of reflection and reasoning (Park et al. 2024; see
`graphs.generative_agent`). `none` says nothing, which shows what the model answers by itself. `base`, with any of
`+D`, `+O3`, `+C3` and `+P3`, is how a representative is told of its person (see `representatives.variant`).
docs/conditioning.md shows one example of each.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ..models.seeds import derive_seed
from ..models.templates import PromptBook
from .persona import Attribute, Persona
from .representatives.prompting import render_person
from .representatives.variant import Variant, VariantError, is_variant

Style = Callable[[Persona, Sequence[Attribute], PromptBook], str]


class ConditioningError(ValueError):
    """A style is unknown, or a persona lacks what the style needs."""


def none(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """Says nothing about the persona."""
    return ""


def qa(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """One question and answer per trait."""
    pairs = [
        prompts.fill("qa_pair", question=_question(a, prompts), value=value)
        for a, value in _traits(persona, attributes)
    ]
    return prompts.fill("qa", pairs="\n\n".join(pairs)) if pairs else ""


def free_qa(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """One question per trait, answered in a sentence of the first person."""
    pairs = [
        prompts.fill("qa_pair", question=_question(a, prompts), value=_sentence(a, value, prompts, "bio"))
        for a, value in _traits(persona, attributes)
    ]
    return prompts.fill("qa", pairs="\n\n".join(pairs)) if pairs else ""


def bio(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """Sentences in the first person."""
    return _sentences(persona, attributes, prompts, "bio")


def portray(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """Sentences in the second person."""
    return _sentences(persona, attributes, prompts, "portray")


def backstory(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """The backstory, or the interview that tells it, question by question.

    Raises:
        ConditioningError: The persona has none.
    """
    if persona.interview:
        turns = [prompts.fill("interview_turn", question=t.question, answer=t.answer) for t in persona.interview]
        return "\n\n".join(turns)
    if not persona.backstory:
        raise ConditioningError(
            f"persona {persona.id!r} has no backstory; give it one (in a study, a condition names a pool of stories: "
            "`backstories: NAME`), or choose qa, bio or portray"
        )
    return prompts.fill("backstory", backstory=persona.backstory)


def backstory_with_traits(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """The backstory followed by the traits as questions and answers, in an order of the persona's own."""
    return _with_traits(persona, attributes, prompts, qa)


def backstory_with_free_qa(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """The backstory followed by the traits as questions answered in sentences, in an order of the persona's own."""
    return _with_traits(persona, attributes, prompts, free_qa)


def backstory_with_bio(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """The backstory followed by the traits in the first person, in an order of the persona's own."""
    return _with_traits(persona, attributes, prompts, bio)


def generative_agent(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """The traits in the first person, and the backstory where there is one.

    Raises:
        ConditioningError: The persona has neither.
    """
    story = backstory(persona, attributes, prompts) if persona.story else ""
    parts = [part for part in (bio(persona, attributes, prompts), story) if part]
    if not parts:
        raise ConditioningError(f"persona {persona.id!r} has neither traits nor a backstory; give it one of them")
    return "\n\n".join(parts)


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            none,
            qa,
            free_qa,
            bio,
            portray,
            backstory,
            backstory_with_traits,
            backstory_with_free_qa,
            backstory_with_bio,
            generative_agent,
        )
    }
)


def condition(
    persona: Persona,
    style: str,
    attributes: Sequence[Attribute],
    prompts: PromptBook,
    question: str = "",
    proposition: str = "",
) -> str:
    """The preamble that binds a persona, in a named style.

    Args:
        persona: Who speaks.
        style: One of `STYLES`, or a representative's variant.
        attributes: How traits are put into words.
        prompts: The prompt texts.
        question: What is under debate, where something is; a representative is told nothing of its past that
            speaks of it.
        proposition: Its declarative form, where one is given.

    Raises:
        ConditioningError: There is no such style, or the persona lacks what it needs.
    """
    check_style(style)
    if is_variant(style):
        variant = Variant.parse(style)
        current = {"question": question, "proposition": proposition}
        return render_person(persona, variant, prompts, **current, attributes=attributes).text
    return STYLES[style](persona, attributes, prompts)


def check_style(style: str) -> None:
    """Looks whether a style is one of `STYLES` or a representative's variant.

    Raises:
        ConditioningError: It is neither.
    """
    if is_variant(style):
        try:
            Variant.parse(style)
        except VariantError as error:
            raise ConditioningError(f"conditioning style: {error}") from error
    elif style not in STYLES:
        raise ConditioningError(
            f"unknown conditioning style {style!r}; there are {', '.join(STYLES)}, and base+D+O3+C3+P3 or any part of it"
        )


def _traits(persona: Persona, attributes: Sequence[Attribute]) -> list[tuple[Attribute, str]]:
    schema = {a.name: a for a in attributes} or {name: Attribute(name) for name in persona.attributes}
    return [(a, persona.attributes[name]) for name, a in schema.items() if name in persona.attributes]


def _with_traits(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook, form: Style) -> str:
    schema = list(attributes) or [Attribute(name) for name in persona.attributes]
    random.Random(derive_seed(persona.id, "trait order")).shuffle(schema)
    parts = [backstory(persona, attributes, prompts), form(persona, schema, prompts)]
    return "\n\n".join(part for part in parts if part)


def _sentences(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook, style: str) -> str:
    said = [_sentence(a, value, prompts, style) for a, value in _traits(persona, attributes)]
    return prompts.fill(style, sentences=" ".join(said)) if said else ""


def _sentence(a: Attribute, value: str, prompts: PromptBook, style: str) -> str:
    own = a.sentence if style == "bio" else a.portrayal
    return own.replace("{value}", value) if own else prompts.fill(f"{style}_sentence", name=_spoken(a), value=value)


def _question(a: Attribute, prompts: PromptBook) -> str:
    return a.question or prompts.fill("qa_question", name=_spoken(a))


def _spoken(a: Attribute) -> str:
    return a.name.replace("_", " ")
