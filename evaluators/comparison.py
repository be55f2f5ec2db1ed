"""Two conditions (or models) against the same humans: the paired difference of their distances."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .intervals import centred_interval, metric
from .resampling import pairing, resample_counts
from .responses import Responses, Scale
from .survey import Statistics
from .tabulation import Tabulation


def compare_conditions(
    human: Responses,
    a: Responses,
    b: Responses,
    *,
    metric_name: Literal["wasserstein", "frobenius"] = "wasserstein",
    scale: Scale = "codes",
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """The distance of `a` from the humans minus that of `b`; below 0, `a` is closer.

    Both are measured on the same resampled humans, and where they have the same respondents on the same resampled
    respondents, so what they share cancels.

    Args:
        human: The humans.
        a: One condition.
        b: The other; the same items.
        metric_name: Mean Wasserstein distance, or Frobenius norm of correlation differences.
        scale: As in `evaluate_survey`.
        bootstrap: Resamples.
        seed: Of the resamples.

    Returns:
        `value`, `ci` and `n`.

    Raises:
        ValueError: The conditions share no ordinal item with the humans and each other.
    """
    there = set(human.ordinal_items) & set(a.ordinal_items) & set(b.ordinal_items)
    codes = [code for code in human.ordinal_items if code in there]
    if not codes:
        raise ValueError("the humans and the two conditions share no ordinal item")
    human, a, b = human.select(codes), a.select(codes), b.select(codes)
    values = [item.scaled(scale) for item in human.items]
    tables = [Tabulation.of(side, {}) for side in (human, a, b)]
    point = np.full((1, len(human)), 1.0)
    ones = [np.ones((1, len(side))) for side in (a, b)]
    found = [_measure((tables[0], tables[1 + k]), values, point * human.weights, ones[k], metric_name) for k in (0, 1)]
    value = float(found[0][0] - found[1][0])
    resamples = _differences(human, a, b, tables, values, metric_name, bootstrap, seed)
    counts = {"human": len(human), "a": len(a), "b": len(b), "items": len(codes)}
    return metric(value, centred_interval(value, resamples), n=counts)


def _differences(
    human: Responses,
    a: Responses,
    b: Responses,
    tables: list[Tabulation],
    values: list[Any],
    metric_name: str,
    bootstrap: int,
    seed: int,
) -> np.ndarray[Any, np.dtype[np.float64]]:
    # Rows of `b` follow those of `a` where they bear the same names.
    same = pairing(a.respondents, b.respondents) if len(np.unique(a.respondents)) == len(a) else None
    differences = []
    for (h, s), (_, other) in zip(
        resample_counts(human.respondents, a.respondents, bootstrap, seed),
        resample_counts(human.respondents, b.respondents, bootstrap, seed),
        strict=True,
    ):
        t = s[:, same] if same is not None else other
        left = _measure((tables[0], tables[1]), values, h * human.weights, s, metric_name)
        right = _measure((tables[0], tables[2]), values, h * human.weights, t, metric_name)
        differences.append(left - right)
    return np.concatenate(differences) if differences else np.empty(0)


def _measure(
    sides: tuple[Tabulation, Tabulation], values: list[Any], human: Any, simulated: Any, metric_name: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    found = Statistics(sides, values, human, simulated, None, None)
    return found.distances.mean(axis=1) if metric_name == "wasserstein" else found.frobenius
