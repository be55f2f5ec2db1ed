"""Rank statistics under weights: the area under the receiver operating characteristic, and ranks with ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Ordering:
    """Numbers from low to high, equal ones together; what depends on their order, for many weightings at once.

    Args:
        numbers: Shape (n,), none of them NaN.
    """

    def __init__(self, numbers: Floats) -> None:
        self._order = np.argsort(numbers, kind="stable")
        ordered = numbers[self._order]
        self._new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
        self._starts = np.flatnonzero(self._new)

    def auc(self, votes: Floats, weights: Floats) -> Floats:
        """Chance that a row with vote 1 has a higher number than one with vote 0, equal ones counted half.

        Args:
            votes: Shape (n,), 0 or 1.
            weights: Shape (b, n), from 0 up.

        Returns:
            Shape (b,), in [0, 1]; NaN where all votes with weight are alike.
        """
        yes = self._tied(weights * votes)
        no = self._tied(weights * (1 - votes))
        won = (yes * (no.cumsum(axis=1) - no / 2)).sum(axis=1)
        pairs = yes.sum(axis=1) * no.sum(axis=1)
        share: Floats = np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0)
        return share

    def ranks(self, weights: Floats) -> Floats:
        """The middle rank of every row among the weighted rows. Shape (b, n), in the order the numbers came in."""
        tied = self._tied(weights)
        middle = tied.cumsum(axis=1) - tied / 2
        ranks = np.empty(weights.shape)
        ranks[:, self._order] = middle[:, self._new.cumsum() - 1]
        return ranks

    def _tied(self, weights: Floats) -> Floats:
        sums: Floats = np.add.reduceat(weights[:, self._order], self._starts, axis=1)
        return sums


def auc(predictions: ArrayLike, votes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Area under the receiver operating characteristic, as `Ordering.auc`: 0.5 is chance, 1 is perfect; higher is better.

    Args:
        predictions: Shape (n,).
        votes: Shape (n,), 0 or 1.
        weights: Shape (n,), from 0 up; 1 each by default.
    """
    p, y = np.asarray(predictions, dtype=float), np.asarray(votes, dtype=float)
    w = np.ones(len(p)) if weights is None else np.asarray(weights, dtype=float)
    return float(Ordering(p).auc(y, w[None, :])[0])
