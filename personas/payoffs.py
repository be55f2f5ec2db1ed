"""Payoffs: how far a persona is expected to agree with a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..models.protocol import LanguageModel, Message
from ..models.templates import PromptBook
from .answers import Answer
from .asking import Asking, Names, ask, persona_context, pose
from .conditioning import condition
from .persona import Attribute, Persona
from .questions import AGREEMENT, Question, likert
from .quoting import Quotes


@lru_cache(maxsize=1)
def persona_prompts() -> PromptBook:
    """The prompt texts of this package."""
    return PromptBook(Path(__file__).parent / "prompts")


@dataclass(frozen=True, slots=True)
class Payoff:
    """Expected agreement with a statement.

    Args:
        value: Mean of the scale's codes 1..K under the answer's probabilities; higher is more agreement; None
            when there was no answer.
        sd: Standard deviation of the same distribution: how unsure the persona is, not a standard error.
        answer: The answer it rests on.
    """

    value: float | None
    sd: float | None
    answer: Answer


def expected_value(answer: Answer) -> tuple[float, float] | None:
    """Mean and standard deviation of a 1..K scale under the answer's probabilities, or None without them."""
    if not answer.probabilities:
        return None
    codes = range(1, len(answer.probabilities) + 1)
    mean = sum(k * p for k, p in zip(codes, answer.probabilities, strict=True))
    variance = sum((k - mean) ** 2 * p for k, p in zip(codes, answer.probabilities, strict=True))
    return mean, max(variance, 0.0) ** 0.5


def agreement_question(
    statement: str, prompts: PromptBook, labels: Sequence[str] = AGREEMENT, names: Names = ()
) -> Question:
    """The question that asks for agreement with a statement, quoted by these names, on a declared Likert scale."""
    quotes = Quotes.of(*names)
    quoted = quotes.block(statement, prompts.fill("agreement_title"))
    text = prompts.fill("agreement", quoting_rule=quotes.rule(prompts), statement=quoted)
    return likert("agreement", text, tuple(labels), statement)


async def expected_agreement(
    model: LanguageModel,
    persona: Persona,
    statement: str,
    *,
    style: str = "qa",
    attributes: Sequence[Attribute] = (),
    labels: Sequence[str] = AGREEMENT,
    names: Names = (),
    asking: Asking = Asking(),
    prompts: PromptBook | None = None,
    context: dict[str, Any] | None = None,
    question: str = "",
    told: str = "",
) -> Payoff:
    """Expected agreement of a persona with a statement, through `choose`.

    Args:
        model: Who answers.
        persona: Whose payoff.
        statement: What is judged.
        style: How the persona is put before the model.
        attributes: How its traits are put into words.
        labels: The scale from lowest to highest, coded 1..K.
        names: From which the seed derives; the persona's id is added.
        asking: How the scale is asked.
        prompts: Other prompt texts than the package's.
        context: Further plain values for the synthetic model.
        question: What is under debate; a representative's style tells nothing of its past that speaks of it.
        told: What is put before the model after the persona, such as what they were asked before and answered.
    """
    prompts = prompts or persona_prompts()
    preamble = "\n\n".join(part for part in (condition(persona, style, attributes, prompts, question), told) if part)
    posed = pose(
        agreement_question(statement, prompts, labels, (*names, persona.id, "payoff")),
        before=(Message("system", preamble),) if preamble else (),
        names=(*names, persona.id, "payoff", statement),
        prompts=prompts,
        asking=asking,
        context={**persona_context(persona, style), "step": "rating", "statement": statement} | (context or {}),
    )
    answer = await ask(model, posed)
    value = expected_value(answer)
    return Payoff(value[0], value[1], answer) if value else Payoff(None, None, answer)
