"""Opinion change group by group: each group's own, and what varies within and between groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import metric
from .ratios import clustered_ratios, drawn_interval

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
    for name in dict.fromkeys(groups.tolist()):
        mine = groups == name
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
    from scipy.stats import t

    n, mean = len(d), float((w * d).sum() / w.sum())
    if n < 2:
        return metric(mean, None, "one member alone has no interval", n=n)
    error = float(np.sqrt(n / (n - 1) * ((w * (d - mean)) ** 2).sum()) / w.sum())
    if error == 0:
        return metric(mean, None, "all members changed alike: their scatter says nothing", n=n)
    half = float(t.ppf(0.975, n - 1)) * error
    return metric(mean, [mean - half, mean + half], n=n)


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
    known = np.where(np.isfinite(noise), 1.0, np.nan)
    tops = np.stack([before, after, after - before, extremity, change * known, change**2 * known, noise], axis=1)
    ratios = clustered_ratios(tops, np.ones_like(tops), bootstrap=bootstrap, seed=seed)
    return {
        "within": {
            "before": ratios.interval(0, within=(0.0, np.inf)),
            "after": ratios.interval(1, within=(0.0, np.inf)),
            "change": ratios.interval(2),
        },
        "extremity": ratios.interval(3),
        "between_groups": _between(ratios.values[4:], ratios.resamples[:, 4:], int(ratios.clusters[4])),
    }


def _between(values: Floats, drawn: Floats, k: int) -> dict[str, Any]:
    """The variance of k group means (n − 1), less what their members' scatter makes of it; resamples moved to it.

    Args:
        values: Shape (3,), over groups: mean change, mean of its square, mean of its squared standard error.
        drawn: Shape (B, 3), their resamples.
        k: Groups.
    """
    if k < 2:
        return metric(np.nan, None, "fewer than two groups of two or more who answered", n=k)
    factor = k / (k - 1)
    value = float(factor * (values[1] - values[0] ** 2) - values[2])
    resamples = factor * (drawn[:, 1] - drawn[:, 0] ** 2) - drawn[:, 2]
    centred = resamples - (resamples.mean() if len(resamples) else 0.0) + value
    return drawn_interval(value, centred, k) | {"n": k}


def _moments(x: Floats, w: Floats, index: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """By group: weighted mean, variance among members (n − 1; NaN for one alone), and squared standard error of the mean."""
    k = int(index.max()) + 1 if len(index) else 0
    n, total = np.bincount(index, minlength=k), np.bincount(index, weights=w, minlength=k)
    mean = np.bincount(index, weights=w * x, minlength=k) / total
    apart = (x - mean[index]) ** 2
    factor = n / np.where(n > 1, n - 1, np.nan)
    variance = factor * np.bincount(index, weights=w * apart, minlength=k) / total
    error = factor * np.bincount(index, weights=w**2 * apart, minlength=k) / total**2
    return mean, variance, error
