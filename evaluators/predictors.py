"""Several predictors measured on the same rows: values, their intervals, and the differences between two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clusters import small_sample_factor
from .intervals import debiased_interval, metric, percentile_interval
from .resampling import cluster_weights

Floats = NDArray[np.float64]
FEWEST_PEOPLE = 10
# Noise alone moves these up from 0; the others may be off to either side.
DISTANCES, SQUARED_DISTANCES = ("ece",), ("reliability", "resolution")
RANGES = {"auc": (0.0, 1.0), "pearson": (-1.0, 1.0), "spearman": (-1.0, 1.0), "brier": (0.0, 1.0)}


class Measured(Protocol):
    """One predictor on rows whose outcomes are known."""

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """Every statistic, each of shape (b,), under weights of shape (b, n)."""
        ...


class Rows:
    """What the rows of a comparison have in common.

    Args:
        people: Shape (n,), who gave the outcome: the cluster of intervals.
        weights: Shape (n,), how much each row counts.
        crossed: Shape (n,), a second way in which rows hang together; see `resampling.cluster_weights`.
        bootstrap: Resamples; 0 for no intervals.
        seed: Of the resamples.
    """

    def __init__(
        self, people: NDArray[Any], weights: Floats, crossed: NDArray[Any] | None, bootstrap: int, seed: int
    ) -> None:
        self.weights = weights
        ways = [people, *([crossed] if crossed is not None else [])]
        self._fewest = min(len(np.unique(way)) for way in ways)
        enough = bootstrap if self._fewest > 1 else 0
        self._drawn = [w * weights for w in cluster_weights(people, enough, seed, crossed)]

    def compare(self, predictors: Mapping[str, Measured], against: Sequence[str]) -> dict[str, Any]:
        """Measures every predictor, and how it differs from some of them.

        Args:
            predictors: By name.
            against: Names of predictors from which the first is told apart.

        Returns:
            `predictors`: by name, by statistic `{value, ci}`; `differences`: by name in `against`, the first predictor's
            statistics minus that one's, on the same resamples.
        """
        points = {name: p.measure(self.weights[None, :]) for name, p in predictors.items()}
        drawn = {name: self._resampled(p, list(points[name])) for name, p in predictors.items()}
        first = next(iter(predictors))
        return {
            "predictors": {
                name: {k: self._metric(k, float(points[name][k][0]), drawn[name][k]) for k in points[name]}
                for name in predictors
            },
            "differences": {
                name: {
                    k: self._difference(
                        float(points[first][k][0] - points[name][k][0]), drawn[first][k] - drawn[name][k]
                    )
                    for k in points[first]
                }
                for name in against
            },
        }

    def share_intervals(self, shares: Callable[[Floats], Floats]) -> tuple[Floats, list[list[float] | None]]:
        """Shares of shape (k,) and their intervals; None where a share is 0 or 1, which no resample moves.

        Args:
            shares: From weights of shape (b, n) to shape (b, k).
        """
        values = shares(self.weights[None, :])[0]
        drawn = np.concatenate([np.empty((0, len(values))), *(shares(weights) for weights in self._drawn)])
        inner = (values > 0) & (values < 1)
        return values, [self._widened(v, drawn[:, k]) if inner[k] else None for k, v in enumerate(values.tolist())]

    def _resampled(self, predictor: Measured, names: list[str]) -> dict[str, Floats]:
        found = [predictor.measure(weights) for weights in self._drawn]
        return {name: np.concatenate([f[name] for f in found]) if found else np.empty(0) for name in names}

    def _metric(self, name: str, value: float, resamples: Floats) -> dict[str, Any]:
        if name in DISTANCES:
            ci = debiased_interval(value, resamples)
        elif name in SQUARED_DISTANCES:
            ends = debiased_interval(max(value, 0.0) ** 0.5, np.sqrt(np.maximum(resamples, 0.0)))
            ci = [end**2 for end in ends] if ends else None
        else:
            ci = self._widened(value, resamples)
            low, high = RANGES.get(name, (-np.inf, np.inf))
            ci = [min(max(end, low), high) for end in ci] if ci else None
        return metric(value, ci, self._reason(value))

    def _difference(self, value: float, resamples: Floats) -> dict[str, Any]:
        return metric(value, self._widened(value, resamples), self._reason(value))

    def _widened(self, value: float, resamples: Floats) -> list[float] | None:
        if self._fewest < 2 or not np.isfinite(value):
            return None
        return percentile_interval(value + small_sample_factor(self._fewest) * (resamples - value))

    def _reason(self, value: float) -> str:
        if not np.isfinite(value):
            return "undefined: outcomes or predictions do not vary, or part perfectly"
        return "one person or one statement alone has no interval" if self._fewest < 2 else ""


@dataclass(frozen=True)
class Comparison:
    """How predictors are measured on rows.

    Args:
        make: From predictions and outcomes, shape (n,) each, to what measures them.
        show: What is told of one predictor besides its statistics.
        crossed: Resample statements besides people.
        bootstrap: Resamples; 0 for no intervals.
        seed: Of the resamples.
    """

    make: Callable[[Floats, Floats], Any]
    show: Callable[[Any, Rows], dict[str, Any]] = lambda predictor, rows: {}
    crossed: bool = False
    bootstrap: int = 1000
    seed: int = 0

    def on(self, table: Table) -> dict[str, Any]:
        """`predictors`, `differences` of the first from each other one, `n`, and `groups` with the same by label."""
        labels = np.unique(table.columns["groups"]).tolist() if "groups" in table.columns else []
        parts = {label: table.rows(table.columns["groups"] == label) for label in labels if label}
        return self._measured(table) | {"groups": {label: self._measured(part) for label, part in parts.items()}}

    def _measured(self, table: Table) -> dict[str, Any]:
        counts = table.counts()
        if counts["people"] < FEWEST_PEOPLE:
            return {"skipped": f"fewer than {FEWEST_PEOPLE} people", "n": counts}
        if self.crossed and "statements" not in table.columns:
            raise ValueError("crossed resamples statements; give them")
        ways = table.columns["people"], table.columns["statements"] if self.crossed else None
        rows = Rows(ways[0], table.weights, ways[1], self.bootstrap, self.seed)
        predictors = {name: self.make(p, table.outcomes) for name, p in table.predictions.items()}
        found = rows.compare(predictors, list(predictors)[1:])
        for name, predictor in predictors.items():
            found["predictors"][name] |= self.show(predictor, rows)
        return found | {"n": counts}


@dataclass(frozen=True)
class Table:
    """Predictions beside outcomes, a row for each vote or rating.

    Args:
        predictions: By name, shape (n,).
        outcomes: Shape (n,).
        columns: `people`, and where there are any `statements`, `groups` and `weights`; shape (n,) each.
        missing: By name, how many rows were left out since this predictor says nothing.
    """

    predictions: dict[str, Floats]
    outcomes: Floats
    columns: dict[str, NDArray[Any]]
    missing: dict[str, int]

    @classmethod
    def of(cls, predictions: Mapping[str, ArrayLike], outcomes: ArrayLike, **columns: ArrayLike | None) -> Table:
        """The rows on which every predictor and the outcome say something, so that all are measured on the same.

        Raises:
            ValueError: The arrays differ in length, there are none, or no row is complete.
        """
        told = {name: np.asarray(p, dtype=float) for name, p in predictions.items()}
        y = np.asarray(outcomes, dtype=float)
        kept = {name: np.asarray(column) for name, column in columns.items() if column is not None}
        if not told or {len(x) for x in (*told.values(), *kept.values())} != {len(y)}:
            raise ValueError("give predictions, outcomes and columns with one row per vote or rating")
        there = np.isfinite(y) & np.logical_and.reduce([np.isfinite(p) for p in told.values()])
        if not there.any():
            raise ValueError("no row has an outcome and all predictions")
        return cls(told, y, kept, {name: int((~np.isfinite(p)).sum()) for name, p in told.items()}).rows(there)

    @property
    def weights(self) -> Floats:
        """How much each row counts. Shape (n,)."""
        return self.columns.get("weights", np.ones(len(self.outcomes))).astype(float)

    def rows(self, chosen: NDArray[np.bool_]) -> Table:
        """Some of the rows."""
        told = {name: p[chosen] for name, p in self.predictions.items()}
        kept = {name: column[chosen] for name, column in self.columns.items()}
        return Table(told, self.outcomes[chosen], kept, self.missing)

    def counts(self) -> dict[str, int]:
        """How many rows, people and statements there are."""
        ways = {way: self.columns[way] for way in ("people", "statements") if way in self.columns}
        return {"rows": len(self.outcomes), **{way: len(np.unique(column)) for way, column in ways.items()}}
