"""Everybody's foretold payoffs of several texts, and who of them can be compared."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...personas.answers import Missing
from .desk import Desk
from .protocol import Case

Values = Mapping[str, Sequence[float | Missing]]


@dataclass(frozen=True, slots=True)
class Comparable:
    """The payoffs that can be compared: of the same people for every text.

    A text of which nobody's payoff is known is left out; so is then everybody who lacks a payoff of any other.

    Args:
        texts: Which texts, by their place.
        seats: Whose.
        payoffs: Shape (seats, texts), 1..K, higher is better; none missing.
        without: By seat left out, why.
    """

    texts: list[int]
    seats: list[str]
    payoffs: NDArray[np.float64]
    without: dict[str, Missing]

    @classmethod
    def of(cls, values: Values, number: int) -> Comparable:
        """From everybody's payoffs of so many texts."""
        texts = [k for k in range(number) if any(not isinstance(own[k], Missing) for own in values.values())]
        without = {seat: gone for seat, own in values.items() if (gone := _first_missing(own, texts))}
        seats = [seat for seat in values if seat not in without] if texts else []
        known = [[value for k in texts if not isinstance(value := values[seat][k], Missing)] for seat in seats]
        return cls(texts, seats, np.array(known, dtype=float).reshape(len(seats), len(texts)), without)

    @property
    def failure(self) -> Missing:
        """Why nothing can be compared."""
        return Missing("no_payoffs", "; ".join(f"{seat}: {gone.reason}" for seat, gone in self.without.items()))

    def record(self) -> dict[str, Any]:
        """Who was left out, as plain data."""
        return {"without": {seat: gone.as_state() for seat, gone in self.without.items()}}


async def foretold(case: Case, desk: Desk, texts: Sequence[str]) -> dict[str, list[float | Missing]]:
    """Everybody's payoffs of the texts, all asked at the same time."""
    values = await asyncio.gather(*(desk.payoffs(case, seat, texts) for seat in case.opinions))
    return dict(zip(case.opinions, values, strict=True))


def weights_of(case: Case, seats: Sequence[str], weighted: bool) -> list[float] | None:
    """For how many people each of them stands; None where everybody counts the same, as when nobody has any weight."""
    weights = [case.weights.get(seat, 1.0) for seat in seats]
    return weights if weighted and any(weights) else None


def _first_missing(values: Sequence[float | Missing], texts: Sequence[int]) -> Missing | None:
    return next((value for k in texts or range(len(values)) if isinstance(value := values[k], Missing)), None)
