"""Survey answers as arrays: respondents × items, with weights and attributes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Scale = Literal["codes", "unit"]


@dataclass(frozen=True, slots=True)
class Item:
    """What the evaluators need to know of a question.

    Args:
        code: The item's name.
        values: The number each answer stands for, in codebook order, answers that count as missing left out: the
            code itself where every code is a number, else positions 0..K-1.
        labels: The answers' texts, in the same order.
        ordinal: False leaves the item out of distances, correlations and alpha.
        reversed: The item counts against the direction of its scale.
        numeric_codes: False where `values` are positions because the codes are words.
    """

    code: str
    values: tuple[float, ...]
    labels: tuple[str, ...] = ()
    ordinal: bool = True
    reversed: bool = False
    numeric_codes: bool = True

    def scaled(self, scale: Scale) -> NDArray[np.float64]:
        """The answers on a scale: their own codes, or positions divided by K - 1. Shape (K,)."""
        if scale == "codes":
            return np.asarray(self.values)
        return np.arange(len(self.values)) / max(len(self.values) - 1, 1)


@dataclass(frozen=True, slots=True)
class Responses:
    """Answers of respondents to items.

    Args:
        respondents: Names, shape (n,); the same name on the human and the simulated side is a matched pair.
        items: Length m.
        answers: Shape (n, m), the position of the answer in `Item.values`; -1 is missing.
        weights: Shape (n,), survey weights, none negative; all 1 where there are none.
        attributes: For each attribute the label of every respondent, shape (n,) of str; "" is missing.
        scales: Items that measure one thing: name to item codes.
    """

    respondents: NDArray[np.str_]
    items: tuple[Item, ...]
    answers: NDArray[np.int16]
    weights: NDArray[np.float64]
    attributes: dict[str, NDArray[np.str_]] = field(default_factory=dict)
    scales: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n, m = self.answers.shape
        if len(self.respondents) != n or len(self.weights) != n or len(self.items) != m:
            raise ValueError(
                f"answers are {n} × {m}, but there are {len(self.respondents)} respondents, "
                f"{len(self.weights)} weights and {len(self.items)} items"
            )
        if not (np.isfinite(self.weights).all() and (self.weights >= 0).all()):
            raise ValueError("weights must be finite and none of them negative")

    def __len__(self) -> int:
        return len(self.respondents)

    def rows(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Responses:
        """The respondents at these positions (repeats allowed) or under this mask."""
        return Responses(
            respondents=self.respondents[index],
            items=self.items,
            answers=self.answers[index],
            weights=self.weights[index],
            attributes={name: column[index] for name, column in self.attributes.items()},
            scales=self.scales,
        )

    def select(self, codes: Sequence[str]) -> Responses:
        """These items only, in this order.

        Raises:
            KeyError: A code names no item.
        """
        where = {item.code: j for j, item in enumerate(self.items)}
        columns = [where[code] for code in codes]
        return Responses(
            respondents=self.respondents,
            items=tuple(self.items[j] for j in columns),
            answers=self.answers[:, columns],
            weights=self.weights,
            attributes=self.attributes,
            scales=self.scales,
        )

    @property
    def ordinal_items(self) -> tuple[str, ...]:
        """The codes of the items that distances, correlations and alpha use."""
        return tuple(item.code for item in self.items if item.ordinal)

    def numbers(self) -> NDArray[np.float64]:
        """The number each answer stands for, shape (n, m), NaN where missing."""
        out = np.full(self.answers.shape, np.nan)
        for j, item in enumerate(self.items):
            given = self.answers[:, j] >= 0
            out[given, j] = np.asarray(item.values)[self.answers[given, j]]
        return out
