"""Candidate statements: written at the same time, each from the opinions in an order of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ...personas.answers import Missing
from .desk import Desk
from .protocol import Case

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a group can choose from.

    Args:
        texts: In the order they were asked for; `Missing` where one could not be had.
        orders: For each the seats in the order in which its writer read them.
    """

    texts: tuple[str | Missing, ...]
    orders: tuple[tuple[str, ...], ...] = ()

    @property
    def standing(self) -> list[int]:
        """Which can be chosen: those there are, and of the same text the first."""
        return [k for k, text in enumerate(self.texts) if isinstance(text, str) and self.texts.index(text) == k]

    @property
    def standing_texts(self) -> list[str]:
        """The texts of those."""
        return [str(self.texts[k]) for k in self.standing]

    @property
    def failure(self) -> Missing:
        """Why there is none at all."""
        gone = [text for text in self.texts if isinstance(text, Missing)]
        return gone[0] if gone else Missing("no_candidates", "there is nothing to choose from")

    def spread(self, values: Sequence[T | None]) -> list[T | None]:
        """One value for every candidate, from one for each that stands; None for the others."""
        found: list[T | None] = [None] * len(self.texts)
        for k, value in zip(self.standing, values, strict=True):
            found[k] = value
        return found

    def record(self) -> dict[str, Any]:
        """As plain data: `candidates`, the `orders` of the seats, and `same_as`, the first with the same text."""
        same = {
            str(k): self.texts.index(text)
            for k, text in enumerate(self.texts)
            if isinstance(text, str) and k not in self.standing
        }
        held = [text.as_state() if isinstance(text, Missing) else text for text in self.texts]
        return {"candidates": held, "orders": [list(order) for order in self.orders], "same_as": same}


async def write_candidates(case: Case, desk: Desk, number: int) -> Candidates:
    """Asks for so many statements at once; candidate k is the same whatever the mechanism and however many there are."""
    orders = [desk.shuffled(list(case.opinions), case, "opinions", k) for k in range(number)]
    texts = await asyncio.gather(*(desk.statement(case, k, order) for k, order in enumerate(orders)))
    return Candidates(tuple(texts), tuple(map(tuple, orders)))
