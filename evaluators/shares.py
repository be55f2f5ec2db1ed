"""How often each answer was given, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .responses import Responses

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Shares:
    """The distribution of one item's answers, missing ones left out.

    Args:
        shares: Weighted share of each answer in [0, 1], in codebook order; NaN when nobody answered.
        low: Lower ends of 95 % intervals.
        high: Upper ends.
        n: People who answered.
        effective_n: Kish's effective number of them: (Σw)² / Σw².
    """

    shares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: int
    effective_n: float


def answer_shares(responses: Responses, item: str) -> Shares:
    """The weighted shares of an item's answers, with Wilson intervals at Kish's effective n.

    Raises:
        StopIteration: There is no such item.
    """
    column = next(j for j, i in enumerate(responses.items) if i.code == item)
    answers = responses.answers[:, column]
    given = answers >= 0
    weights = responses.weights[given]
    k = len(responses.items[column].values)
    total, squares = weights.sum(), (weights**2).sum()
    if total <= 0:
        nothing = np.full(k, np.nan)
        return Shares(nothing, nothing, nothing, int(given.sum()), 0.0)
    shares = np.bincount(answers[given], weights=weights, minlength=k) / total
    n = total**2 / squares
    low, high = wilson(shares, n)
    return Shares(shares, low, high, int(given.sum()), float(n))


def wilson(share: NDArray[np.float64], n: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % Wilson intervals of shares of n (Wilson 1927)."""
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
