"""When rules would have stopped panels that were played to the end, and what that would have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .panels import checked_ratings, panel_moves, panel_spreads
from .proportions import clustered_share
from .ratios import clustered_ratios

Floats = NDArray[np.float64]
LIMITED = ("iqr", "variance", "agreement", "changed", "shift")
RULES = {"iqr": ("iqr", 1.0), "shift": ("shift", 0.15)}
MEANS = {"rounds": (1.0, np.inf), "iqr": (0.0, np.inf), "off": (0.0, np.inf)}


def stopping_rules(
    ratings: ArrayLike,
    scale: ArrayLike,
    rules: Mapping[str, tuple[str, float]] | None = None,
    *,
    groups: ArrayLike | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Compares rules for stopping on the same panels.

    A panel stops after the first round in which its number is at most the rule's limit (`agreement`: at least). A panel in
    which that never happens runs to the last round. A number that is undefined stops nothing. Panels in whose last round
    nobody answered are left out.

    - `rounds`: mean rounds played, from 1 (from 2 for rules on moves); lower is cheaper.
    - `met`: share of panels that meet the rule at all, in [0, 1]; `early`: share that it stops before the last round.
    - `iqr`: mean spread where panels stop, in the scale's numbers.
    - `off`: mean |median where a panel stops − its median in the last round|, in the scale's numbers: what stopping
      changes; lower is better.

    Args:
        ratings: Shape (rounds, panels, seats), as in `convergence`, all rounds played.
        scale: Shape (K,), the answers as rising numbers.
        rules: By name, a number of `convergence` (`iqr`, `variance`, `agreement`, `changed`, `shift`) and its limit; by
            default an interquartile range of at most 1 (usual on short scales: von der Gracht 2012) and a shift of at most
            .15 (Scheibe, Skutsch and Schofer 1975).
        groups: Shape (panels,), what hangs together; by default every panel is its own.
        bootstrap: Resamples of panels.
        seed: Of the resamples.

    Returns:
        Plain data: by rule `number`, `limit` and the numbers above as `{value, ci, n}`; `n` counts panels.

    Raises:
        ValueError: As `convergence`, or a rule names a number that there is none of.
    """
    x = checked_ratings(ratings, scale)
    given = RULES if rules is None else rules
    for name, (number, _) in given.items():
        if number not in LIMITED:
            raise ValueError(f"rule {name!r} is on {number!r}; known are {list(LIMITED)}")
    names = np.arange(x.shape[1]) if groups is None else np.asarray(groups)
    ended = np.isfinite(x[-1]).any(axis=1)
    x, names = x[:, ended], names[ended]
    spreads = panel_spreads(x, scale)
    unmoved = np.full((1, x.shape[1]), np.nan)
    numbers = spreads | {name: np.concatenate([unmoved, v]) for name, v in panel_moves(x, scale).items()}
    return {
        name: {"number": number, "limit": float(limit)}
        | _stopped(_meets(numbers[number], number, limit), spreads, names, bootstrap, seed)
        for name, (number, limit) in given.items()
    }


def _meets(values: Floats, number: str, limit: float) -> NDArray[np.bool_]:
    """Where a rule is met, shape (rounds, panels)."""
    return values >= limit if number == "agreement" else values <= limit


def _stopped(
    met: NDArray[np.bool_], spreads: dict[str, Floats], names: NDArray[Any], bootstrap: int, seed: int
) -> dict[str, Any]:
    last = len(met) - 1
    stop = np.where(met.any(axis=0), met.argmax(axis=0), last)
    there = np.arange(len(stop))
    median, iqr = spreads["median"], spreads["iqr"]
    tops = np.stack([stop + 1.0, iqr[stop, there], np.abs(median[stop, there] - median[last])], axis=1)
    ratios = clustered_ratios(tops, np.ones_like(tops), names, bootstrap=bootstrap, seed=seed)
    counted = np.isfinite(tops).sum(axis=0)
    means = {n: ratios.interval(j, int(counted[j]), within) for j, (n, within) in enumerate(MEANS.items())}
    shares = {"met": met.any(axis=0), "early": stop < last}
    return means | {name: clustered_share(s.astype(float), names) for name, s in shares.items()}
