"""Test-retest: does the same persona answer the same twice, and how near does it come to its person, given that?

People do not repeat all of their answers either. Park et al. 2024 therefore divide the accuracy of a simulated person by
how consistently the person answered two weeks later. Where no second wave is at hand, the persona's own consistency stands
in for it; these are different questions, and the result says which one was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .clusters import clustered_interval
from .repeats import Tally, aligned, by_name
from .resampling import cluster_weights
from .responses import Responses
from .shares import wilson

Floats = NDArray[np.float64]
NORMALISERS = ("human_retest", "self_agreement")
NOT_TWICE = "no persona answered an item twice"
NO_HUMAN = "no human answers were given"
NO_MATCH = "no persona bears the name of a human who answered the same items"
NO_WAVE = "no second wave of the humans was given"
NO_SECOND = "no human answered an item in both waves"
NOMINAL = "the answers have no order"


def retest(
    simulated: Responses,
    human: Responses | None = None,
    *,
    human_retest: Responses | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures how consistently personas answer, and how accurately for their persons.

    What one respondent answers to one item counts once, however many replicates there are, and all respondents count
    alike. Shares are of equal answers, in [0, 1]; `closeness` is 1 − mean |difference|/(K − 1) of the answers'
    positions, on ordinal items. Higher is better. Intervals resample respondents, a person and its persona together.

    Args:
        simulated: Rows of the same respondent are replicates.
        human: The persons; a persona is measured against the person of its name.
        human_retest: The persons' answers in a second wave, under the same names.
        bootstrap: Resamples; 0 for no intervals.
        seed: Of the resamples.

    Returns:
        Plain data with the keys `self_agreement`, `accuracy`, `human` (the persons' own consistency),
        `normalised_accuracy`, which names its normaliser under `by`, `normalised_by` with both normalisers, and
        `items`; see docs/metrics.md. What is undefined is None, with a `reason`.

    Raises:
        ValueError: A person stands twice in a wave, or an item has another number of answers there.
    """
    items = simulated.items
    second = human_retest if human is not None else None
    names = np.unique(np.concatenate([r.respondents for r in (simulated, second) if r is not None]))
    people = np.searchsorted(names, simulated.respondents)
    mine = Tally.of(people, aligned(simulated, items), items, len(names))
    said = None if human is None else by_name(human, names, items)
    again = None if second is None else by_name(second, names, items)
    found = _answers(mine, said, again, items)
    table = _Table.of(found | _common(found), bootstrap, seed)
    reasons = {
        "self": NOT_TWICE,
        "accuracy": NO_MATCH if human is not None else NO_HUMAN,
        "human": NO_HUMAN if human is None else NO_WAVE if second is None else NO_SECOND,
    }
    return _summary(table, reasons, slice(None)) | {
        "items": {item.code: _summary(table, reasons, slice(j, j + 1)) for j, item in enumerate(items)}
    }


def _answers(
    mine: Tally, said: NDArray[np.int64] | None, again: NDArray[np.int64] | None, items: tuple[Any, ...]
) -> dict[str, Floats]:
    """The measures by respondent and item, each of shape (n, m), NaN where undefined."""
    found = {"self": mine.agreement(), "self close": mine.closeness()}
    found |= {
        key: np.full_like(found["self"], np.nan) for key in ("accuracy", "accuracy close", "human", "human close")
    }
    if said is None:
        return found
    found |= {"accuracy": mine.agreement_with(said), "accuracy close": mine.closeness_to(said)}
    if again is None:
        return found
    everyone = np.arange(len(said))
    waves = Tally.of(everyone, said, items, len(said)) + Tally.of(everyone, again, items, len(said))
    return found | {"human": waves.agreement(), "human close": waves.closeness()}


def _common(found: Mapping[str, Floats]) -> dict[str, Floats]:
    """Accuracy and each normaliser on the answers for which both are known: a ratio must not mix items."""
    out = {}
    for by, key in zip(NORMALISERS, ("human", "self"), strict=True):
        both = np.isfinite(found["accuracy"]) & np.isfinite(found[key])
        out[f"accuracy {by}"] = np.where(both, found["accuracy"], np.nan)
        out[f"consistency {by}"] = np.where(both, found[key], np.nan)
    return out


@dataclass(frozen=True, slots=True)
class _Table:
    """The measures and their sums in resamples of respondents.

    Args:
        found: By measure, shape (n, m).
        sums: By measure, shape (1 + B, m), of what is defined; the first row is the sample itself.
        counts: How much is defined, likewise.
        weights: Shape (1 + B, n), how often each respondent was drawn.
    """

    found: dict[str, Floats]
    sums: dict[str, Floats]
    counts: dict[str, Floats]
    weights: Floats

    @classmethod
    def of(cls, found: dict[str, Floats], bootstrap: int, seed: int) -> _Table:
        n = len(found["self"])
        weights = np.concatenate([np.ones((1, n)), *cluster_weights(np.arange(n), bootstrap, seed)])
        sums = {key: weights @ np.nan_to_num(x) for key, x in found.items()}
        return cls(found, sums, {key: weights @ np.isfinite(x).astype(float) for key, x in found.items()}, weights)

    def share(self, key: str, items: slice, reason: str) -> dict[str, Any]:
        """The mean of a measure over respondents and items, within [0, 1]."""
        means = _over(self.sums[key][:, items].sum(axis=1), self.counts[key][:, items].sum(axis=1))
        there = np.isfinite(self.found[key][:, items])
        found = _metric(means, there, reason)
        if found["ci"] is None:
            return found
        if np.ptp(self.found[key][:, items][there]) == 0:  # resamples of what is all alike would claim certainty
            low, high = wilson(means[:1], found["n"])
            return found | {"ci": [float(low[0]), float(high[0])]}
        return found | {"ci": [max(found["ci"][0], 0.0), min(found["ci"][1], 1.0)]}

    def ratio(self, by: str, items: slice, reason: str) -> dict[str, Any]:
        """Mean accuracy over mean consistency, and the mean of every respondent's own ratio."""
        top, bottom = f"accuracy {by}", f"consistency {by}"
        ratios = _over(self.sums[top][:, items].sum(axis=1), self.sums[bottom][:, items].sum(axis=1))
        there = np.isfinite(self.found[top][:, items])
        why = "the consistency is 0" if there.any() else reason
        own = _over(*(np.nansum(self.found[key][:, items], axis=1) for key in (top, bottom)))
        known = np.isfinite(own)
        means = _over(self.weights @ np.nan_to_num(own), self.weights @ known.astype(float))
        return _metric(ratios, there, why, 0.0) | {"mean_of_ratios": _metric(means, known[:, None], why, 0.0)}


def _summary(table: _Table, reasons: Mapping[str, str], items: slice) -> dict[str, Any]:
    out = {}
    for name, key in (("self_agreement", "self"), ("accuracy", "accuracy"), ("human", "human")):
        found = table.share(key, items, reasons[key])
        close = table.share(f"{key} close", items, reasons[key] if found["value"] is None else NOMINAL)
        out[name] = found | {"closeness": close}
    ratios = {
        by: table.ratio(by, items, reasons["accuracy" if out["accuracy"]["value"] is None else key])
        for by, key in zip(NORMALISERS, ("human", "self"), strict=True)
    }
    by = next((by for by in NORMALISERS if ratios[by]["value"] is not None), NORMALISERS[-1])
    return out | {"normalised_accuracy": ratios[by] | {"by": by}, "normalised_by": ratios}


def _metric(drawn: Floats, there: NDArray[np.bool_], reason: str, lowest: float = -np.inf) -> dict[str, Any]:
    """The first number with an interval from the others, as {value, ci, n, answers}: n respondents with so many answers."""
    n, answers = int(there.any(axis=1).sum()), int(there.sum())
    found = clustered_interval(float(drawn[0]), drawn[1:], n)
    if found["value"] is None:
        found["reason"] = reason
    elif found["ci"] is not None:
        found["ci"] = [max(found["ci"][0], lowest), found["ci"][1]]
    return found | {"n": n, "answers": answers}


def _over(top: Floats, bottom: Floats) -> Floats:
    return top / np.where(bottom > 0, bottom, np.nan)
