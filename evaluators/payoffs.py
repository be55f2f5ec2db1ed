"""Payoff discrepancy: how far expected payoffs move when people are substituted (Jarrett et al. 2025, eq. 16 and 21)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .clusters import mean_with_interval


def payoff_discrepancy(
    base: ArrayLike,
    substituted: ArrayLike,
    groups: ArrayLike,
    mask: ArrayLike | None = None,
    *,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """The discrepancy between two sets of episodes, seat by seat.

    d = payoff(substituted) − payoff(base) for each substituted participant, averaged over the substituted ones only
    (eq. 21). `signed` is the mean of d: 0 where gains and losses cancel. `absolute` is the mean of |d| over
    participants; it is what an equivalent representative brings down to the noise between two runs, not to 0.
    Lower is better in absolute value.

    Args:
        base: Shape (n,), expected payoffs in the original episodes, a row per episode and seat; NaN is missing.
        substituted: Shape (n,), the same seats with one (each in turn) or all participants substituted.
        groups: Shape (n,), the group of each row: the cluster of the interval.
        mask: Shape (n,), true where the row's own participant was substituted; all of them by default.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        `signed` and `absolute` as `{value, ci}`, and `n` with `participants`, `groups` and `missing`.

    Raises:
        ValueError: The arrays differ in length.
    """
    before, after, group = (np.asarray(a) for a in (base, substituted, groups))
    chosen = np.ones(len(before), dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
    if not len(before) == len(after) == len(group) == len(chosen):
        raise ValueError("base, substituted, groups and mask must have one row per episode and seat")
    difference = (after.astype(float) - before.astype(float))[chosen]
    group = group[chosen]
    there = np.isfinite(difference)
    return {
        "signed": mean_with_interval(difference, group, bootstrap, seed),
        "absolute": mean_with_interval(np.abs(difference), group, bootstrap, seed),
        "n": {
            "participants": int(there.sum()),
            "groups": len(np.unique(group[there])),
            "missing": int((~there).sum()),
        },
    }


def representativity(
    base: dict[str, ArrayLike],
    substituted: dict[str, ArrayLike],
    groups: dict[str, ArrayLike],
    *,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """The discrepancy averaged over a family of mechanisms (eq. 16), groups resampled together across mechanisms.

    Args:
        base: By mechanism, payoffs as in `payoff_discrepancy`.
        substituted: The same.
        groups: The same; a group of one name is one cluster under all mechanisms.
        bootstrap: Resamples.
        seed: Of the resamples.

    Raises:
        ValueError: The three name different mechanisms.
    """
    if not base.keys() == substituted.keys() == groups.keys() or not base:
        raise ValueError("base, substituted and groups must name the same mechanisms, at least one")
    # Every mechanism counts alike, whatever its number of episodes.
    parts = [np.asarray(substituted[m], dtype=float) - np.asarray(base[m], dtype=float) for m in base]
    scaled = [d * (sum(map(len, parts)) / (len(parts) * max(len(d), 1))) for d in parts]
    clusters = np.concatenate([np.asarray(groups[m]) for m in base])
    difference = np.concatenate(scaled)
    return {
        "signed": mean_with_interval(difference, clusters, bootstrap, seed),
        "absolute": mean_with_interval(np.abs(difference), clusters, bootstrap, seed),
        "mechanisms": {
            m: payoff_discrepancy(base[m], substituted[m], groups[m], bootstrap=bootstrap, seed=seed) for m in base
        },
    }
