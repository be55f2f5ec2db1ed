"""How much more a revised statement is endorsed than the draft."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .clusters import mean_with_interval


def endorsement_gain(
    draft: ArrayLike, revised: ArrayLike, groups: ArrayLike, *, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """Mean of revised minus draft over the seats that rated both; higher is better.

    Args:
        draft: Shape (n,), expected agreement of each seat with the draft, in points of the scale; NaN is missing.
        revised: Shape (n,), with the revision.
        groups: Shape (n,), the group of each seat: the cluster of the interval.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        `value` and `ci` of the gain, `draft` and `revised` as `{value, ci}`, and `n` with `seats`, `groups` and
        `missing`.

    Raises:
        ValueError: The arrays differ in length.
    """
    before, after, group = np.asarray(draft, dtype=float), np.asarray(revised, dtype=float), np.asarray(groups)
    if not len(before) == len(after) == len(group):
        raise ValueError("draft, revised and groups must have one row per seat")
    gain = after - before
    there = np.isfinite(gain)
    return {
        **mean_with_interval(gain, group, bootstrap, seed),
        "draft": mean_with_interval(before, group, bootstrap, seed),
        "revised": mean_with_interval(after, group, bootstrap, seed),
        "n": {"seats": int(there.sum()), "groups": len(np.unique(group[there])), "missing": int((~there).sum())},
    }
