"""Payoff discrepancy: how far payoffs move when people are substituted, one episode each (Jarrett et al. 2025, eq. 21).

Episodes that are played several times, and several mechanisms, are what `equivalence.representativity` is for.
"""

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
