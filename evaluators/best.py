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
    there = seats > 0
    groups, left_out = int(there.sum()), int((~there).sum())
    if not groups:
        nothing = metric(np.nan, None, "no group has a payoff under every mechanism", n=0)
        return _result(None, None, nothing, None, {}, left_out)
    bottoms = np.tile(seats[there, None], len(names))
    ratios = clustered_ratios(sums[there], bottoms, np.asarray(clusters)[there], bootstrap=bootstrap, seed=seed)
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
    """95 % interval of the true lead of the mechanism named over the best of all others, and why there is none.

    It runs from the least lower to the least upper end of the differences from each other mechanism, ± c standard errors.
    Whichever mechanism is named, the interval misses the true lead only where the differences of the *truly* best are
    off: one is below the truth by more than c, or the one from the truly second is above it by more. So c is what the
    largest fall below the truth among one mechanism's differences exceeds in 2.5 % of resamples, for the mechanism where
    it exceeds most (after Hsu 1984, who gives the argument for multiple comparisons with the best).

    Args:
        ratios: Mean payoffs by mechanism, on the same groups.
        best: The column of the mechanism named, whose value is the highest.
    """
    k = int(ratios.clusters[0])
    if k < 2:
        return None, "one group alone has no interval"
    if len(ratios.resamples) < FEWEST:
        return None, "too few resamples, or none were asked for"
    half = _critical(ratios, best) * small_sample_factor(k)
    values = ratios.values[best] - ratios.values
    others = np.arange(len(values)) != best
    if not half.any():
        return None, ALIKE
    return [float((values - half)[others].min()), float((values + half)[others].min())], ""


def _critical(ratios: Ratios, best: int) -> Floats:
    """C times the standard error of the best's difference from each mechanism, before the few groups' factor; (m,)."""
    quantiles = []
    errors = np.zeros(len(ratios.values))
    for i in range(len(ratios.values)):
        values, drawn = ratios.values[i] - ratios.values, ratios.resamples[:, [i]] - ratios.resamples
        spread = drawn.std(axis=0)
        varies = spread > ROUNDING * (1 + np.abs(values))
        if varies.any():
            falls = (values - drawn)[:, varies] / spread[varies]
            quantiles.append(np.quantile(falls.max(axis=1), 0.975))
        if i == best:
            errors = np.where(varies, spread, 0.0)
    return np.asarray(max(quantiles, default=0.0) * errors)


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
