"""How far the answers of two parties go, and how they are spread, beside people's.

A gap can be right while the answers behind it are not: a model that never answers at the ends of a scale, and gives
everybody of a party the same answer, doubles Cohen's d (Kang et al. 2025). These measures show it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .clusters import clustered_interval
from .distance import wasserstein
from .intervals import bias, debiased_interval, metric, plain_number
from .resampling import cluster_weights, resample_counts
from .responses import Responses
from .shares import wilson
from .tabulation import Tabulation

Floats = NDArray[np.float64]
Parts = NDArray[np.intp]


class Spread(Protocol):
    """Scores whose variance within a party can be asked for."""

    def variance(self, party: int, counts: Floats) -> Floats:
        """The sum of the variances of a party's scores under B resamples' counts (B, n); shape (B,)."""


Side = tuple[Responses, Parts, Spread]


def extremes(responses: Responses, bootstrap: int, seed: int) -> dict[str, Any]:
    """The weighted share, in [0, 1], of the answers to all ordinal items that are the first or the last of the scale.

    Returns:
        `{value, ci, n, answers}`; n counts respondents with an answer. Where no answer or every one is at an end, the
        interval is Wilson's for as many trials as there are respondents.
    """
    part = responses.select(responses.ordinal_items)
    last = np.array([len(item.values) - 1 for item in part.items])
    given = part.answers >= 0
    ends = ((part.answers == 0) | (part.answers == last)).sum(axis=1).astype(float)
    answered = given.sum(axis=1).astype(float)
    weights = part.weights * (answered > 0)
    n = len(np.unique(part.respondents[weights > 0]))
    counts = {"n": n, "answers": int(answered[weights > 0].sum())}
    if not n:
        return {"value": None, "ci": None, "reason": "nobody answered", **counts}
    value = float(weights @ ends / (weights @ answered))
    drawn = [w * weights for w in cluster_weights(part.respondents, bootstrap, seed)]
    with np.errstate(invalid="ignore"):
        resamples = np.concatenate([w @ ends / (w @ answered) for w in drawn]) if drawn else np.empty(0)
    found = clustered_interval(value, resamples, n)
    if found["ci"] and value in (0.0, 1.0):
        low, high = wilson(np.array([value]), n)
        found["ci"] = [float(low[0]), float(high[0])]
    elif found["ci"]:
        found["ci"] = [max(found["ci"][0], 0.0), min(found["ci"][1], 1.0)]
    return found | counts


def compare_answers(
    human: Side, simulated: Side, names: tuple[str, str], bootstrap: int, seed: int
) -> dict[str, dict[str, Any]]:
    """How the spread and the distribution of each party's answers compare with people's.

    Args:
        human: People's answers, their parties (0 or 1), and their scores.
        simulated: The same of the simulated people; rows that bear a human's name are resampled together with it.
        names: The parties' keys in the result.
        bootstrap: Resamples for intervals.
        seed: Of the resamples.

    Returns:
        `variance_ratio`: the variances of a party's scores within it, simulated over human; 1 is as it should be, and
        below 1 the simulated people are too much alike. `wasserstein`: the mean over items of the distance between
        the answers of the party's members, positions divided by K − 1; lower is better.
    """
    comparison = _Comparison(human, simulated)
    draws = resample_counts(human[0].respondents, simulated[0].respondents, bootstrap, seed)
    chunks = [comparison.measures(h, s) for h, s in draws]
    point = comparison.measures(*(np.ones((1, len(side[0]))) for side in (human, simulated)))
    ratio: dict[str, Any] = {}
    distance: dict[str, Any] = {}
    for k, name in enumerate(names):
        ratio[name] = _ratio(point["ratio", k], [c["ratio", k] for c in chunks], comparison.people(k))
        distance[name] = _distance(point["distance", k], [c["distance", k] for c in chunks], comparison, k)
    return {"variance_ratio": ratio, "wasserstein": distance}


class _Comparison:
    """Two sides made ready for many resamples."""

    def __init__(self, human: Side, simulated: Side) -> None:
        there = {item.code for item in simulated[0].items}
        self.codes = [code for code in human[0].ordinal_items if code in there]
        self.sides = human, simulated
        self.tables = [Tabulation.of(side[0].select(self.codes), {}) for side in self.sides]
        self.values = [item.scaled("unit") for item in human[0].select(self.codes).items]

    def measures(self, human: Floats, simulated: Floats) -> dict[tuple[str, int], Floats]:
        """The ratio (B,) and the items' distances (B, m) of each party under B resamples' counts."""
        found = {}
        for k in (0, 1):
            variances, distributions = [], []
            for (responses, party, scores), table, counts in zip(
                self.sides, self.tables, (human, simulated), strict=True
            ):
                variances.append(scores.variance(k, counts))
                distributions.append(table.distributions(counts * responses.weights * (party == k)))
            with np.errstate(divide="ignore", invalid="ignore"):
                found["ratio", k] = variances[1] / variances[0]
            pairs = zip(*distributions, self.values, strict=True)
            found["distance", k] = np.stack([wasserstein(p, q, v) for p, q, v in pairs], axis=-1)
        return found

    def people(self, k: int) -> tuple[int, int]:
        """How many humans and simulated people of a party there are."""
        human, simulated = (len(np.unique(side[0].respondents[side[1] == k])) for side in self.sides)
        return human, simulated


def _counted(people: tuple[int, int]) -> dict[str, Any]:
    return {"n": people[1], "humans": people[0]}


def _ratio(point: Floats, drawn: list[Floats], people: tuple[int, int]) -> dict[str, Any]:
    value = float(point[0])
    if not np.isfinite(value):
        why = "a score has fewer than two respondents on one side, or the humans' scores do not vary"
        return {"value": None, "ci": None, "reason": why, **_counted(people)}
    if value == 0:
        why = "the simulated scores do not vary, and resamples of them never do"
        return {"value": 0.0, "ci": None, "reason": why, **_counted(people)}
    # A ratio is symmetric on the scale of logarithms, and its interval stays above 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.concatenate(drawn)) if drawn else np.empty(0)
    found = clustered_interval(float(np.log(value)), logs, min(people))
    ci = found["ci"]
    return found | {"value": value, "ci": ci and [float(np.exp(end)) for end in ci], **_counted(people)}


def _distance(point: Floats, drawn: list[Floats], comparison: _Comparison, k: int) -> dict[str, Any]:
    value = float(point[0].mean())
    resamples = np.concatenate(drawn).mean(axis=1) if drawn else np.empty(0)
    unanswered = [c for c, d in zip(comparison.codes, point[0], strict=True) if not np.isfinite(d)]
    reason = f"nobody of this party answered {', '.join(unanswered)} on one side" if unanswered else ""
    items = {c: plain_number(d) for c, d in zip(comparison.codes, point[0], strict=True)}
    counts = _counted(comparison.people(k))
    ci = debiased_interval(value, resamples)
    return metric(value, ci, reason, items=items, bias=bias(value, resamples), scale="unit", **counts)
