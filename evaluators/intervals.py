"""95 % intervals by bootstrap.

Distances are biased upward where the truth is near zero: noise alone puts two samples of one population apart. A resample
adds the same noise once more, so plain percentiles lie too high, near zero by their whole length. `debiased_interval`
takes that bias out; `docs/intervals.md` shows how often it covers, beside other ways that were tried.
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


def debiased_interval(value: float, resamples: Floats) -> list[float] | None:
    """The resamples' middle 95 % with the upward bias of a distance taken out, never below 0.

    Works on squares, where noise adds up: the sample's square is too large by some b, a resample's by b once more, so
    the resamples' quantiles are lowered by twice the bias that they show.

    Args:
        value: The estimate, from 0 up.
        resamples: Shape (B,).
    """
    plain, b = percentile_interval(resamples**2), bias(value**2, resamples**2)
    if plain is None or b is None:
        return None
    return [float(np.sqrt(max(0.0, end - 2 * b))) for end in plain]


def centred_interval(value: float, resamples: Floats) -> list[float] | None:
    """The resamples' middle 95 % moved to the estimate: for a difference of distances, whose biases mostly cancel."""
    plain, b = percentile_interval(resamples), bias(value, resamples)
    return None if plain is None or b is None else [end - b for end in plain]


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
