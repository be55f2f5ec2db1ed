"""Correlation matrices of items, and how far two of them are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def covariance_from_moments(mean: Floats, second: Floats) -> Floats:
    """Covariance matrices (..., m, m) from means (..., m) and mean products (..., m, m); no degrees of freedom taken."""
    return second - mean[..., :, None] * mean[..., None, :]


def correlation_from_covariance(covariance: Floats) -> Floats:
    """Pearson correlations; rows and columns of an item that does not vary are NaN. Shape (..., m, m)."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    # Rounding leaves a constant item a variance of about 1e-17 instead of 0.
    sd = np.sqrt(np.where(variance > 1e-12, variance, np.nan))
    correlation: Floats = covariance / sd[..., :, None] / sd[..., None, :]
    return correlation


def weighted_correlation(numbers: Floats, weights: Floats) -> Floats:
    """The weighted Pearson correlation matrix of the complete rows (listwise deletion).

    Args:
        numbers: Shape (n, m), NaN where missing.
        weights: Shape (n,).

    Returns:
        Shape (m, m); NaN where an item does not vary or no row is complete.
    """
    complete = ~np.isnan(numbers).any(axis=1)
    x, w = numbers[complete], weights[complete]
    if w.sum() <= 0:
        return np.full((numbers.shape[1],) * 2, np.nan)
    w = w / w.sum()
    x = x - w @ x
    return correlation_from_covariance(np.asarray((x * w[:, None]).T @ x))


def frobenius(a: Floats, b: Floats) -> Floats:
    """The Frobenius norm of the difference of two correlation matrices, over all m × m cells; lower is better.

    Args:
        a: Shape (..., m, m).
        b: The same.

    Returns:
        Shape (...); NaN where a correlation is undefined.
    """
    norm: Floats = np.sqrt(((a - b) ** 2).sum(axis=(-2, -1)))
    return norm
