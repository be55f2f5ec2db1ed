"""Answers turned into matrices, so that statistics under many sets of weights are matrix products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .correlation import correlation_from_covariance, covariance_from_moments
from .responses import Responses

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Products:
    """The complete rows of some items, ready for weighted covariances.

    Args:
        complete: Shape (n,), true where none of the items is missing.
        numbers: Shape (c, m), the complete rows, centred.
        pairs: Shape (c, m(m+1)/2), products of every pair of columns.
    """

    complete: NDArray[np.bool_]
    numbers: Floats
    pairs: Floats

    @classmethod
    def of(cls, numbers: Floats) -> Products:
        """From numbers of shape (n, m), NaN where missing."""
        complete = np.asarray(~np.isnan(numbers).any(axis=1), dtype=bool)
        rows = numbers[complete]
        rows = rows - rows.mean(axis=0) if len(rows) else rows
        first, second = np.triu_indices(numbers.shape[1])
        return cls(complete, rows, rows[:, first] * rows[:, second])

    def covariance(self, weights: Floats) -> Floats:
        """Covariance matrices (B, m, m) under B sets of weights (B, n); NaN where they sum to 0."""
        own = weights[:, self.complete]
        total = own.sum(axis=1)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            mean, upper = own @ self.numbers / total, own @ self.pairs / total
        m = self.numbers.shape[1]
        second = np.empty((len(weights), m, m))
        first, last = np.triu_indices(m)
        second[:, first, last] = upper
        second[:, last, first] = upper
        return covariance_from_moments(mean, second)

    def correlation(self, weights: Floats) -> Floats:
        """Correlation matrices (B, m, m) under B sets of weights (B, n)."""
        return correlation_from_covariance(self.covariance(weights))


@dataclass(frozen=True, slots=True)
class Tabulation:
    """Responses to ordinal items, ready for distributions and covariances under any weights.

    Args:
        indicators: Shape (n, ΣK), 1 where this answer was given.
        slices: For each item its columns of `indicators`.
        products: Of all items.
        scales: Of each declared scale, with the signs of its items.
    """

    indicators: Floats
    slices: tuple[slice, ...]
    products: Products
    signs: Floats
    scales: dict[str, tuple[Products, Floats]]

    @classmethod
    def of(cls, responses: Responses, scales: Mapping[str, Sequence[str]]) -> Tabulation:
        """From responses that hold ordinal items only."""
        widths = [len(item.values) for item in responses.items]
        starts = np.concatenate([[0], np.cumsum(widths)])
        indicators = np.zeros((len(responses), int(starts[-1])))
        for j in range(len(widths)):
            given = np.flatnonzero(responses.answers[:, j] >= 0)
            indicators[given, starts[j] + responses.answers[given, j]] = 1.0
        numbers = responses.numbers()
        signs = np.array([-1.0 if item.reversed else 1.0 for item in responses.items])
        where = {item.code: j for j, item in enumerate(responses.items)}
        columns = {name: [where[c] for c in codes] for name, codes in scales.items()}
        return cls(
            indicators=indicators,
            slices=tuple(slice(int(a), int(b)) for a, b in pairwise(starts)),
            products=Products.of(numbers),
            signs=signs,
            scales={name: (Products.of(numbers[:, js]), signs[js]) for name, js in columns.items()},
        )

    def distributions(self, weights: Floats) -> list[Floats]:
        """Each item's distribution (B, K) under B sets of weights (B, n); NaN where nobody answered."""
        counts = weights @ self.indicators
        with np.errstate(divide="ignore", invalid="ignore"):
            return [counts[:, s] / counts[:, s].sum(axis=1, keepdims=True) for s in self.slices]
