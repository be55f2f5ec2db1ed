"""What a payoff model has seen of people, statements and questions, so that what it is measured on is held out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..prompting import question_key
from .cases import PayoffCase, PayoffSet

Setting = Literal["same statements", "new statements", "new questions"]
SETTINGS: dict[Setting, str] = {
    "same statements": "new people, on statements that others' votes are known of",
    "new statements": "new people, on new statements about the same questions",
    "new questions": "new people, on new questions",
}
_DIGITS = 16


@dataclass(frozen=True)
class Seen:
    """Marks of what was trained or validated on; ids and texts cannot be read back from them.

    Args:
        people: Of their ids.
        statements: Of their texts, whatever their capitals, spaces and marks.
        questions: The same.
    """

    people: frozenset[str]
    statements: frozenset[str]
    questions: frozenset[str]

    @classmethod
    def of(cls, *sets: PayoffSet) -> Seen:
        """Everything in these sets."""
        cases = [case for each in sets for case in each.cases]
        return cls(
            frozenset(map(_mark, {case.persona.id for case in cases})),
            frozenset(map(_text_mark, {case.statement for case in cases})),
            frozenset(map(_text_mark, {case.question for case in cases})),
        )

    @classmethod
    def from_record(cls, record: Mapping[str, Iterable[str]]) -> Seen:
        """What `record` wrote."""
        return cls(*(frozenset(record[what]) for what in ("people", "statements", "questions")))

    def record(self) -> dict[str, list[str]]:
        """As plain data."""
        return {what: sorted(getattr(self, what)) for what in ("people", "statements", "questions")}

    def knows(self, case: PayoffCase) -> bool:
        """Whether the person is among those seen: a case that nothing may be measured on."""
        return _mark(case.persona.id) in self.people

    def setting(self, case: PayoffCase) -> Setting:
        """How new a case of a new person is."""
        if _text_mark(case.question) not in self.questions:
            return "new questions"
        return "same statements" if _text_mark(case.statement) in self.statements else "new statements"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _text_mark(text: str) -> str:
    return _mark(question_key(text))
