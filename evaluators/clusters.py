"""Means with intervals clustered by group: whole groups are resampled, since people in one depend on each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import percentile_interval

Floats = NDArray[np.float64]
CHUNK = 1000


def cluster_means(values: ArrayLike, groups: ArrayLike, bootstrap: int, seed: int) -> tuple[float, Floats]:
    """The mean of all values, and its bootstrap resamples over groups.

    Args:
        values: Shape (n,) or (n, k); rows with a NaN are left out.
        groups: Shape (n,), the group of each.
        bootstrap: Resamples.
        seed: The same seed draws the same groups.

    Returns:
        The mean (NaN of nothing) and resamples of shape (bootstrap,).
    """
    x, g = np.asarray(values, dtype=float), np.asarray(groups)
    there = np.isfinite(x)
    x, g = x[there], g[there]
    if not len(x):
        return float("nan"), np.empty(0)
    _, index = np.unique(g, return_inverse=True)
    k = int(index.max()) + 1
    sums, counts = np.bincount(index, weights=x, minlength=k), np.bincount(index, minlength=k).astype(float)
    random = np.random.default_rng([seed, 4])
    drawn = random.multinomial(k, np.full(k, 1 / k), size=bootstrap).astype(float)
    return float(x.mean()), (drawn @ sums) / (drawn @ counts)


def small_sample_factor(clusters: int) -> float:
    """By how much resamples of few clusters are too narrow.

    Resampling k clusters shows (k - 1)/k of their variance, and a t quantile with k - 1 degrees of freedom stands where the
    normal one does (Cameron, Gelbach and Miller 2008).
    """
    from scipy.stats import norm, t

    return float(np.sqrt(clusters / (clusters - 1)) * t.ppf(0.975, clusters - 1) / norm.ppf(0.975))


def mean_with_interval(values: ArrayLike, groups: ArrayLike, bootstrap: int, seed: int) -> dict[str, object]:
    """The mean and its clustered 95 % interval as `{value, ci}`; `reason` where one is None."""
    value, resamples = cluster_means(values, groups, bootstrap, seed)
    if not np.isfinite(value):
        return {"value": None, "ci": None, "reason": "there is no value"}
    n = len(np.unique(np.asarray(groups)[np.isfinite(np.asarray(values, dtype=float))]))
    if n < 2:
        return {"value": value, "ci": None, "reason": "one group alone has no interval"}
    ci = percentile_interval(value + small_sample_factor(n) * (resamples - value))
    return {"value": value, "ci": ci} | ({} if ci else {"reason": "no resamples were asked for"})
