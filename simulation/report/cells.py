"""A cell of a table: a number with its interval, or the reason why it has none, and its place in its column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .numbers import number

Rank = Literal["", "best", "second"]
NO_INTERVAL = "no interval was reported"


@dataclass(frozen=True)
class Cell:
    """A number as the tables show it.

    Args:
        value: The number; None where it is not defined.
        ci: Ends of its interval.
        reason: Why there is no value, or no interval.
        rank: Its place within the block of its model.
        level: Whether the paired difference from the best has an interval that includes 0; None where there is no
            such difference at hand.
        digits: Decimals shown.
    """

    value: float | None
    ci: tuple[float, float] | None = None
    reason: str = ""
    rank: Rank = ""
    level: bool | None = False
    digits: int = 3

    @property
    def text(self) -> str:
        """The value, or a dash."""
        return number(self.value, self.digits)

    @property
    def interval(self) -> str:
        """The interval in brackets, or nothing."""
        return f"[{number(self.ci[0], self.digits)}, {number(self.ci[1], self.digits)}]" if self.ci else ""


def cell(measure: Any, missing: str = "not measured", digits: int = 3) -> Cell:
    """The cell of a measure.

    Args:
        measure: `{value, ci}` with a `reason` where one of them is None, a plain number, or None.
        missing: The reason where there is no measure and none is given.
        digits: Decimals shown.
    """
    if not isinstance(measure, Mapping):
        return (
            Cell(None, reason=missing) if measure is None else Cell(float(measure), reason=NO_INTERVAL, digits=digits)
        )
    value, ci, reason = measure.get("value"), measure.get("ci"), str(measure.get("reason") or "")
    if value is None:
        return Cell(None, reason=reason or missing)
    if ci is None or any(end is None for end in ci):
        return Cell(float(value), reason=reason or NO_INTERVAL, digits=digits)
    return Cell(float(value), (float(ci[0]), float(ci[1])), digits=digits)


def count(n: Any) -> str:
    """A count, or several by name, as text."""
    if isinstance(n, Mapping):
        return ", ".join(f"{value:,} {name}" for name, value in n.items() if value is not None)
    return "–" if n is None else f"{n:,}"
