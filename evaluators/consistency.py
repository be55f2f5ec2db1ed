"""Cronbach's alpha: how consistently the items of a scale are answered (Cronbach 1951)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def alpha_from_covariance(covariance: Floats, signs: Floats) -> Floats:
    """Alpha from covariance matrices of shape (..., m, m); `signs` is -1 for reversed items. Shape (...)."""
    m = covariance.shape[-1]
    flipped = covariance * signs[:, None] * signs[None, :]
    total = flipped.sum(axis=(-2, -1))
    own = np.trace(flipped, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: Floats = np.where((total > 1e-12) & (m > 1), m / max(m - 1, 1) * (1 - own / total), np.nan)
    return alpha


def cronbach_alpha(numbers: Floats, reversed_items: NDArray[np.bool_] | None = None) -> float:
    """Cronbach's alpha of the complete rows, unweighted; at most 1, higher is more consistent.

    Args:
        numbers: Shape (n, m), NaN where missing (such rows are left out).
        reversed_items: Shape (m,), true where an item counts against its scale; none by default.

    Returns:
        NaN with fewer than two items or complete rows, or where nothing varies.
    """
    complete = numbers[~np.isnan(numbers).any(axis=1)]
    m = numbers.shape[1]
    if len(complete) < 2 or m < 2:
        return float("nan")
    signs = np.where(reversed_items, -1.0, 1.0) if reversed_items is not None else np.ones(m)
    return float(alpha_from_covariance(np.cov(complete.T), signs))
