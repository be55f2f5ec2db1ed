"""Reference rows: what no simulation at all, and what demographics alone, would reach.

Each is fitted on one half of the humans and scored on the other, over the same splits as the bound:

- `uniform`: every answer as likely, items independent,
- `marginal`: the first half's own distribution of each item, items independent,
- `demographic_regression`: each answer's share regressed on the attributes (weighted least squares on indicators of
  the labels, an unknown label being one of its own; predictions below 0 cut off and made to sum to 1), the second half
  predicted person by person. Answers are independent given the attributes.

Distributions and correlations of the predicted answers are computed exactly, without drawing any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .consistency import alpha_from_covariance
from .correlation import correlation_from_covariance, frobenius
from .distance import wasserstein
from .intervals import plain_number
from .responses import Responses, Scale
from .tabulation import Floats, Tabulation

RIDGE = 1e-6


def reference_rows(
    human: Responses,
    side: Tabulation,
    values: Sequence[Floats],
    halves: NDArray[np.bool_],
    scale: Scale,
    codes: Sequence[str],
) -> dict[str, Any]:
    """The three rows, each with the keys of a measured condition; intervals are 2.5-97.5 % ranges over the splits."""
    fitted, scored = halves * human.weights, ~halves * human.weights
    ours = side.distributions(fitted)
    independent = [np.asarray(item.values) for item in human.items]
    uniform = [np.full_like(p, 1 / p.shape[1]) for p in ours]
    target = side.distributions(scored), side.products.correlation(scored)
    rows = {
        "uniform": _row(uniform, _diagonal(uniform, independent), target, values, side.signs, scale, codes),
        "marginal": _row(ours, _diagonal(ours, independent), target, values, side.signs, scale, codes),
    }
    design = _design(human)
    if design is None:
        rows["demographic_regression"] = {"reason": "the humans have no attributes"}
        return rows
    predicted, covariance = _predict(side, design, fitted, scored, independent)
    rows["demographic_regression"] = _row(predicted, covariance, target, values, side.signs, scale, codes)
    return rows


def _diagonal(distributions: Sequence[Floats], numbers: Sequence[Floats]) -> Floats:
    """Covariances (splits, m, m) of independent items."""
    variances = [p @ x**2 - (p @ x) ** 2 for p, x in zip(distributions, numbers, strict=True)]
    return np.stack([np.diag(v) for v in np.stack(variances, axis=-1)])


def _design(human: Responses) -> Floats | None:
    if not human.attributes:
        return None
    columns = [np.ones((len(human), 1))]
    for labels in human.attributes.values():
        known = np.unique(labels)
        columns.append((labels[:, None] == known[None, 1:]).astype(float))
    return np.concatenate(columns, axis=1)


def _predict(
    side: Tabulation, design: Floats, fitted: Floats, scored: Floats, numbers: Sequence[Floats]
) -> tuple[list[Floats], Floats]:
    """Mean predicted distributions (splits, K) of each item, and covariances (splits, m, m) of predicted answers."""
    distributions: list[list[Floats]] = [[] for _ in side.slices]
    covariances = []
    for fit, score in zip(fitted, scored, strict=True):
        weights = score / score.sum()
        means = np.empty((len(design), len(side.slices)))
        spread = np.empty(len(side.slices))
        for j, (columns, x) in enumerate(zip(side.slices, numbers, strict=True)):
            p = _fit(design, side.indicators[:, columns], fit)
            distributions[j].append(weights @ p)
            means[:, j] = p @ x
            spread[j] = weights @ (p @ x**2 - means[:, j] ** 2)
        centred = means - weights @ means
        covariances.append((centred * weights[:, None]).T @ centred + np.diag(spread))
    return [np.stack(d) for d in distributions], np.stack(covariances)


def _fit(design: Floats, indicators: Floats, weights: Floats) -> Floats:
    """Predicted probabilities (n, K) for everybody, fitted on those who answered and have weight."""
    w = weights * indicators.sum(axis=1)
    x = design * w[:, None]
    gram = x.T @ design
    slope = np.linalg.solve(gram + RIDGE * max(float(w.sum()), 1.0) * np.eye(len(gram)), x.T @ indicators)
    raw = np.clip(design @ slope, 0.0, None)
    total = raw.sum(axis=1, keepdims=True)
    even = np.full_like(raw, 1 / raw.shape[1])
    return np.where(total > 0, raw / np.where(total > 0, total, 1.0), even)


def _row(
    distributions: Sequence[Floats],
    covariance: Floats,
    target: tuple[list[Floats], Floats],
    values: Sequence[Floats],
    signs: Floats,
    scale: Scale,
    codes: Sequence[str],
) -> dict[str, Any]:
    pairs = zip(distributions, target[0], values, strict=True)
    distances = np.stack([wasserstein(p, q, v) for p, q, v in pairs], axis=-1)
    structure = frobenius(correlation_from_covariance(covariance), target[1])
    alpha = alpha_from_covariance(covariance, signs)
    items = {c: plain_number(float(d)) for c, d in zip(codes, distances.mean(axis=0), strict=True)}
    return {
        "wasserstein": _over_splits(distances.mean(axis=1)) | {"items": items, "scale": scale},
        "frobenius": _over_splits(structure),
        "cronbach_alpha": {"simulated": plain_number(float(alpha.mean())), "simulated_ci": _over_splits(alpha)["ci"]},
        "interval": "2.5-97.5 % range over the splits",
    }


def _over_splits(found: Floats) -> dict[str, Any]:
    if not np.isfinite(found).all():
        return {"value": None, "ci": None, "reason": "undefined: an item does not vary"}
    return {"value": float(found.mean()), "ci": [float(q) for q in np.quantile(found, (0.025, 0.975))]}
