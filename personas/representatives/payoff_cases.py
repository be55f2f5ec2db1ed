"""Whose agreement with what is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from ..persona import Persona


@dataclass(frozen=True, slots=True)
class PayoffCase:
    """One person and one statement.

    Args:
        persona: Whose payoff.
        question: What was discussed.
        opinion: What the person wrote about it, where that is on record.
        statement: What is judged.
        group: The cluster of intervals.
    """

    persona: Persona
    question: str
    opinion: str | None
    statement: str
    group: str = ""
