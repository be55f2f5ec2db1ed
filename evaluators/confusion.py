"""Inferred traits against known ones: confusion tables, scores and calibration, trait by trait.

A person's trait is inferred as a distribution over its labels. Intervals speak of other people drawn like these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .calibration import CLIP, Binned, quantile_bins
from .effective import effective_n
from .intervals import metric
from .predictors import Rows
from .shares import wilson
from .votes import reliability_curve

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
BINS = 10
ALIKE = "everybody's true label has the same probability, so that resamples do not vary"
SUM_OFF = 1e-6  # what rounding may take from a sum of 1


class TraitPredictor:
    """Distributions beside the true labels, for many weightings at once.

    Args:
        probabilities: Shape (n, K), rows summing to 1.
        truth: Shape (n,), the true label's place.
        bins: At most so many bins for calibration.
    """

    def __init__(self, probabilities: Floats, truth: Indices, bins: int = BINS) -> None:
        n, k = probabilities.shape
        self.probabilities = probabilities
        self.true: Floats = np.zeros((n, k))
        self.true[np.arange(n), truth] = 1.0
        self.on_truth: Floats = probabilities[np.arange(n), truth]
        best = probabilities >= probabilities.max(axis=1, keepdims=True) - 1e-12
        self.most_likely: Floats = best / best.sum(axis=1, keepdims=True)  # labels that tie share the person
        self.hits: Floats = (self.most_likely * self.true).sum(axis=1)
        self._brier = ((probabilities - self.true) ** 2).sum(axis=1) / 2
        pairs = probabilities.ravel()
        self.binned = Binned(pairs, self.true.ravel(), quantile_bins(pairs, bins))

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """The statistics that `confusion` names, each of shape (b,), under weights of shape (b, n)."""
        total = weights.sum(axis=1)
        return {
            "accuracy": weights @ self.hits / total,
            "expected_accuracy": weights @ self.on_truth / total,
            "log_score": weights @ -np.log(np.maximum(self.on_truth, CLIP)) / total,
            "brier": weights @ self._brier / total,
            "ece": self.binned.measure(np.repeat(weights, self.true.shape[1], axis=1))["ece"],
        }


def confusion(
    inferred: Sequence[Mapping[str, Mapping[str, float]]],
    truth: Sequence[Mapping[str, str]],
    labels: Mapping[str, Sequence[str]],
    *,
    sources: Sequence[Mapping[str, str]] | None = None,
    weights: ArrayLike | None = None,
    bins: int = BINS,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures inferred traits where the truth is known.

    By trait:

    - `accuracy`: share of people whose most likely label is the true one, labels that tie counting in part; Wilson
      intervals at Kish's effective n. Higher is better; `majority` is what always guessing the commonest label reaches.
    - `expected_accuracy`: mean probability on the true label, in [0, 1]; higher is better.
    - `log_score`: mean negative log of that probability in nats, from 0 up, kept a millionth away from 0; lower is better.
      `impossible` counts the people whose true label has probability 0, which dominate it.
    - `brier`: half the squared distance between distribution and truth, 0 to 1; lower is better.
    - `ece`: expected calibration error over all pairs of person and label, in bins of equal number, 0 to 1; lower is
      better. `calibration`: every bin's mean probability `predicted`, share `true` with its `ci`, and pairs `n`.
    - `table`: truth × inferred, weighted people, rows and columns as `labels`: by the `most_likely` label, and as
      `expected`, by probability. `recall`: by true label, the accuracy among its people.
    - `sources`: by source, `n` and the accuracy among them.

    Args:
        inferred: For each person, trait to label to probability (`Persona.traits`); a trait may lack.
        truth: For each person, trait to true label; a trait may lack.
        labels: By trait, its labels in order.
        sources: For each person, trait to source (`personas.traits.SOURCES`).
        weights: Shape (n,), from 0 up; 1 each by default.
        bins: At most so many bins for calibration.
        bootstrap: Resamples of people; 0 for intervals where no resamples are needed alone.
        seed: Of the resamples.

    Returns:
        Plain data: by trait the above, `n`, `effective_n`, and `left_out`: people without a `truth`, with one that is no
        `label`, without a `distribution`, or with `weight` 0; or `skipped` with the reason.

    Raises:
        ValueError: The sequences differ in length, a weight is below 0, or a distribution names another label or does not
            sum to 1.
    """
    w = np.ones(len(truth)) if weights is None else np.asarray(weights, dtype=float)
    told = [{} for _ in truth] if sources is None else sources
    if not len(inferred) == len(truth) == len(w) == len(told):
        raise ValueError("inferred, truth, sources and weights must have one row per person")
    if not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("a weight is a number from 0 up")

    def measured(trait: str, names: list[str]) -> dict[str, Any]:
        p = _probabilities([person.get(trait, {}) for person in inferred], trait, names)
        known, left_out = _known(p, [person.get(trait, "") for person in truth], names, w)
        kept: dict[str, Any] = {"n": int((known >= 0).sum()), "left_out": left_out, "labels": names}
        if not kept["n"]:
            return kept | {"skipped": "nobody has a true label, a distribution and a weight above 0"}
        there = known >= 0
        predictor = TraitPredictor(p[there], known[there], bins)
        found = kept | _measured(predictor, w[there], bootstrap, seed) | _recall(predictor, names, w[there])
        if sources is not None:
            source = np.array([person.get(trait, "missing") for person in told])
            found["sources"] = _by_source(predictor, source[there], w[there])
            found["sources"]["missing"] = {"n": int((source == "missing").sum())}
        return found

    return {trait: measured(trait, list(names)) for trait, names in labels.items()}


def _probabilities(held: Sequence[Mapping[str, float]], trait: str, labels: list[str]) -> Floats:
    """Shape (n, K); rows of NaN where there is no distribution."""
    p = np.full((len(held), len(labels)), np.nan)
    for row, distribution in enumerate(held):
        if not distribution:
            continue
        other = distribution.keys() - set(labels)
        if other or abs(sum(distribution.values()) - 1) > SUM_OFF:
            raise ValueError(
                f"person {row}: the distribution over {trait!r} names {sorted(other)} besides the labels {labels}"
                if other
                else f"person {row}: the probabilities of {trait!r} sum to {sum(distribution.values()):g}, not to 1"
            )
        p[row] = [distribution.get(label, 0.0) for label in labels]
    return p


def _known(p: Floats, truth: Sequence[str], labels: list[str], weights: Floats) -> tuple[Indices, dict[str, int]]:
    """The true label's place for everybody who is measured, -1 for the others; and how many others there are, and why."""
    place = np.array([labels.index(label) if label in labels else -1 for label in truth], dtype=np.intp)
    inferred, counted = np.isfinite(p).all(axis=1), weights > 0
    left_out = {
        "truth": sum(not label for label in truth),
        "label": sum(bool(label) and label not in labels for label in truth),
        "distribution": int(((place >= 0) & ~inferred).sum()),
        "weight": int(((place >= 0) & inferred & ~counted).sum()),
    }
    return np.where(inferred & counted, place, -1), left_out


def _measured(predictor: TraitPredictor, weights: Floats, bootstrap: int, seed: int) -> dict[str, Any]:
    people, k = np.arange(len(weights)), predictor.true.shape[1]
    rows = Rows(people, weights, None, bootstrap, seed)
    scores = rows.compare({"inferred": predictor}, [])["predictors"]["inferred"]
    pairs = Rows(np.repeat(people, k), np.repeat(weights, k), None, bootstrap, seed)
    curve = reliability_curve(predictor.binned, pairs)
    expected = scores["expected_accuracy"]
    scores["expected_accuracy"] = expected | {"ci": expected["ci"] and _inside(expected["ci"])}
    if np.ptp(predictor.on_truth) == 0:  # resamples would claim certainty
        scores = {name: metric(found["value"], None, ALIKE) for name, found in scores.items()}
        scores["expected_accuracy"] = _share(predictor.on_truth, weights)
    return {
        **scores,
        "accuracy": _share(predictor.hits, weights),
        "impossible": int((predictor.on_truth <= 0).sum()),
        "effective_n": effective_n(weights),
        "calibration": [_bin(point) for point in curve],
    }


def _bin(point: dict[str, Any]) -> dict[str, Any]:
    ci = point["ci"]
    shown = {"predicted": point["predicted"], "true": point["agreed"], "ci": ci and _inside(ci), "n": point["n"]}
    return shown | ({} if ci else {"reason": "all pairs are alike, or no resamples were asked for"})


def _inside(ci: list[float]) -> list[float]:
    return [max(ci[0], 0.0), min(ci[1], 1.0)]


def _recall(predictor: TraitPredictor, labels: list[str], weights: Floats) -> dict[str, Any]:
    weighted = predictor.true * weights[:, None]  # (n, K)
    members = dict(zip(labels, predictor.true.T > 0, strict=True))
    return {
        "majority": float(weighted.sum(axis=0).max() / weights.sum()),
        "table": {
            "most_likely": (weighted.T @ predictor.most_likely).tolist(),
            "expected": (weighted.T @ predictor.probabilities).tolist(),
        },
        "recall": {label: _share(predictor.hits[mine], weights[mine]) for label, mine in members.items()},
    }


def _by_source(predictor: TraitPredictor, sources: NDArray[np.str_], weights: Floats) -> dict[str, Any]:
    parts = {name: sources == name for name in ("stated", "drawn", "uniform")}
    return {name: _share(predictor.hits[mine], weights[mine]) for name, mine in parts.items()}


def _share(hits: Floats, weights: Floats) -> dict[str, Any]:
    """The weighted share of hits, with Wilson's interval at Kish's effective n."""
    if not weights.sum() > 0:
        return metric(float("nan"), None, "nobody is here", n=len(hits))
    share = np.array([weights @ hits / weights.sum()])
    low, high = wilson(share, effective_n(weights))
    ci = [min(float(low[0]), float(share[0])), max(float(high[0]), float(share[0]))]  # rounding may part them
    return metric(float(share[0]), ci, n=len(hits))
