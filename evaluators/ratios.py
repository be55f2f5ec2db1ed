"""Many ratios of sums at once, on the same resampled groups: estimates, intervals and p-values clustered by group.

A mean over people, a mean over groups and the difference of two such means on the same people are all Σ top / Σ bottom
over rows. Whole groups are resampled, the same ones for every ratio, so that resamples may be compared and subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clusters import clustered_interval
from .intervals import metric
from .resampling import cluster_weights

Floats = NDArray[np.float64]
ROUNDING = 1e-12  # relative; resamples that differ by less do not differ
ALIKE = "all groups show the same: resamples would claim certainty"


@dataclass(frozen=True, slots=True)
class Ratios:
    """C ratios, their resamples and standard errors.

    Args:
        values: Shape (C,); NaN where no row counts.
        resamples: Shape (bootstrap, C); NaN where no row that counts was drawn.
        errors: Shape (C,), linearised standard errors, by the textbook factor k/(k − 1) for k groups; NaN for k < 2.
        clusters: Shape (C,), the groups that count.
    """

    values: Floats
    resamples: Floats
    errors: Floats
    clusters: NDArray[np.int64]

    def interval(
        self, column: int, n: int | None = None, within: tuple[float, float] = (-np.inf, np.inf)
    ) -> dict[str, Any]:
        """One ratio and its 95 % interval as `{value, ci, n}`; `reason` where one is None.

        Args:
            column: Which ratio.
            n: What to say for `n`; the groups by default.
            within: The range of the ratio, which its interval does not leave.
        """
        value, drawn = float(self.values[column]), self.resamples[:, column]
        n = int(self.clusters[column]) if n is None else n
        found = drawn_interval(value, drawn, int(self.clusters[column])) | {"n": n}
        if found["ci"]:
            found["ci"] = [min(max(end, within[0]), within[1]) for end in found["ci"]]
        return found

    def p_values(self) -> Floats:
        """Two-sided p-values (C,) that each ratio is 0: t with k − 1 degrees of freedom; NaN where undefined."""
        from scipy.stats import t

        usable = (self.clusters > 1) & (self.errors > ROUNDING)
        errors = np.where(usable, self.errors, np.nan)
        return np.asarray(2 * t.sf(np.abs(self.values) / errors, np.maximum(self.clusters - 1, 1)))


def clustered_ratios(
    tops: ArrayLike, bottoms: ArrayLike, clusters: ArrayLike | None = None, *, bootstrap: int = 1000, seed: int = 0
) -> Ratios:
    """The ratios Σ top / Σ bottom of each column, and what resampling whole groups makes of them.

    Args:
        tops: Shape (n, C); a row counts in a column where this and the bottom are finite.
        bottoms: Shape (n, C), from 0 up; 1 everywhere for means of rows.
        clusters: Shape (n,), the group of each row; by default every row is its own.
        bootstrap: Resamples; 0 for none.
        seed: Of the resamples.

    Raises:
        ValueError: The arrays differ in shape.
    """
    x, y = np.asarray(tops, dtype=float), np.asarray(bottoms, dtype=float)
    names = np.arange(len(x)) if clusters is None else np.asarray(clusters)
    if x.ndim != 2 or x.shape != y.shape or names.shape != (len(x),):
        raise ValueError(
            f"tops {x.shape} and bottoms {y.shape} need one shape (n, C), and clusters a group for each row"
        )
    index, k = np.unique(names, return_inverse=True)[1], len(np.unique(names))
    there = np.isfinite(x) & np.isfinite(y) & (y > 0)
    top, bottom = (_by_cluster(np.where(there, a, 0.0), index, k) for a in (x, y))
    chunks = [_divide(w @ top, w @ bottom) for w in (cluster_weights(np.arange(k), bootstrap, seed) if k else ())]
    values = _divide(top.sum(axis=0), bottom.sum(axis=0))
    present = np.asarray((bottom > 0).sum(axis=0), dtype=np.int64)
    influence = _divide(top - bottom * np.where(np.isfinite(values), values, 0.0), bottom.sum(axis=0))
    factor = np.where(present > 1, present / np.maximum(present - 1, 1), np.nan)
    errors = np.sqrt(factor * (influence**2).sum(axis=0))
    drawn = np.concatenate(chunks) if chunks else np.empty((0, x.shape[1]))
    return Ratios(values, drawn, errors, present)


def drawn_interval(value: float, resamples: Floats, clusters: int) -> dict[str, Any]:
    """As `clustered_interval`, but no interval where the resamples (B,) never differ: `{value, ci}`, and `reason`."""
    found = resamples[np.isfinite(resamples)]
    if clusters > 1 and len(found) and np.ptp(found) <= ROUNDING * (1 + abs(value)):
        return metric(value, None, ALIKE)
    return clustered_interval(value, resamples, clusters)


def _by_cluster(values: Floats, index: NDArray[np.intp], k: int) -> Floats:
    """Sums of rows (n, C) by cluster, shape (k, C)."""
    out = np.zeros((k, values.shape[1]))
    np.add.at(out, index, values)
    return out


def _divide(x: Floats, y: Floats) -> Floats:
    return np.asarray(x / np.where(y > 0, y, np.nan))
