"""How well predicted agreement foretells people's ratings on a scale, such as 1 to 7: correlation, error, calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .predictors import Comparison, Table
from .ranking import Ordering

Floats = NDArray[np.float64]
FLAT = 1e-12  # rounding leaves numbers that are all alike a variance of about this, in squared units of their size


class RatingPredictor:
    """Predicted ratings beside the ratings, for many weightings at once.

    Args:
        predictions: Shape (n,), on the ratings' scale.
        ratings: Shape (n,).
    """

    def __init__(self, predictions: Floats, ratings: Floats) -> None:
        self._predictions, self._ratings = predictions, ratings
        self._orderings = Ordering(predictions), Ordering(ratings)

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """The statistics that `evaluate_ratings` names, each of shape (b,)."""
        w = weights / weights.sum(axis=1, keepdims=True)
        gap = self._predictions - self._ratings
        p, y = (np.broadcast_to(x, w.shape) for x in (self._predictions, self._ratings))
        pp, yy, py = _moments(w, p, y)
        ranked = _moments(w, *(o.ranks(weights) for o in self._orderings))
        slope = np.divide(py, pp, out=np.full(len(w), np.nan), where=pp > FLAT)
        return {
            "pearson": _correlation(pp, yy, py),
            "spearman": _correlation(*ranked),
            "mae": w @ np.abs(gap),
            "r2": 1 - np.divide(w @ gap**2, yy, out=np.full(len(w), np.nan), where=yy > FLAT),
            "bias": w @ gap,
            "slope": slope,
            "intercept": w @ self._ratings - slope * (w @ self._predictions),
        }


def evaluate_ratings(
    predictions: Mapping[str, ArrayLike],
    ratings: ArrayLike,
    people: ArrayLike,
    *,
    statements: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    crossed: bool = False,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures predicted ratings against people's; all predictors on the ratings that all of them foretell.

    - `pearson`, `spearman`: correlations, −1 to 1; higher is better. They do not see a shifted or stretched scale.
    - `mae`: mean absolute error in points of the scale, from 0 up; lower is better.
    - `r2`: 1 − squared error / squared deviation from these ratings' own mean, at most 1; higher is better, 0 is what
      their mean would reach, below 0 is worse than that.
    - `bias`: mean prediction minus mean rating, in points; 0 is best.
    - `slope`, `intercept`: of the line of ratings on predictions (least squares); 1 and 0 are best, a slope below 1
      means predictions are too far apart.

    Args:
        predictions: By name, shape (n,), on the ratings' scale; NaN is missing. The first is compared with the others.
        ratings: Shape (n,).
        people: Shape (n,), whose rating it is: the cluster of intervals.
        statements: As in `votes.evaluate_votes`, like all that follows.
        groups: Shape (n,).
        weights: Shape (n,).
        crossed: Resample statements besides people.
        bootstrap: Resamples; 0 for no intervals.
        seed: Of the resamples.

    Returns:
        Plain data as from `votes.evaluate_votes`, without curves.

    Raises:
        ValueError: The arrays differ in length, or no row is complete.
    """
    columns = {"people": people, "statements": statements, "groups": groups, "weights": weights}
    table = Table.of(predictions, ratings, **columns)
    comparison = Comparison(RatingPredictor, crossed=crossed, bootstrap=bootstrap, seed=seed)
    return comparison.on(table) | {"missing": table.missing}


def _moments(weights: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Variances of x and of y and their covariance, each of shape (b,), under weights (b, n) that sum to 1."""
    x = x - (weights * x).sum(axis=1, keepdims=True)
    y = y - (weights * y).sum(axis=1, keepdims=True)
    return (weights * x * x).sum(axis=1), (weights * y * y).sum(axis=1), (weights * x * y).sum(axis=1)


def _correlation(xx: Floats, yy: Floats, xy: Floats) -> Floats:
    both = xx * yy
    found: Floats = xy / np.sqrt(np.where((xx > FLAT) & (yy > FLAT), both, np.nan))
    return found
