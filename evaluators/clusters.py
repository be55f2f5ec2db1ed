"""Means and ratios with intervals clustered by group: whole groups are resampled, since people in one depend on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import FEWEST, percentile_interval
from .shares import wilson

Floats = NDArray[np.float64]


def cluster_ratios(
    numerators: ArrayLike, denominators: ArrayLike, groups: ArrayLike, bootstrap: int, seed: int
) -> tuple[float, Floats]:
    """The ratio of two sums, and its bootstrap resamples over groups.

    Two calls with the same groups and seed draw the same groups, so their resamples may be subtracted.

    Args:
        numerators: Shape (n,); rows where it or the denominator is not finite are left out.
        denominators: Shape (n,).
        groups: Shape (n,), the group of each.
        bootstrap: Resamples.
        seed: Of the draws.

    Returns:
        The ratio (NaN of nothing) and resamples of shape (bootstrap,).
    """
    x, y, g = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float), np.asarray(groups)
    there = np.isfinite(x) & np.isfinite(y)
    x, y, g = x[there], y[there], g[there]
    if not len(x):
        return float("nan"), np.empty(0)
    _, index = np.unique(g, return_inverse=True)
    k = int(index.max()) + 1
    tops, bottoms = np.bincount(index, weights=x, minlength=k), np.bincount(index, weights=y, minlength=k)
    random = np.random.default_rng([seed, 4])
    drawn = random.multinomial(k, np.full(k, 1 / k), size=bootstrap).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(x.sum() / y.sum()), (drawn @ tops) / (drawn @ bottoms)


def means_of_means(
    values: Sequence[ArrayLike], groups: Sequence[ArrayLike], bootstrap: int, seed: int
) -> tuple[float, Floats]:
    """The mean of several parts' means, each part counting alike, and its resamples over groups.

    A group that is in several parts is drawn in all of them together.

    Args:
        values: For each part, shape (n,); those that are NaN are left out.
        groups: For each part, shape (n,), the group of each value.
        bootstrap: Resamples.
        seed: The same seed draws the same groups.

    Returns:
        The mean, NaN where a part has no value, and resamples of shape (bootstrap,), NaN where a part was not drawn.
    """
    parts = [_present(v, g) for v, g in zip(values, groups, strict=True)]
    if not all(len(x) for x, _ in parts):
        return float("nan"), np.empty(0)
    names = np.unique(np.concatenate([g for _, g in parts]))
    k = len(names)
    drawn = np.random.default_rng([seed, 4]).multinomial(k, np.full(k, 1 / k), size=bootstrap).astype(float)
    resamples = []
    for x, g in parts:
        index = np.searchsorted(names, g)
        sums, counts = np.bincount(index, weights=x, minlength=k), np.bincount(index, minlength=k).astype(float)
        total = drawn @ counts
        resamples.append(drawn @ sums / np.where(total > 0, total, np.nan))
    return float(np.mean([x.mean() for x, _ in parts])), np.mean(resamples, axis=0)


def _present(values: ArrayLike, groups: ArrayLike) -> tuple[Floats, NDArray[Any]]:
    x, g = np.asarray(values, dtype=float), np.asarray(groups)
    there = np.isfinite(x)
    return x[there], g[there]


def small_sample_factor(clusters: int) -> float:
    """By how much resamples of few clusters are too narrow.

    Resampling k clusters shows (k - 1)/k of their variance, and a t quantile with k - 1 degrees of freedom stands where the
    normal one does (Cameron, Gelbach and Miller 2008).
    """
    from scipy.stats import norm, t

    return float(np.sqrt(clusters / (clusters - 1)) * t.ppf(0.975, clusters - 1) / norm.ppf(0.975))


def clustered_interval(value: float, resamples: Floats, clusters: int) -> dict[str, Any]:
    """A value and its 95 % interval from resamples of so many clusters as `{value, ci}`; `reason` where one is None."""
    if not np.isfinite(value):
        return {"value": None, "ci": None, "reason": "there is no value"}
    if clusters < 2:
        return {"value": value, "ci": None, "reason": "one group alone has no interval"}
    ci = percentile_interval(value + small_sample_factor(clusters) * (resamples - value))
    too_few = f"fewer than {FEWEST} resamples have a value" if len(resamples) else "no resamples were asked for"
    return {"value": value, "ci": ci} | ({} if ci else {"reason": too_few})


def mean_with_interval(values: ArrayLike, groups: ArrayLike, bootstrap: int, seed: int) -> dict[str, Any]:
    """The mean and its clustered 95 % interval as `{value, ci}`; `reason` where one is None."""
    return mean_of_means_with_interval([values], [groups], bootstrap, seed)


def mean_of_means_with_interval(
    values: Sequence[ArrayLike], groups: Sequence[ArrayLike], bootstrap: int, seed: int
) -> dict[str, Any]:
    """The mean of several parts' means, as in `means_of_means`, and its interval; `reason` where one is None."""
    value, resamples = means_of_means(values, groups, bootstrap, seed)
    # The part with the fewest groups says how little the resamples can show.
    n = min(len(np.unique(_present(v, g)[1])) for v, g in zip(values, groups, strict=True))
    return clustered_interval(value, resamples, n)


def share_with_interval(values: ArrayLike, groups: ArrayLike, bootstrap: int, seed: int) -> dict[str, Any]:
    """As `mean_with_interval`, of values in [0, 1]: the interval stays between them.

    Where all values are the same, resamples would claim certainty. The interval is then Wilson's for as many trials as
    there are groups, which is on the wide side: no values in [0, 1] with this mean vary more than 0s and 1s.
    """
    found = mean_with_interval(values, groups, bootstrap, seed)
    ci = found["ci"]
    if not isinstance(ci, list):
        return found
    x = np.asarray(values, dtype=float)
    there = np.isfinite(x)
    if np.ptp(x[there]) == 0:
        low, high = wilson(x[there][:1], len(np.unique(np.asarray(groups)[there])))
        return found | {"ci": [float(low[0]), float(high[0])]}
    return found | {"ci": [max(ci[0], 0.0), min(ci[1], 1.0)]}
