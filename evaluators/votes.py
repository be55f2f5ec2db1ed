"""How well predicted chances of agreement foretell people's votes: ranking, scores, calibration, by group.

Intervals are clustered by voter: they speak of other people who vote on statements like these. Votes on one statement hang
together as well; `crossed` takes that in, for claims about other statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .calibration import Binned, log_odds, quantile_bins, recalibrating_line
from .predictors import Comparison, Rows, Table
from .ranking import Ordering

Floats = NDArray[np.float64]
BINS = 10


class VotePredictor:
    """Predicted chances beside the votes, for many weightings at once.

    Args:
        predictions: Shape (n,), in [0, 1].
        votes: Shape (n,), 0 or 1.
        bins: At most so many bins for calibration.
    """

    def __init__(self, predictions: Floats, votes: Floats, bins: int = BINS) -> None:
        self._predictions, self._votes = predictions, votes
        self._ordering = Ordering(predictions)
        self._odds = log_odds(predictions)
        self._line = np.concatenate(recalibrating_line(predictions, votes, np.ones((1, len(votes)))))
        self.binned = Binned(predictions, votes, quantile_bins(predictions, bins))

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """The statistics that `evaluate_votes` names, each of shape (b,)."""
        total = weights.sum(axis=1)
        gap = self._predictions - self._votes
        losses = np.logaddexp(0, self._odds) - self._votes * self._odds
        intercept, slope = recalibrating_line(self._predictions, self._votes, weights, self._line)
        return {
            "auc": self._ordering.auc(self._votes, weights),
            "brier": weights @ gap**2 / total,
            "log_loss": weights @ losses / total,
            "bias": weights @ gap / total,
            "slope": slope,
            "intercept": intercept,
            **self.binned.measure(weights),
        }


def evaluate_votes(
    predictions: Mapping[str, ArrayLike],
    votes: ArrayLike,
    voters: ArrayLike,
    *,
    statements: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    crossed: bool = False,
    bins: int = BINS,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures predicted chances of agreement against votes; all predictors on the votes that all of them foretell.

    - `auc`: chance that an agreeing vote has a higher prediction than a disagreeing one, ties half; 0.5 is chance, 1 perfect.
    - `brier`: mean squared error, 0 to 1; lower is better. Its parts: `calibration.Binned.measure`.
    - `log_loss`: mean negative log-likelihood in nats, from 0 up, chances kept a millionth away from 0 and 1; lower is
      better.
    - `bias`: mean prediction minus share of agreement; 0 is best, above 0 agreement is overestimated.
    - `slope`, `intercept`: of the recalibrating line (`calibration.recalibrating_line`); 1 and 0 are best.
    - `ece`: expected calibration error over bins of equal number, 0 to 1; lower is better. Noise alone lifts it: the
      interval takes that out.

    Args:
        predictions: By name, shape (n,), in [0, 1]; NaN is missing. The first is compared with the others.
        votes: Shape (n,), 1 for agreement and 0 for disagreement.
        voters: Shape (n,), whose vote it is: the cluster of intervals.
        statements: Shape (n,), what was voted on; for the counts and for `crossed`.
        groups: Shape (n,), a label for each voter such as the party; "" belongs to none.
        weights: Shape (n,), from 0 up; 1 each by default.
        crossed: Resample statements besides voters; intervals are then rather too wide than too narrow.
        bins: At most so many bins for calibration.
        bootstrap: Resamples; 0 for no intervals.
        seed: Of the resamples.

    Returns:
        Plain data: `predictors`, by name, the statistics as `{value, ci}` and the `reliability_curve`; `differences`, the
        first's minus each other's; `groups`, the same for the votes of each label; `n`.

    Raises:
        ValueError: A vote is not 0 or 1, a prediction not in [0, 1], or the arrays differ in length.
    """
    columns = {"people": voters, "statements": statements, "groups": groups, "weights": weights}
    table = Table.of(predictions, votes, **columns)
    if not np.isin(table.outcomes, (0, 1)).all():
        raise ValueError("a vote is 1 for agreement or 0 for disagreement")
    if any(((p < 0) | (p > 1)).any() for p in table.predictions.values()):
        raise ValueError("a predicted chance of agreement lies in [0, 1]")
    comparison = Comparison(partial(VotePredictor, bins=bins), _curve, crossed, bootstrap, seed)
    return comparison.on(table) | {"missing": table.missing}


def _curve(predictor: VotePredictor, rows: Rows) -> dict[str, Any]:
    return {"reliability_curve": reliability_curve(predictor.binned, rows)}


def reliability_curve(binned: Binned, rows: Rows) -> list[dict[str, Any]]:
    """For every bin the mean prediction, the share of agreement `agreed` with its interval `ci`, and its votes `n`."""
    shares, intervals = rows.share_intervals(binned.shares)
    n, p, _ = (part[0] for part in binned.sums(rows.weights[None, :]))
    drawn = zip((p / n).tolist(), shares.tolist(), intervals, binned.rows, strict=True)
    return [{"predicted": mean, "agreed": share, "ci": ci, "n": rows_} for mean, share, ci, rows_ in drawn]
