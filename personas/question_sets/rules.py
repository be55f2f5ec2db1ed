"""The rules by which a suggested question is kept or left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..propositions import both_sides
from .wording import SeenQuestions, plain_words

REASONS = {
    "not_a_question": "does not end in a question mark",
    "several_questions": "asks more than one thing",
    "too_short": "has too few words",
    "too_long": "has too many words",
    "blocked": "has a blocked word",
    "no_proposition": "has no clear declarative form",
    "seed": "is one of the seeds",
    "duplicate": "was suggested before",
    "near_duplicate": "says nearly the same as another",
    "not_understandable": "the judge: not every adult would understand it",
    "not_contentious": "the judge: people would not be divided",
    "not_inoffensive": "the judge: it may demean somebody",
    "not_judged": "the judge gave no answer",
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A suggestion that was left out.

    Args:
        question: As the model wrote it.
        reason: One of `REASONS`.
        detail: The question it repeats, the blocked word, or the judge's probability.
    """

    question: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Rules:
    """What a question must be like.

    Args:
        shortest: Words it has at least.
        longest: Words it has at most.
        blocked: Words and phrases that it must not hold; whole words, whatever their capitals.
        similarity: From which similarity on it repeats another (see `SeenQuestions`).
        proposition: Whether it must have a declarative form by rule, on which people can state their agreement.
    """

    shortest: int = 3
    longest: int = 40
    blocked: tuple[str, ...] = ()
    similarity: float = 0.8
    proposition: bool = True

    @cached_property
    def _blocked(self) -> re.Pattern[str] | None:
        phrases = [re.escape(p) for p in map(plain_words, self.blocked) if p]
        return re.compile(rf"\b(?:{'|'.join(phrases)})\b") if phrases else None

    def broken_by(self, question: str) -> Rejected | None:
        """The first rule that a question breaks by itself, or None."""
        words = len(question.split())
        if not question.endswith("?"):
            return Rejected(question, "not_a_question")
        if "?" in question[:-1]:
            return Rejected(question, "several_questions")
        if not self.shortest <= words <= self.longest:
            return Rejected(question, "too_short" if words < self.shortest else "too_long", f"{words} words")
        if self._blocked and (found := self._blocked.search(plain_words(question))):
            return Rejected(question, "blocked", found.group())
        if self.proposition and both_sides(question) is None:
            return Rejected(question, "no_proposition")
        return None


class Sieve:
    """Lets through questions that keep the rules and repeat none that went before; remembers those.

    Args:
        rules: What a question must be like.
        seeds: Questions that are there already.
    """

    def __init__(self, rules: Rules, seeds: Iterable[str]) -> None:
        self._rules, self._seen, self._seeds = rules, SeenQuestions(rules.similarity), set[str]()
        for seed in seeds:
            self._seen.add(seed)
            self._seeds.add(plain_words(seed))

    def rejects(self, question: str) -> Rejected | None:
        """Why a suggestion is left out, or None: then it counts as seen."""
        broken = self._rules.broken_by(question)
        if broken:
            return broken
        if same := self._seen.same(question):
            return Rejected(question, "seed" if plain_words(question) in self._seeds else "duplicate", same)
        if near := self._seen.nearest(question):
            return Rejected(question, "near_duplicate", f"{near[0]} ({near[1]:.2f})")
        self._seen.add(question)
        return None
