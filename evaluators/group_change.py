"""Opinion change group by group: each group's own, and what varies within and between groups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import metric
from .ratios import ALIKE, clustered_ratios

Floats = NDArray[np.float64]


def group_table(
    before: Floats, after: Floats, groups: NDArray[Any], weights: Floats, items: Sequence[str]
) -> list[dict[str, Any]]:
    """Each group's mean answers and mean change, as `opinion_change` returns them.

    Args:
        before: Shape (n, items), NaN where not both were answered.
        after: Shape (n, items).
        groups: Shape (n,).
        weights: Shape (n,), from 0 up.
        items: Their names.
    """
    out = []
    names, firsts, index = np.unique(groups, return_index=True, return_inverse=True)
    members = np.split(np.argsort(index, kind="stable"), np.cumsum(np.bincount(index))[:-1])
    for k in np.argsort(firsts):
        name, mine = names[k].item(), members[k]
        x, y, w = before[mine], after[mine], weights[mine]
        rows = {item: _mean_changes(x[:, j], y[:, j], w) for j, item in enumerate(items)}
        out.append({"group": name, "n": int(np.isfinite(x).any(axis=1).sum()), "items": rows})
    return out


def _mean_changes(x: Floats, y: Floats, w: Floats) -> dict[str, Any]:
    there = np.isfinite(x)
    x, y, w = x[there], y[there], w[there]
    if not len(x):
        nothing = metric(np.nan, None, "nobody answered both times", n=0)
        return {"before": None, "after": None, "change": nothing}
    means = {"before": float((w * x).sum() / w.sum()), "after": float((w * y).sum() / w.sum())}
    return means | {"change": _member_interval(y - x, w)}


def _member_interval(d: Floats, w: Floats) -> dict[str, Any]:
    """The weighted mean of members' changes with a t interval over the members."""
    n, mean = len(d), float((w * d).sum() / w.sum())
    if n < 2:
        return metric(mean, None, "one member alone has no interval", n=n)
    kish = float((w**2).sum() / w.sum() ** 2)
    error = float(np.sqrt((w * (d - mean) ** 2).sum() / w.sum() * kish / (1 - kish)))
    if error == 0:
        return metric(mean, None, "all members changed alike: their scatter says nothing", n=n)
    half = _t_quantile(n - 1) * error
    return metric(mean, [mean - half, mean + half], n=n)


@lru_cache(maxsize=1024)
def _t_quantile(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))


def group_variances(
    x: Floats, y: Floats, groups: NDArray[Any], w: Floats, middle: float, bootstrap: int, seed: int
) -> dict[str, Any]:
    """Means over groups, each counting alike: `within`, `between_groups` and `extremity` as `opinion_change` says.

    Args:
        x: Shape (n,), answers before, none missing.
        y: Shape (n,), answers after.
        groups: Shape (n,).
        w: Shape (n,), above 0.
        middle: Of the scale, or NaN.
        bootstrap: Resamples.
        seed: Of the resamples.
    """
    index = np.unique(groups, return_inverse=True)[1] if len(x) else np.empty(0, dtype=np.intp)
    first, before, _ = _moments(x, w, index)
    last, after, _ = _moments(y, w, index)
    change, _, noise = _moments(y - x, w, index)
    extremity = np.abs(last - middle) - np.abs(first - middle)
    tops = np.stack([before, after, after - before, extremity], axis=1)
    ratios = clustered_ratios(tops, np.ones_like(tops), bootstrap=bootstrap, seed=seed)
    return {
        "within": {
            "before": ratios.interval(0, within=(0.0, np.inf)),
            "after": ratios.interval(1, within=(0.0, np.inf)),
            "change": ratios.interval(2),
        },
        "extremity": ratios.interval(3),
        "between_groups": variance_between(change, noise, np.bincount(index)),
    }


def variance_between(means: Floats, noise: Floats, sizes: ArrayLike) -> dict[str, Any]:
    """The variance of groups' true means: that of the means seen (n − 1), less what their members' scatter makes of it.

    The interval needs no resamples: modified large-sample limits for a difference of two variances (Ting et al. 1990;
    Burdick and Graybill 1992), as if the groups' means were normal. It is right where the variance is 0, and where groups are
    few and percentiles are too narrow.

    Args:
        means: Shape (k,).
        noise: Shape (k,), the squared standard error of each; groups where it is NaN (one member) are left out.
        sizes: Shape (k,), members.

    Returns:
        `{value, ci, n}`; below 0 by chance where there is little or no variance.
    """
    from scipy.stats import chi2

    there = np.isfinite(noise)
    k, n = int(there.sum()), np.asarray(sizes)[there]
    if k < 2:
        return metric(np.nan, None, "fewer than two groups of two or more who answered", n=k)
    seen, error = float(means[there].var(ddof=1)), float(noise[there].mean())
    if seen <= 0 and error <= 0:
        return metric(0.0, None, ALIKE, n=k)
    freedom = k - 1, int((n - 1).sum())
    low, high = (np.array([d / chi2.ppf(q, d) for d in freedom]) - 1 for q in (0.975, 0.025))
    below, above = np.hypot(low[0] * seen, high[1] * error), np.hypot(high[0] * seen, low[1] * error)
    return metric(seen - error, [seen - error - float(below), seen - error + float(above)], n=k)


def _moments(x: Floats, w: Floats, index: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """By group: weighted mean, variance among members (n − 1 of equal ones; NaN for one alone), the mean's squared error."""
    k = int(index.max()) + 1 if len(index) else 0
    n, total = np.bincount(index, minlength=k), np.bincount(index, weights=w, minlength=k)
    mean = np.bincount(index, weights=w * x, minlength=k) / total
    kish = np.bincount(index, weights=w**2, minlength=k) / total**2  # one over the effective number of members
    variance = np.bincount(index, weights=w * (x - mean[index]) ** 2, minlength=k) / total
    variance /= np.where(n > 1, 1 - kish, np.nan)
    return mean, variance, variance * kish
