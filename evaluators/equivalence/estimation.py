"""Representativity by Monte Carlo: how far expected payoffs move under a stand-in (Jarrett et al. 2025, eq. 16).

Equation 16 puts the expectation inside of the distance, d(E g, E g~). One episode is one draw, and the mean distance of draws
is larger than that of their means, however many episodes there are: so each episode is played several times.

People on record spoke once. Replicates that hold their words fixed and draw only the mechanism anew tell a perfect stand-in
from them still: by what people would have said differently another time. For that, replicates must draw people's words too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..clusters import mean_of_means_with_interval
from .process import Floats

Rows = Mapping[str, ArrayLike]
MEASURES = ("signed", "absolute", "squared", "absolute_in_halves", "noise_floor", "above_floor")
TOO_FEW = "needs two replicates or more of each episode"


def representativity(
    base: Rows,
    substituted: Rows,
    groups: Rows,
    mask: Rows | None = None,
    *,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Equation 16 from replicated episodes: payoffs under people's policies and under their representatives'.

    Each row is one participant in one episode, with expected payoffs μ and μ~ estimated from R replicates. A figure is the mean
    over rows, then over mechanisms, each mechanism counting alike whatever its number of rows.

    - `signed`: μ~ − μ. Unbiased; gains and losses cancel.
    - `squared`: (μ~ − μ)², unbiased: the products of *different* replicates' differences, whose noise has mean 0. It may
      therefore fall below 0 where there is no difference. `root_mean_square` is its root, on the payoffs' scale, and 0 where
      it is negative.
    - `absolute`: |mean difference of the R replicates|. Biased upward by Monte Carlo noise, the more the smaller R, and above 0
      for a perfect stand-in. Its interval is about this figure at this R, not about |μ~ − μ|.
    - `noise_floor`: what the noise alone makes of it, |difference| between the means of two independent halves of people's
      replicates. `absolute_in_halves`: the same between a half of people's and the other half of the representatives', so with as
      many replicates as the floor. `above_floor`: their difference, 0 in expectation for a stand-in whose payoffs have the same
      distribution. Compare these three with each other, never the floor with `absolute`.

    All are on the payoffs' scale, `squared` on its square; lower is better, for `signed` in absolute value.

    Args:
        base: By mechanism, shape (rows, R): payoffs under people's policies, R independent replicates; NaN is missing.
            Replicate r of both sides may share its random draws.
        substituted: The same rows with representatives in.
        groups: By mechanism, shape (rows,): the group of each row, the cluster of the intervals. A group of one name is one
            cluster under all mechanisms.
        mask: By mechanism, shape (rows,): true where the row counts, as for the substituted participants only (eq. 21); all
            by default.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        The figures as `{value, ci}`; `n` with `mechanisms`, `groups`, `rows` (over all mechanisms), `replicates` and `missing`
        (replicates without both payoffs); and `mechanisms`, the same for each. The intervals are about these mechanisms: they
        count the draw of groups and replicates, not that of mechanisms.

    Raises:
        ValueError: The arguments name different mechanisms, or arrays differ in shape.
    """
    named = [base, substituted, groups, *([] if mask is None else [mask])]
    if not base or any(rows.keys() != base.keys() for rows in named):
        raise ValueError("base, substituted, groups and mask must name the same mechanisms, at least one")
    parts = {m: _part(m, *(rows[m] for rows in named)) for m in base}
    found = _summary(parts, bootstrap, seed)
    return found | {"mechanisms": {m: _summary({m: part}, bootstrap, seed) for m, part in parts.items()}}


def squared_differences(differences: Floats) -> Floats:
    """The squared mean of each row's differences, without the noise: a U-statistic over pairs of replicates.

    Args:
        differences: Shape (rows, R), NaN where missing; replicates are independent of each other.

    Returns:
        Shape (rows,), the mean of d_r d_s over r ≠ s, which has the expectation (E d)²; NaN with fewer than two replicates.
    """
    there = np.isfinite(differences)
    d, count = np.where(there, differences, 0.0), there.sum(axis=1)
    pairs = np.where(count > 1, count * (count - 1), np.nan)
    return np.asarray((d.sum(axis=1) ** 2 - (d**2).sum(axis=1)) / pairs, dtype=float)


Part = dict[str, NDArray[Any]]


def _part(mechanism: str, base: ArrayLike, other: ArrayLike, group: ArrayLike, mask: ArrayLike | None = None) -> Part:
    """What is measured on each row under one mechanism."""
    x, y, groups = np.asarray(base, dtype=float), np.asarray(other, dtype=float), np.asarray(group)
    chosen = np.ones(len(groups), dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
    if x.ndim != 2 or x.shape != y.shape or not x.shape[:1] == groups.shape == chosen.shape:
        raise ValueError(
            f"{mechanism}: base and substituted must have one shape (rows, replicates), groups and mask (rows,), not "
            f"{x.shape}, {y.shape}, {groups.shape}, {chosen.shape}"
        )
    x, y, half = x[chosen], y[chosen], x.shape[1] // 2
    difference = y - x
    one, two = slice(half), slice(half, 2 * half)
    floor = np.abs(_means(x[:, two]) - _means(x[:, one]))
    crossed = (np.abs(_means(y[:, two]) - _means(x[:, one])) + np.abs(_means(y[:, one]) - _means(x[:, two]))) / 2
    mean = _means(difference)
    return {
        "groups": groups[chosen],
        "differences": difference,
        "signed": mean,
        "absolute": np.abs(mean),
        "squared": squared_differences(difference),
        "absolute_in_halves": crossed,
        "noise_floor": floor,
        "above_floor": crossed - floor,
    }


def _summary(parts: dict[str, Part], bootstrap: int, seed: int) -> dict[str, Any]:
    groups = [part["groups"] for part in parts.values()]
    found: dict[str, Any] = {}
    for name in MEASURES:
        values = [part[name] for part in parts.values()]
        found[name] = mean_of_means_with_interval(values, groups, bootstrap, seed)
        if found[name]["value"] is None and found["signed"]["value"] is not None:
            found[name]["reason"] = TOO_FEW
    found["root_mean_square"] = _root(found["squared"])
    differences = [part["differences"] for part in parts.values()]
    there = [np.isfinite(d).any(axis=1) for d in differences]
    found["n"] = {
        "mechanisms": len(parts),
        "groups": len(np.unique(np.concatenate([g[k] for g, k in zip(groups, there, strict=True)]))),
        "rows": int(sum(k.sum() for k in there)),
        "replicates": max(d.shape[1] for d in differences),
        "missing": int(sum((~np.isfinite(d)).sum() for d in differences)),
    }
    return found


def _root(squared: dict[str, Any]) -> dict[str, Any]:
    """The root of a figure and its interval, what is below 0 taken as 0."""
    value, ci = squared["value"], squared["ci"]
    found = {
        "value": None if value is None else float(np.sqrt(max(0.0, value))),
        "ci": None if ci is None else [float(np.sqrt(max(0.0, end))) for end in ci],
    }
    return found | ({"reason": squared["reason"]} if "reason" in squared else {})


def _means(values: Floats) -> Floats:
    """Row means of what is there; NaN of nothing."""
    there = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.asarray(total / np.where(count, count, np.nan), dtype=float)
