"""The best mechanism of a family: who has the highest expected sum of payoffs, and by how much (Jarrett et al. 2025, eq. 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .clusters import small_sample_factor
from .intervals import FEWEST, metric
from .ratios import ALIKE, ROUNDING, Ratios, clustered_ratios

Floats = NDArray[np.float64]


def best_of_family(
    payoffs: Mapping[str, Floats], clusters: NDArray[Any], *, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """The utilitarian best mechanism, τ* = argmax E Σ g_i, as `compare_mechanisms` returns it.

    The sums are over the seats that all mechanisms have, and are told per participant, which orders mechanisms alike.

    Args:
        payoffs: By mechanism, shape (groups, seats); NaN is missing.
        clusters: Shape (groups,), what is resampled together.
        bootstrap: Resamples.
        seed: Of the resamples.
    """
    names, tables = list(payoffs), np.stack(list(payoffs.values()))
    common = np.isfinite(tables).all(axis=0)
    seats = common.sum(axis=1).astype(float)
    sums = np.where(common, tables, 0.0).sum(axis=2).T
    groups, left_out = int((seats > 0).sum()), int((seats == 0).sum())
    if not groups:
        nothing = metric(np.nan, None, "no group has a payoff under every mechanism", n=0)
        return _result(None, None, nothing, None, {}, left_out)
    ratios = clustered_ratios(sums, np.tile(seats[:, None], len(names)), clusters, bootstrap=bootstrap, seed=seed)
    order = np.argsort(-ratios.values, kind="stable")  # the first named of equals
    wins = _shares_of_wins(ratios.resamples)
    shares = dict(zip(names, wins.tolist(), strict=True)) if len(ratios.resamples) else {}
    best = names[order[0]]
    if len(names) == 1:
        alone = metric(np.nan, None, "one mechanism alone has no lead", n=groups)
        return _result(best, None, alone, shares.get(best), shares, left_out)
    lead = float(ratios.values[order[0]] - ratios.values[order[1]])
    ci, reason = lead_interval(ratios, int(order[0]))
    runner_up = names[order[1]]
    return _result(best, runner_up, metric(lead, ci, reason, n=groups), shares.get(best), shares, left_out)


def lead_interval(ratios: Ratios, best: int) -> tuple[list[float] | None, str]:
    """95 % interval of the true lead of mechanism `best` over the best of all others, whichever was picked; and why none.

    Intervals that hold all pairwise differences at once (the largest studentised deviation of a resample, 95th
    percentile) hold those of the mechanism picked, however it was picked; so the least of their lower ends and the
    least of their upper ends hold the least of its differences, which is its lead (after Hsu 1984).

    Args:
        ratios: Mean payoffs by mechanism, on the same groups.
        best: The column of the mechanism.
    """
    k = int(ratios.clusters[0])
    if k < 2:
        return None, "one group alone has no interval"
    if len(ratios.resamples) < FEWEST:
        return None, "too few resamples, or none were asked for"
    a, b = np.triu_indices(len(ratios.values), 1)
    values, drawn = ratios.values[a] - ratios.values[b], ratios.resamples[:, a] - ratios.resamples[:, b]
    spread = drawn.std(axis=0)
    varies = spread > ROUNDING * (1 + np.abs(values))
    if not varies.any():
        return None, ALIKE
    largest = (np.abs(drawn - values)[:, varies] / spread[varies]).max(axis=1)
    half = np.quantile(largest, 0.95) * small_sample_factor(k) * spread
    mine = (a == best) | (b == best)
    sign = np.where(a == best, 1.0, -1.0)[mine]
    middle = sign * values[mine]
    return [float((middle - half[mine]).min()), float((middle + half[mine]).min())], ""


def _shares_of_wins(resamples: Floats) -> Floats:
    """In which share of resamples (B, m) each mechanism is the best, ties shared; (m,)."""
    top = resamples.max(axis=1, keepdims=True)
    wins = resamples >= top - ROUNDING * (1 + np.abs(top))
    return np.asarray((wins / np.maximum(wins.sum(axis=1, keepdims=True), 1)).sum(axis=0) / max(len(resamples), 1))


def _result(
    best: str | None,
    runner_up: str | None,
    lead: dict[str, Any],
    share: float | None,
    shares: dict[str, float],
    left_out: int,
) -> dict[str, Any]:
    return {
        "mechanism": best,
        "runner_up": runner_up,
        "lead": lead,
        "share_best": share,
        "best_in_resamples": shares,
        "left_out": left_out,
    }
