"""The prompt of a representative: base, then D, O, C and P, then the cue (Jarrett et al. 2025, appendix B, table 2).

The base is the question, and for a critique the person's opinion on it and the group's draft. The same text is what
models are trained on, scored on, and asked with when they take a seat in a deliberation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...models.templates import PromptBook
from ..persona import Attribute, Past, Persona
from ..propositions import declare
from .variant import Variant

Step = Literal["opinion", "critique"]
STEPS: tuple[Step, ...] = ("opinion", "critique")
_NOT_A_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Rendering:
    """A prompt's text, and what of the person is in it.

    Args:
        text: What the model reads.
        used: By letter, how many traits (D), opinions (O), critiques (C) and positions (P) are shown: the variant's
            counts, clipped to what is on record of the person.
        left_out: How many earlier episodes were not shown since they speak of the current question.
    """

    text: str
    used: Mapping[str, int]
    left_out: int = 0


def render_step(
    step: Step,
    persona: Persona,
    variant: Variant,
    prompts: PromptBook,
    *,
    question: str,
    proposition: str = "",
    opinion: str = "",
    draft: str = "",
    attributes: Sequence[Attribute] = (),
) -> Rendering:
    """The whole prompt with which a representative is asked for an opinion or a critique.

    Args:
        step: `opinion` or `critique`.
        persona: Whom the representative stands for.
        variant: What is told of the person.
        prompts: The prompt texts.
        question: The question under debate; kept out of the sections after the base.
        proposition: Its declarative form, kept out as well; by rule where none is given.
        opinion: The person's opinion on it; for a critique.
        draft: The group's draft statement; for a critique.
        attributes: Which traits D shows, in which order; all of the persona's by default.
    """
    base = [prompts.fill("represent_question", question=question)]
    if step == "critique":
        base.append(prompts.fill("represent_opinion", opinion=opinion))
        base.append(prompts.fill("represent_draft", draft=draft))
    current = {"question": question, "proposition": proposition}
    told = render_person(persona, variant, prompts, **current, attributes=attributes)
    parts = [*base, *([told.text] if told.text else []), prompts.fill(f"represent_{step}_cue")]
    return Rendering("\n\n".join(parts), told.used, told.left_out)


def render_person(
    persona: Persona,
    variant: Variant,
    prompts: PromptBook,
    *,
    question: str = "",
    proposition: str = "",
    attributes: Sequence[Attribute] = (),
) -> Rendering:
    """The sections D, O, C and P alone; empty where the variant shows none, or nothing is on record.

    An earlier episode in which the current question or its declarative form occurs, as its question or in the person's
    words, is left out whole.

    Args:
        persona: Whom the representative stands for.
        variant: What is told of the person.
        prompts: The prompt texts.
        question: The question under debate.
        proposition: As for `render_step`.
        attributes: As for `render_step`.
    """
    current = [text for text in (question, proposition or declare(question) or "") if text.strip()]
    past = [p for p in persona.past if not any(_speaks_of(p, text) for text in current)]
    shown = {a.name: a for a in attributes} or {name: Attribute(name) for name in persona.attributes}
    traits = [n for n in shown if n in persona.attributes] if variant.demographics else []
    parts = []
    if traits:
        lines = [prompts.fill("represent_trait", name=_spoken(n), value=persona.attributes[n]) for n in traits]
        parts.append(prompts.fill("represent_profile", traits=" ".join(lines)))
    used = {"D": len(traits)}
    counts = {"opinion": variant.opinions, "critique": variant.critiques, "position": variant.positions}
    for what, count in counts.items():
        lines = _section(what, past, count, prompts)
        used[what[0].upper()] = len(lines)
        parts += lines
    return Rendering("\n\n".join(parts), used, len(persona.past) - len(past))


def question_key(question: str) -> str:
    """What a question is known by, whatever its capitals, spaces and marks."""
    return _NOT_A_WORD.sub(" ", question).strip().casefold()


def _section(what: str, past: Sequence[Past], count: int, prompts: PromptBook) -> list[str]:
    found = [(k, p.question, getattr(p, what)) for k, p in enumerate(past, start=1)]
    return [
        prompts.fill("represent_past", number=str(k), question=question)
        + "\n"
        + prompts.fill(f"represent_past_{what}", number=str(k), text=text)
        for k, question, text in [row for row in found if row[2]][:count]
    ]


def _speaks_of(past: Past, current: str) -> bool:
    texts = (past.question, past.position, past.opinion, past.critique)
    key = question_key(current)
    if not key:  # marks alone
        return any(current.strip() in text for text in texts)
    if key.isascii():
        return any(f" {key} " in f" {question_key(text)} " for text in texts)
    return any(key in question_key(text) for text in texts)  # not every script puts spaces between words


def _spoken(name: str) -> str:
    return name.replace("_", " ")
