"""Which effects are told from 0: p-values and verdicts, one by one or at a false discovery rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .differences import Estimates

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Significance:
    """How effects are tested.

    Args:
        level: The greatest p-value that is significant, or the false discovery rate; in (0, 1).
        benjamini_hochberg: Hold the false discovery rate across the items of a contrast (Benjamini and Hochberg 1995).

    Raises:
        ValueError: The level is out of range.
    """

    level: float = 0.05
    benjamini_hochberg: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"the level must lie between 0 and 1, got {self.level}")

    def verdicts(self, p: Floats) -> NDArray[np.bool_]:
        """Which p-values (..., m) are significant; a NaN is not, and counts as no test."""
        if not self.benjamini_hochberg:
            return np.asarray(p <= self.level)
        ranked = np.sort(p, axis=-1)  # NaN last
        tests = np.maximum(np.isfinite(p).sum(axis=-1, keepdims=True), 1)
        passed = ranked <= self.level * np.arange(1, p.shape[-1] + 1) / tests
        threshold = np.where(passed, ranked, -1.0).max(axis=-1, keepdims=True)
        return np.asarray(p <= threshold)


def p_values(values: Floats, estimates: Estimates) -> Floats:
    """Two-sided p-values (..., c, m) that these effects are 0, by the estimates' errors; NaN where undefined.

    Args:
        values: Shape (..., c, m): the estimates' own, or resamples of them, whose errors hardly differ from theirs.
        estimates: Where errors and degrees of freedom come from.
    """
    from scipy.stats import t

    errors = np.where(np.isfinite(estimates.errors) & (estimates.errors > 0), estimates.errors, np.nan)
    return np.asarray(2 * t.sf(np.abs(values) / errors, estimates.freedom))
