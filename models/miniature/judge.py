"""The judge of the small world: which of two texts is more like the person, or worth more to the group.

A Bradley-Terry choice: the log-odds of the first text are the sharpness times the difference of two utilities, which are
exact. In one of ten comparisons the judge takes the text shown first unread, so that two equal texts are judged 0.55 to
0.45: a position bias of 0.05 in probability, known, which a measure of it must find.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..synthetic.graded import Vector, logistic
from .public import MiniaturePublic, Step

# Per nat of log-likelihood per word, and per point of the 1..7 scale summed over the group.
TEXT_SHARPNESS, STATEMENT_SHARPNESS = 4.0, 1.0
UNREAD = 0.1


def prefer_text(
    public: MiniaturePublic, step: Step, texts: Sequence[str], persona: str, question: str, draft: str = ""
) -> Vector:
    """P(each of two opinions or critiques is taken for the person's), by their true log-likelihood per word."""
    lengths = [max(len(text.split()), 1) for text in texts]
    scored = [public.log_likelihood(step, text, persona, question, draft) for text in texts]
    return prefer([s / n for s, n in zip(scored, lengths, strict=True)], TEXT_SHARPNESS)


def prefer_statement(public: MiniaturePublic, texts: Sequence[str], personas: Sequence[str], question: str) -> Vector:
    """P(each of two statements is preferred), by the sum of the group's true payoffs."""
    return prefer([sum(public.payoff(p, question, text) for p in personas) for text in texts], STATEMENT_SHARPNESS)


def prefer(utilities: Sequence[float], sharpness: float) -> Vector:
    """P(first text), P(second text), given their utilities in the order shown; equally bad ones are alike."""
    first, second = utilities
    read = 0.5 if first == second else logistic(sharpness * (first - second))
    p = UNREAD + (1 - UNREAD) * read
    return p, 1 - p
