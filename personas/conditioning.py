"""How a persona is put before a model: one function per style.

`qa`, `bio` and `portray` say the attributes as questions and answers, in the first person and in the second
person (Santurkar et al. 2023; Argyle et al. 2023); `backstory` is a life in the persona's own words, and
`backstory_with_traits` appends the matched human's traits (Moon et al. 2024); `none` says nothing, which
shows what the model answers by itself. `base`, with any of `+D`, `+O3`, `+C3` and `+P3`, is how a representative is
told of its person (see `representatives.variant`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

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
        prompts.fill("qa_pair", question=a.question or prompts.fill("qa_question", name=_spoken(a)), value=value)
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
        raise ConditioningError(f"persona {persona.id!r} has no backstory; choose qa, bio or portray, or give it one")
    return prompts.fill("backstory", backstory=persona.backstory)


def backstory_with_traits(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook) -> str:
    """The backstory followed by the traits as questions and answers."""
    parts = [backstory(persona, attributes, prompts), qa(persona, attributes, prompts)]
    return "\n\n".join(part for part in parts if part)


STYLES: Mapping[str, Style] = MappingProxyType(
    {f.__name__: f for f in (none, qa, bio, portray, backstory, backstory_with_traits)}
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


def _sentences(persona: Persona, attributes: Sequence[Attribute], prompts: PromptBook, style: str) -> str:
    said = []
    for a, value in _traits(persona, attributes):
        own = a.sentence if style == "bio" else a.portrayal
        said.append(
            own.replace("{value}", value) if own else prompts.fill(f"{style}_sentence", name=_spoken(a), value=value)
        )
    return prompts.fill(style, sentences=" ".join(said)) if said else ""


def _spoken(a: Attribute) -> str:
    return a.name.replace("_", " ")
