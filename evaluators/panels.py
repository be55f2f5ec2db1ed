"""How panels answer, panel by panel and round by round: where they stand, how far apart, and what moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ordinal import agreement, categories, shares

Floats = NDArray[np.float64]


def checked_ratings(ratings: ArrayLike, scale: ArrayLike) -> Floats:
    """The ratings as numbers of shape (rounds, panels, seats).

    Raises:
        ValueError: They have another shape, no round, or hold what is none of the scale's answers.
    """
    x = np.asarray(ratings, dtype=float)
    if x.ndim != 3 or not all(x.shape):
        raise ValueError(f"ratings need the shape (rounds, panels, seats), got {x.shape}")
    categories(x, scale)
    return x


def panel_spreads(ratings: Floats, scale: ArrayLike) -> dict[str, Floats]:
    """`median`, `iqr`, `variance` and `agreement` of every panel and round, as `convergence` says.

    Args:
        ratings: Shape (rounds, panels, seats); NaN is missing.
        scale: Shape (K,).

    Returns:
        By name, shape (rounds, panels); NaN where nobody answered, or one alone for the variance.
    """
    n = np.isfinite(ratings).sum(axis=2)
    some = np.where(n[:, :, None] > 0, ratings, 0.0)
    low, middle, high = np.nanquantile(some, (0.25, 0.5, 0.75), axis=2) if some.size else np.empty((3, *n.shape))
    apart = np.nansum((some - np.nanmean(some, axis=2, keepdims=True)) ** 2, axis=2)
    frequencies = _frequencies(ratings, scale)
    return {
        "median": np.where(n > 0, middle, np.nan),
        "iqr": np.where(n > 0, high - low, np.nan),
        "variance": apart / np.where(n > 1, n - 1, np.nan),
        "agreement": agreement(frequencies) if frequencies.shape[-1] > 2 else np.full(n.shape, np.nan),
    }


def panel_moves(ratings: Floats, scale: ArrayLike) -> dict[str, Floats]:
    """`changed`, `shift` and `drift` of every panel from each round to the next, as `convergence` says.

    Args:
        ratings: Shape (rounds, panels, seats); NaN is missing.
        scale: Shape (K,).

    Returns:
        By name, shape (rounds − 1, panels), of the members who answered in both rounds; NaN where nobody did.
    """
    both = np.isfinite(ratings[1:]) & np.isfinite(ratings[:-1])
    before, after = (np.where(both, x, np.nan) for x in (ratings[:-1], ratings[1:]))
    n = both.sum(axis=2)
    moved = (both & (before != after)).sum(axis=2)
    apart = np.abs(shares(_frequencies(after, scale)) - shares(_frequencies(before, scale)))
    medians = [np.nanmedian(np.where(n[:, :, None] > 0, x, 0.0), axis=2) for x in (before, after)]
    return {
        "changed": moved / np.where(n > 0, n, np.nan),
        "shift": apart.sum(axis=2) / 2,
        "drift": np.where(n > 0, medians[1] - medians[0], np.nan),
    }


def _frequencies(ratings: Floats, scale: ArrayLike) -> Floats:
    """Answers by category, shape (rounds, panels, K)."""
    place = categories(ratings, scale)
    return np.stack([(place == j).sum(axis=2) for j in range(len(np.asarray(scale)))], axis=2).astype(float)
