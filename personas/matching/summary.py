"""How good a matching is, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .profiles import Profile

if TYPE_CHECKING:
    from .matching import Matching

NORMAL = 1.959964  # the 97.5 % quantile


def summarise(matching: Matching) -> dict[str, Any]:
    """What is reported of a matching.

    The sums and counts describe this matching and are exact, so they have no interval. `agreement` estimates how well
    such humans are matched, and has one.

    Returns:
        `method`; `humans` and `personas`, how many; `weight_sum` and `weight_mean` (higher is better); `weight_bound`,
        what no one-to-one matching exceeds, and `weight_gap` up to it (`max_weight` only, else None); `log_sum`, the sum
        of the logarithms of weights above 0, and `zeros`, how many are 0; `distinct_personas`, and `largest_reuse`, how
        many humans share one at most; `agreement` (see `_agreement`); `humans_missing_traits`, how many miss some
        trait; `labels`, K of each trait; `notes`.
    """
    weights, uses = matching.weights, np.bincount(matching.personas)
    positive = weights[weights > 0]
    total = float(weights.sum())
    known = np.column_stack([p.known for p in matching.profiles])
    return {
        "method": matching.method,
        "humans": len(weights),
        "personas": matching.profiles[0].probabilities.shape[1],
        "weight_sum": total,
        "weight_mean": total / len(weights),
        "weight_bound": matching.bound,
        "weight_gap": None if matching.bound is None else matching.bound - total,
        "log_sum": float(np.log(positive).sum()),
        "zeros": int(len(weights) - len(positive)),
        "distinct_personas": int((uses > 0).sum()),
        "largest_reuse": int(uses.max()),
        "agreement": {p.name: _agreement(matching, k, p) for k, p in enumerate(matching.profiles)},
        "humans_missing_traits": int((~known.all(axis=1)).sum()),
        "labels": {p.name: len(p.labels) for p in matching.profiles},
        "notes": list(matching.notes),
    }


def _agreement(matching: Matching, k: int, profile: Profile) -> dict[str, Any]:
    """How probably a persona has its human's value of one trait; higher is better.

    Returns:
        `value`, the mean over the `n` humans whose value is known, in [0, 1]; `ci`, its 95 % interval, by the normal
        approximation with humans who share a persona as one cluster, or Wilson's for so many clusters where all values
        are 0 or all are 1; `random`, what random matching of these humans
        and personas has on average, exactly; `missing`, the humans left out; `uninformed`, the personas that tell
        nothing of the trait. None where it is undefined.
    """
    known = profile.known
    n = int(known.sum())
    by_label = profile.probabilities.mean(axis=1)
    values = matching.probabilities[known, k]
    return {
        "value": float(values.mean()) if n else None,
        "ci": _interval(values, matching.personas[known]),
        "n": n,
        "random": float(by_label[profile.codes[known]].mean()) if n else None,
        "missing": len(known) - n,
        "uninformed": profile.uninformed,
    }


def _interval(values: NDArray[np.float64], clusters: NDArray[np.intp]) -> list[float] | None:
    """Mean ± 1.96 standard errors that allow for clusters, within [0, 1]; None with fewer than two clusters.

    All 0 or all 1 has no error to see, so there it is Wilson's (1927) for as many trials as there are clusters.
    """
    _, which = np.unique(clusters, return_inverse=True)
    groups = int(which.max(initial=-1)) + 1
    if groups < 2:
        return None
    if np.all(values == 1.0):
        return [groups / (groups + NORMAL**2), 1.0]
    if np.all(values == 0.0):
        return [0.0, NORMAL**2 / (groups + NORMAL**2)]
    sums = np.bincount(which, weights=values - values.mean(), minlength=groups)
    error = float(np.sqrt(groups / (groups - 1) * (sums**2).sum())) / len(values)
    mean = float(values.mean())
    return [max(mean - NORMAL * error, 0.0), min(mean + NORMAL * error, 1.0)]
