"""Whether predicted chances come true: bins of predictions, the parts of the Brier score, the recalibrating line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CLIP = 1e-6  # of chances before a logarithm is taken
STEPS, PRECISION = 30, 1e-6  # Newton's; the error after a step this small is its square
FARTHEST = 3.0  # it goes in one step, where votes are parted nearly perfectly
FLAT = 1e-9


def quantile_bins(predictions: Floats, bins: int) -> NDArray[np.intp]:
    """The bin of each prediction, 0 for the lowest: bins of about as many rows each, equal predictions in one bin.

    Args:
        predictions: Shape (n,).
        bins: At most so many; fewer where predictions are equal.
    """
    edges = np.quantile(predictions, np.linspace(0, 1, bins + 1)[1:-1])
    # On an edge belongs below it, so that the highest predictions have a bin even where many are equal.
    return np.unique(np.searchsorted(edges, predictions), return_inverse=True)[1].astype(np.intp)


class Binned:
    """Votes against predictions in bins, for many weightings at once.

    Args:
        predictions: Shape (n,), in [0, 1].
        votes: Shape (n,), 0 or 1.
        index: Shape (n,), the bin of each.
    """

    def __init__(self, predictions: Floats, votes: Floats, index: NDArray[np.intp]) -> None:
        self._members = (index[:, None] == np.arange(int(index.max()) + 1)).astype(float)  # (n, bins)
        self.rows: list[int] = self._members.sum(axis=0).astype(int).tolist()
        self._predictions, self._votes = predictions, votes

    def sums(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Weight, weighted predictions and weighted votes of every bin. Each of shape (b, bins)."""
        parts = [(weights * x) @ self._members for x in (np.ones(len(self._votes)), self._predictions, self._votes)]
        return parts[0], parts[1], parts[2]

    def shares(self, weights: Floats) -> Floats:
        """The share of votes that are 1 in every bin, NaN in a bin without weight. Shape (b, bins)."""
        n, _, y = self.sums(weights)
        found: Floats = np.divide(y, n, out=np.full(n.shape, np.nan), where=n > 0)
        return found

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """Calibration error and the parts of the Brier score (Murphy 1973), each of shape (b,).

        `ece` is the mean over bins of |mean prediction − share of 1|, bins counted by weight, in [0, 1]; lower is
        better. `reliability` is the same with squares; lower is better. `resolution` is the spread of the bins' shares
        around the overall share, at most `uncertainty`; higher is better. `uncertainty` is share × (1 − share).
        Brier score = reliability − resolution + uncertainty + `within`, the part that the bins do not show (Stephenson
        et al. 2008).
        """
        n, p, y = self.sums(weights)
        share, total = n / n.sum(axis=1, keepdims=True), n.sum(axis=1)
        # A bin without weight has share 0: what stands for its means does not count.
        mean, rate = (np.divide(x, n, out=np.zeros(n.shape), where=n > 0) for x in (p, y))
        overall = y.sum(axis=1) / total
        reliability = (share * (mean - rate) ** 2).sum(axis=1)
        resolution = (share * (rate - overall[:, None]) ** 2).sum(axis=1)
        uncertainty = overall * (1 - overall)
        brier = weights @ (self._predictions - self._votes) ** 2 / total
        return {
            "ece": (share * np.abs(mean - rate)).sum(axis=1),
            "reliability": reliability,
            "resolution": resolution,
            "uncertainty": uncertainty,
            "within": brier - reliability + resolution - uncertainty,
        }


def log_odds(chances: Floats) -> Floats:
    """Natural log odds, chances moved away from 0 and 1 by a millionth."""
    p = np.clip(chances, CLIP, 1 - CLIP)
    odds: Floats = np.log(p / (1 - p))
    return odds


def recalibrating_line(
    predictions: Floats, votes: Floats, weights: Floats, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """Intercept and slope of the logistic regression of votes on the predictions' log odds (Cox 1958).

    A calibrated predictor has intercept 0 and slope 1; a slope below 1 means predictions are too extreme.

    Args:
        predictions: Shape (n,), in [0, 1].
        votes: Shape (n,), 0 or 1.
        weights: Shape (b, n), from 0 up.
        start: An intercept and a slope that are about right, such as those under other weights.

    Returns:
        Two arrays of shape (b,); NaN where predictions or votes with weight are all alike, or the predictions part the
        votes perfectly.
    """
    odds = log_odds(predictions)
    centre, spread = float(odds.mean()), float(odds.std())
    if spread < FLAT:
        return np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    x = (odds - centre) / spread  # where predictions hardly differ, the line is steep in the odds and not in these
    powers = np.stack([np.ones_like(x), x, x**2], axis=1)  # (n, 3)
    line, change = np.zeros((len(weights), 2)), np.full((len(weights), 2), np.inf)
    if start is not None and np.isfinite(start).all():
        line += (start[0] + start[1] * centre, start[1] * spread)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(line @ powers[:, :2].T, -500, 500)))  # (b, n)
        slope = (weights * (votes - p)) @ powers[:, :2]
        a, b, c = ((weights * p * (1 - p)) @ powers).T
        with np.errstate(invalid="ignore", divide="ignore"):
            change = np.stack([c * slope[:, 0] - b * slope[:, 1], a * slope[:, 1] - b * slope[:, 0]], axis=1)
            change /= np.where(a * c - b**2 > 1e-10 * a * c, a * c - b**2, np.nan)[:, None]
        line = line + np.clip(change, -FARTHEST, FARTHEST)
        if not (np.abs(change) > PRECISION).any():
            break
    with np.errstate(invalid="ignore"):
        found = (np.abs(change) < PRECISION).all(axis=1)
    steep = line[:, 1] / spread
    return np.where(found, line[:, 0] - steep * centre, np.nan), np.where(found, steep, np.nan)
