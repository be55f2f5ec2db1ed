"""How far answers on an ordered scale agree or fall into camps, from how often each answer was given."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MOST = 12  # categories; beyond that there are too many patterns, and continuous positions should be binned


def agreement(frequencies: ArrayLike) -> Floats:
    """Van der Eijk's (2001) agreement A: 1 all in one category, 0 evenly over all, −1 half at either end.

    A distribution is taken apart into layers of categories that are filled alike; each layer's A = U (1 − (S − 1)/(K − 1)),
    where S of K categories are filled and U, from the triples of categories, says how far these lie side by side;
    layers count by their share of the answers. Higher is more agreement. Only the order of the categories matters.

    Args:
        frequencies: Shape (..., K), from 0 up, counts or weights by category in order; 3 to 12 categories.

    Returns:
        Shape (...), in [−1, 1]; NaN where nobody answered.

    Raises:
        ValueError: There are too few or too many categories.
    """
    f = np.asarray(frequencies, dtype=float)
    k = f.shape[-1]
    if not 3 <= k <= MOST:
        raise ValueError(f"agreement A needs 3 to {MOST} ordered categories, got {k}; bin finer positions first")
    by_pattern = _patterns(k)
    ranked = np.sort(f, axis=-1)
    heights = np.diff(ranked, axis=-1, prepend=0.0)
    total = f.sum(axis=-1)
    found = np.zeros(f.shape[:-1])
    for layer in range(k):
        filled = f >= ranked[..., [layer]]
        weight = heights[..., layer] * filled.sum(axis=-1)
        found += weight * by_pattern[filled @ (1 << np.arange(k))]
    return np.where(total > 0, found / np.where(total > 0, total, 1.0), np.nan)


@lru_cache(maxsize=MOST)
def _patterns(k: int) -> Floats:
    """A of every pattern of filled categories; its place in binary is the pattern. Shape (2^k,)."""
    filled = (np.arange(1 << k)[:, None] >> np.arange(k)) & 1
    together, apart = np.zeros(1 << k), np.zeros(1 << k)
    for i, j, m in combinations(range(k), 3):
        a, b, c = filled[:, i], filled[:, j], filled[:, m]
        together += b * (a ^ c)
        apart += a * (1 - b) * c
    triples = np.maximum((k - 2) * (together + apart), 1)
    unimodality = np.where(apart == 0, 1.0, ((k - 2) * together - (k - 1) * apart) / triples)
    return np.asarray(unimodality * (1 - (filled.sum(axis=1) - 1) / (k - 1)))


def esteban_ray(frequencies: ArrayLike, positions: ArrayLike, alpha: float = 1.0) -> Floats:
    """Esteban and Ray's (1994, eq. 3) polarisation, K ΣΣ π_i^(1+α) π_j |y_i − y_j|; higher is more polarised.

    K is chosen so that 1 is the most there can be, half at either end of the scale, and 0 all at one position. At α = 0
    it is twice the Gini mean difference over the scale's length; the higher α, the more it counts that a camp is large.

    Args:
        frequencies: Shape (..., K), from 0 up, by position.
        positions: Shape (K,), the scale's answers as numbers; those who give one answer are one camp.
        alpha: Weight of identification with one's camp, in (0, 1.6].

    Returns:
        Shape (...), in [0, 1]; NaN where nobody answered.

    Raises:
        ValueError: α is out of its range, or the scale has no length.
    """
    if not 0 < alpha <= 1.6:
        raise ValueError(f"alpha lies in (0, 1.6] (Esteban and Ray 1994, theorem 1), got {alpha}")
    y = _scale(positions)
    p = shares(frequencies)
    distances = np.abs(y[:, None] - y[None, :])
    raw = ((p ** (1 + alpha)) @ distances * p).sum(axis=-1)
    return np.asarray(raw * 2.0 ** (1 + alpha) / np.ptp(y))


def mean_distance(frequencies: ArrayLike, positions: ArrayLike) -> Floats:
    """Mean distance of two answers drawn with replacement, ΣΣ π_i π_j |y_i − y_j|, over the scale's length; in [0, 1/2].

    Args:
        frequencies: Shape (..., K).
        positions: Shape (K,).
    """
    y, p = _scale(positions), shares(frequencies)
    found: Floats = (p @ np.abs(y[:, None] - y[None, :]) * p).sum(axis=-1) / np.ptp(y)
    return found


def shares(frequencies: ArrayLike) -> Floats:
    """Frequencies (..., K) over their sum; NaN where it is 0."""
    f = np.asarray(frequencies, dtype=float)
    total = f.sum(axis=-1, keepdims=True)
    return np.asarray(f / np.where(total > 0, total, np.nan))


def categories(positions: ArrayLike, scale: ArrayLike) -> NDArray[np.intp]:
    """Which answer of the scale each position is, −1 for a missing one; the same shape.

    Args:
        positions: Numbers of the scale; NaN is missing.
        scale: Shape (K,), its answers in rising order.

    Raises:
        ValueError: The scale does not rise, or a position is none of its answers.
    """
    x, y = np.asarray(positions, dtype=float), _scale(scale)
    place = np.clip(np.searchsorted(y, x), 0, len(y) - 1)
    wrong = np.isfinite(x) & (y[place] != x)
    if wrong.any() or np.isinf(x).any():
        raise ValueError(f"{x[wrong | np.isinf(x)].flat[0]:g} is no answer of the scale {y.tolist()}")
    return np.where(np.isnan(x), -1, place)


def _scale(positions: ArrayLike) -> Floats:
    y = np.asarray(positions, dtype=float)
    if y.ndim != 1 or len(y) < 2 or not (np.diff(y) > 0).all():
        raise ValueError(f"a scale needs two or more rising numbers, got {y.tolist()}")
    return y
