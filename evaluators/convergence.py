"""Whether panels converge from round to round (Delphi).

A panel is one group that is asked the same thing in every round and told how it answered (Dalkey and Helmer 1963). Its
members depend on each other through what is fed back, so panels are the clusters; one panel alone has no interval.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .panels import checked_ratings, panel_moves, panel_spreads
from .ratios import Ratios, clustered_ratios

Floats = NDArray[np.float64]
SPREADS = ("median", "iqr", "variance", "agreement")
MOVES = ("changed", "shift", "drift")
RANGES = {
    "iqr": (0.0, np.inf),
    "variance": (0.0, np.inf),
    "agreement": (-1.0, 1.0),
    "changed": (0.0, 1.0),
    "shift": (0.0, 1.0),
}


def convergence(
    ratings: ArrayLike, scale: ArrayLike, *, groups: ArrayLike | None = None, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """Spread within panels by round, and how much moves between rounds: means over panels, each counting alike.

    - `median`: of the panel, in the scale's numbers; `iqr`: distance of its quartiles (linear interpolation); `variance`: with
      n − 1. Of the last two, lower is closer together.
    - `agreement`: van der Eijk's (2001) consensus A in [−1, 1], where the scale has 3 to 12 answers; higher is more consensus.
    - `changed`: share of members whose answer differs from the round before, in [0, 1]; lower is more stable.
    - `shift`: how far the distribution of answers moved, ½ Σ|difference of shares|, in [0, 1]; lower is more stable; below
      .15 a panel counts as stable (Scheibe, Skutsch and Schofer 1975).
    - `drift`: the median's movement from the round before, in the scale's numbers; above 0 it rose.

    Moves are of those who answered in both rounds; spreads of all who answered in the round.

    Args:
        ratings: Shape (rounds, panels, seats), answers of the scale; NaN is missing, or no seat.
        scale: Shape (K,), its answers as rising numbers.
        groups: Shape (panels,), what hangs together, such as the panels of the same people; by default every panel is its own.
        bootstrap: Resamples of panels.
        seed: Of the resamples.

    Returns:
        Plain data: `rounds` [{`round` from 1, `panels`, the spreads as `{value, ci, n}`, and from round 2 on the moves}];
        `change`: the spreads in the last round minus the first, on panels that have both. `n` counts panels; `reason` says why
        a value or an interval is None.

    Raises:
        ValueError: The shapes do not fit, or a rating is none of the scale's answers.
    """
    x = checked_ratings(ratings, scale)
    clusters = np.arange(x.shape[1]) if groups is None else np.asarray(groups)
    spreads = panel_spreads(x, scale)
    moves = panel_moves(x, scale)
    last = {name: values[-1] - values[0] for name, values in spreads.items()}
    columns = [
        *(spreads[name][r] for r in range(len(x)) for name in SPREADS),
        *(moves[name][r] for r in range(len(x) - 1) for name in MOVES),
        *(last[name] for name in SPREADS),
    ]
    tops = np.stack(columns, axis=1)
    ratios = clustered_ratios(tops, np.ones_like(tops), clusters, bootstrap=bootstrap, seed=seed)
    counted = np.isfinite(tops).sum(axis=0)
    first_move, first_change = len(x) * len(SPREADS), len(columns) - len(SPREADS)
    rounds = []
    for r in range(len(x)):
        row = _row(ratios, counted, SPREADS, r * len(SPREADS))
        if r:
            row |= _row(ratios, counted, MOVES, first_move + (r - 1) * len(MOVES))
        rounds.append({"round": r + 1, "panels": int(np.isfinite(x[r]).any(axis=1).sum()), **row})
    change = {name: ratios.interval(first_change + j, int(counted[first_change + j])) for j, name in enumerate(SPREADS)}
    return {"rounds": rounds, "change": change}


def _row(ratios: Ratios, counted: NDArray[np.intp], names: tuple[str, ...], first: int) -> dict[str, Any]:
    ranges = (RANGES.get(name, (-np.inf, np.inf)) for name in names)
    columns = enumerate(zip(names, ranges, strict=True), start=first)
    return {name: ratios.interval(j, int(counted[j]), within) for j, (name, within) in columns}
