"""Wasserstein distance between answer distributions of ordinal items (Anthology: Moon et al. 2024; Kang et al. 2025)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wasserstein(p: ArrayLike, q: ArrayLike, values: ArrayLike) -> NDArray[np.float64]:
    """The 1-Wasserstein distance of distributions on the same numbers; lower is better.

    Args:
        p: Probabilities, shape (..., K), summing to 1 along the last axis.
        q: The same.
        values: The K numbers the answers stand for, in any order; the distance is in their unit.

    Returns:
        Shape (...): the sum of |CDF difference| times the gap to the next number.
    """
    numbers = np.asarray(values, dtype=float)
    order = np.argsort(numbers, kind="stable")
    gaps = np.diff(numbers[order])
    difference = (np.asarray(p, dtype=float) - np.asarray(q, dtype=float))[..., order]
    distance: NDArray[np.float64] = np.abs(np.cumsum(difference, axis=-1)[..., :-1]) @ gaps
    return distance
