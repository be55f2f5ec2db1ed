"""Win rates by a judge that saw every pair in both orders (Jarrett et al. 2025, eq. 20 for critiques, 22 for consensus)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clusters import share_with_interval

Floats = NDArray[np.float64]
ROUNDING = 1e-9


def win_rates(
    first: ArrayLike,
    second: ArrayLike,
    groups: ArrayLike,
    *,
    margin: float = 0.0,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """How often a judge finds the contestant's text better than the baseline's, whichever was shown first.

    A probability further than `margin` from 1/2 is a verdict. The contestant wins a pair with both verdicts and loses it
    with none of them; everything else is a tie: the orders contradict each other, or the judge does not decide in one of
    them. A judge that always takes the first text therefore ties all pairs, and tells nothing, instead of winning half.

    Args:
        first: Shape (n,), probability in [0, 1] that the contestant's text is better, asked with it shown first. NaN is
            missing.
        second: Shape (n,), the probability of the same (not of the other text), asked with it shown second.
        groups: Shape (n,), the episode of each pair: the cluster of the intervals.
        margin: How far from 1/2, at most, is no verdict; from 0 up, below 1/2.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        Each as `{value, ci}`, over pairs judged in both orders:

        - `win_rate`: wins plus half the ties, in [0, 1]; higher is better, 1/2 is as good as the baseline.
        - `preference`: mean of both orders' probabilities, in [0, 1]; higher is better. It is eq. 20 for a judge who
          draws its verdict, and needs no margin.
        - `ties`: share of ties, in [0, 1]; lower tells more.
        - `agreement`: share of pairs where both orders come to the same: the same winner, or no verdict twice; in
          [0, 1], higher is better.
        - `position_bias`: mean of (first − second) / 2, which is the probability that the text shown first wins, minus
          1/2; in [-1/2, 1/2], above 0 where the judge favours the first; 0 is best.

        And `n` with `pairs`, `groups`, `ties` and `missing` (pairs that lack one order or both).

    Raises:
        ValueError: The arrays differ in length, a probability is none, or the margin is out of range.
    """
    p, q, group = _checked(first, second, groups, margin)
    there = np.isfinite(p) & np.isfinite(q)
    p, q, group = p[there], q[there], group[there]
    verdicts = _verdicts(p, margin), _verdicts(q, margin)
    results = pair_results(p, q, margin)
    ties = results == 0.5

    def share(values: Floats) -> dict[str, object]:
        return share_with_interval(values, group, bootstrap, seed)

    return {
        "win_rate": share(results),
        "preference": share((p + q) / 2),
        "ties": share(ties.astype(float)),
        "agreement": share((verdicts[0] == verdicts[1]).astype(float)),
        "position_bias": _minus_half(share((p + 1 - q) / 2)),
        "n": {
            "pairs": len(p),
            "groups": len(np.unique(group)),
            "ties": int(ties.sum()),
            "missing": int((~there).sum()),
        },
    }


def pair_results(first: ArrayLike, second: ArrayLike, margin: float = 0.0) -> Floats:
    """What a contestant wins from each pair, as `win_rates` counts it: to compare two contestants on the same pairs.

    Args:
        first: Shape (n,), as in `win_rates`.
        second: Shape (n,).
        margin: As in `win_rates`.

    Returns:
        Shape (n,): 1 won, 1/2 tied, 0 lost; NaN where an order is missing.
    """
    p, q = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    one, two = _verdicts(p, margin), _verdicts(q, margin)
    return np.where(np.isnan(p) | np.isnan(q), np.nan, (np.sign(one + two) * (one == two) + 1) / 2)


def _checked(
    first: ArrayLike, second: ArrayLike, groups: ArrayLike, margin: float
) -> tuple[Floats, Floats, NDArray[Any]]:
    p, q, group = np.asarray(first, dtype=float), np.asarray(second, dtype=float), np.asarray(groups)
    if not len(p) == len(q) == len(group):
        raise ValueError("first, second and groups must have one row per pair")
    if not 0 <= margin < 0.5:
        raise ValueError(f"margin must be from 0 to below 1/2, got {margin!r}")
    for name, values in (("first", p), ("second", q)):
        wrong = values[~np.isnan(values) & ~((values >= -ROUNDING) & (values <= 1 + ROUNDING))]
        if len(wrong):
            raise ValueError(f"{name} must hold probabilities in [0, 1] or NaN, got {wrong[0]:g}")
    return p.clip(0, 1), q.clip(0, 1), group


def _verdicts(probabilities: Floats, margin: float) -> Floats:
    """1 where the contestant is found better, -1 where worse, 0 where neither."""
    away = probabilities - 0.5
    return np.where(np.abs(away) <= margin + ROUNDING, 0.0, np.sign(away))


def _minus_half(found: dict[str, Any]) -> dict[str, Any]:
    if found["value"] is None:
        return found
    ci = found["ci"]
    return found | {"value": found["value"] - 0.5, "ci": ci and [end - 0.5 for end in ci]}
