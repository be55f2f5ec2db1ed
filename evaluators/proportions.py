"""Shares of yes and no with intervals that hold near 0 and 1, where rows may hang together in groups.

A share has Wilson's interval (Wilson 1927) at its effective number of trials: as many independent ones as would give the
standard error that the groups show (Dean and Pagano 2015), with a t quantile for few groups. The difference of two shares
on the same rows has Bonett and Price's (2012) interval, thinned out likewise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .effective import effective_n
from .intervals import metric
from .shares import Z95, wilson

Floats = NDArray[np.float64]
ONE = "one group alone has no interval"


def clustered_share(
    values: ArrayLike, clusters: ArrayLike | None = None, weights: ArrayLike | None = None
) -> dict[str, Any]:
    """The share of ones and its 95 % interval as `{value, ci, n}`; `reason` where one is None.

    Args:
        values: Shape (n,): 1, 0 or NaN (left out).
        clusters: Shape (n,), the group of each; by default every row is its own, and the interval Wilson's.
        weights: Shape (n,), from 0 up; 1 each by default.
    """
    x, names, w = _rows(values, clusters, weights)
    if not len(x):
        return metric(np.nan, None, "there is no value", n=0)
    share = float((w * x).sum() / w.sum())
    trials = effective_trials(x, names, w)
    if trials is None:
        return metric(share, None, ONE, n=len(x))
    low, high = wilson(np.array([share]), trials)
    return metric(share, [float(low[0]), float(high[0])], n=len(x))


def effective_trials(x: Floats, names: NDArray[Any], w: Floats) -> float | None:
    """As many independent equal trials as these clustered, weighted ones are worth; None for one group of several rows.

    Never more than Kish's effective number of the weights, and where all are alike that of the groups' weights.
    """
    index = np.unique(names, return_inverse=True)[1]
    k = int(index.max()) + 1
    if k == 1 and len(x) > 1:
        return None
    share, kish = (w * x).sum() / w.sum(), effective_n(w)
    spread = share * (1 - share)
    if k == 1 or spread <= 0:
        return min(kish, effective_n(np.bincount(index, weights=w)))
    sums = np.bincount(index, weights=w * (x - share))
    variance = k / (k - 1) * (sums**2).sum() / w.sum() ** 2 * (_widening(k) if k < len(x) else 1.0)
    return float(np.clip(1 + spread / variance, 1.0, kish)) if variance > 0 else kish


def paired_shares(a: ArrayLike, b: ArrayLike, clusters: ArrayLike | None = None) -> dict[str, Any]:
    """The share of ones in `a` minus that in `b` on the rows that both have, as `{value, ci, n, p}`.

    Args:
        a: Shape (n,): 1, 0 or NaN.
        b: Shape (n,), the same rows.
        clusters: Shape (n,), the group of each; by default every row is its own.

    Returns:
        `p` is two-sided and below .05 just where the interval leaves out 0; None where there is no interval.
    """
    d, names, _ = _rows(np.asarray(a, dtype=float) - np.asarray(b, dtype=float), clusters, None)
    if not len(d):
        return metric(np.nan, None, "no row has both", n=0, p=None)
    thinned = _thinning(d, names)
    if thinned is None:
        return metric(float(d.mean()), None, ONE, n=len(d), p=None)
    n = len(d) * thinned
    up, down = (((d == sign).sum() * thinned + 1) / (n + 2) for sign in (1, -1))
    centre, error = float(up - down), float(np.sqrt((up + down - (up - down) ** 2) / (n + 2)))
    ci = [max(centre - Z95 * error, -1.0), min(centre + Z95 * error, 1.0)]
    return metric(float(d.mean()), ci, n=len(d), p=two_sided(centre / error))


def two_sided(z: float) -> float:
    """The two-sided p-value of a standard normal number."""
    from scipy.stats import norm

    return float(2 * norm.sf(abs(z)))


def _thinning(d: Floats, names: NDArray[Any]) -> float | None:
    """By how much the rows count less for hanging together, in (0, 1]; None for one group of several rows."""
    index = np.unique(names, return_inverse=True)[1]
    k = int(index.max()) + 1
    if k == len(d):
        return 1.0
    if k == 1:
        return None
    sums = np.bincount(index, weights=d - d.mean())
    clustered, alone = k / (k - 1) * (sums**2).sum() * _widening(k), ((d - d.mean()) ** 2).sum()
    if alone <= 0:  # all differ alike: each group is one trial
        return k / len(d)
    return float(np.clip(alone / clustered, 1 / len(d), 1.0)) if clustered > 0 else 1.0


def _widening(k: int) -> float:
    """What a t quantile with k − 1 degrees of freedom does to a variance."""
    from scipy.stats import t

    return float((t.ppf(0.975, k - 1) / Z95) ** 2)


def _rows(
    values: ArrayLike, clusters: ArrayLike | None, weights: ArrayLike | None
) -> tuple[Floats, NDArray[Any], Floats]:
    x = np.asarray(values, dtype=float)
    names = np.arange(len(x)) if clusters is None else np.asarray(clusters)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if not len(x) == len(names) == len(w):
        raise ValueError(f"{len(x)} values, {len(names)} clusters and {len(w)} weights: one for each row is needed")
    there = np.isfinite(x) & (w > 0)
    return x[there], names[there], w[there]
