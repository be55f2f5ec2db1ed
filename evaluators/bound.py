"""The human bound: how far random halves of the same humans are from each other. Nothing can be expected to be closer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .consistency import alpha_from_covariance
from .correlation import frobenius
from .distance import wasserstein
from .intervals import plain_number
from .tabulation import Floats, Tabulation


def split_halves(n: int, splits: int, seed: int) -> NDArray[np.bool_]:
    """Random halves: shape (splits, n), true for the first half (the smaller one where n is odd)."""
    random = np.random.default_rng([seed, 3])
    halves = np.zeros((splits, n), dtype=bool)
    for row in halves:
        row[random.permutation(n)[: n // 2]] = True
    return halves


def human_bound(
    side: Tabulation, values: Sequence[Floats], weights: Floats, halves: NDArray[np.bool_]
) -> dict[str, Any]:
    """The metrics between random halves of the humans, weighted, averaged over splits.

    Returns:
        `wasserstein`, `frobenius` and `cronbach_alpha` (mean of the two halves') as numbers, their standard deviations
        over the splits (`…_sd`) and 2.5-97.5 % ranges (`…_range`), and `splits`.
    """
    a, b = halves * weights, ~halves * weights
    pairs = zip(side.distributions(a), side.distributions(b), values, strict=True)
    distances = np.stack([wasserstein(p, q, v) for p, q, v in pairs], axis=-1).mean(axis=-1)
    structure = frobenius(side.products.correlation(a), side.products.correlation(b))
    alphas = [alpha_from_covariance(side.products.covariance(h.astype(float)), side.signs) for h in (halves, ~halves)]
    found = {"wasserstein": distances, "frobenius": structure, "cronbach_alpha": (alphas[0] + alphas[1]) / 2}
    out: dict[str, Any] = {"splits": len(halves)}
    for name, values_ in found.items():
        out[name] = plain_number(float(values_.mean()))
        out[f"{name}_sd"] = plain_number(float(values_.std(ddof=1))) if len(halves) > 1 else None
        defined = np.isfinite(values_).all()
        out[f"{name}_range"] = [float(q) for q in np.quantile(values_, (0.025, 0.975))] if defined else None
    return out
