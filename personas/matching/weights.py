"""The weight of a human and a persona: the probability that the persona has all of the human's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .profiles import Profile

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class TypeWeights:
    """w_ij = Π_traits P(persona j has human i's value), between types: humans alike are one row, personas one column.

    Args:
        profiles: The traits, at least one.

    Attributes:
        supply: Shape (human types,), how many humans are of each type.
        capacity: Shape (persona types,), how many personas.
        human_type: Shape (humans,), the type of each.
        persona_type: Shape (personas,), the type of each.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        codes = np.column_stack([p.codes for p in profiles])
        stacked = np.vstack([p.probabilities for p in profiles])
        self._codes, self.human_type, self.supply = _types(codes)
        columns, self.persona_type, self.capacity = _types(stacked.T)
        ends = np.cumsum([len(p.probabilities) for p in profiles])[:-1]
        self._tables: list[Floats] = [np.ascontiguousarray(part) for part in np.split(columns.T, ends)]

    @property
    def shape(self) -> tuple[int, int]:
        """How many types of humans and of personas."""
        return len(self.supply), len(self.capacity)

    def row(self, index: int) -> Floats:
        """The weights of one type of human with every type of persona, shape (persona types,)."""
        first, *rest = (table[code] for table, code in zip(self._tables, self._codes[index], strict=True))
        weights: Floats = first.copy()
        for probabilities in rest:
            weights *= probabilities
        return weights


def _types(rows: NDArray[Any]) -> tuple[NDArray[Any], Ints, Ints]:
    """The distinct rows, which of them each row is, and how often each stands."""
    types, which, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return types, which.reshape(-1), counts.astype(np.intp)
