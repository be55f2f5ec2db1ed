"""95 % intervals by bootstrap.

Distances are biased upward where the truth is near zero: noise alone puts two samples of one population apart. A resample
adds the same noise once more, so plain percentiles lie too high. The intervals here reflect the resamples about the
estimate (the basic bootstrap: Davison and Hinkley 1997, ch. 5), which takes that bias out to first order; for the
Frobenius norm this is done on its square, whose bias is additive. `docs/intervals.md` shows how often they cover.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVELS = (0.025, 0.975)
FEWEST = 20


def percentile_interval(resamples: Floats) -> list[float] | None:
    """The middle 95 % of the resamples that are defined; None with fewer than 20 of them."""
    found = resamples[np.isfinite(resamples)]
    if len(found) < FEWEST:
        return None
    low, high = np.quantile(found, LEVELS)
    return [float(low), float(high)]


def reflected_interval(value: float, resamples: Floats, floor: float | None = 0.0) -> list[float] | None:
    """The resamples' 95 % reflected about the estimate, cut off at `floor`.

    Args:
        value: The estimate.
        resamples: Shape (B,).
        floor: The least possible value; None where there is none.
    """
    plain = percentile_interval(resamples)
    if plain is None or not np.isfinite(value):
        return None
    ends = [2 * value - plain[1], 2 * value - plain[0]]
    return ends if floor is None else [max(floor, ends[0]), max(floor, ends[1])]


def reflected_square_interval(value: float, resamples: Floats) -> list[float] | None:
    """As `reflected_interval` on the square of a norm, whose bias is additive; then the root."""
    ends = reflected_interval(value**2, resamples**2)
    return None if ends is None else [float(np.sqrt(e)) for e in ends]


def bias(value: float, resamples: Floats) -> float | None:
    """The bootstrap's estimate of the bias: mean of the resamples minus the value."""
    found = resamples[np.isfinite(resamples)]
    return float(found.mean() - value) if len(found) and np.isfinite(value) else None


def plain_number(value: float) -> float | None:
    """The number for JSON: None where it is not defined."""
    return float(value) if np.isfinite(value) else None


def metric(value: float, ci: list[float] | None, reason: str = "", **more: Any) -> dict[str, Any]:
    """A value and its interval as JSON; where one of them is None, `reason` says why."""
    out: dict[str, Any] = {"value": plain_number(value), "ci": ci, **more}
    if out["value"] is None or ci is None:
        out["reason"] = reason or "too few resamples are defined, or none were asked for"
    return out
