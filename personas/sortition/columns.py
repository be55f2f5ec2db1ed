"""The fairest lottery over whole panels, by column generation.

A linear program mixes the panels known so far so that the worst chance is as good as can be. Its prices, one for each kind, say
which further panel would help most; where even the best panel helps no more, the mixture is the best there is (Flanigan et al.
2021, "Fair algorithms for selecting citizens' assemblies", Nature 596).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .panels import best_panel, panel_between
from .quotas import Floats, Kinds

# The smallest chance is proven to within this share of itself, and the largest shortfall to within this.
SMALLEST_WITHIN, SHORTFALL_WITHIN = 1e-4, 5e-4
# How near to the best a panel that is found quickly must be, as far as it is looked for.
QUICK_GAP = 0.05
# How much of the way the prices go from the earlier ones to the program's own: less swings less.
STEP = 0.5
# How many panels may be looked for, for either of the two.
FIRST, FURTHER = 2000, 200


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Panels (K, T) and their shares (K,), summing to 1; `bound` is what no lottery's smallest chance exceeds."""

    panels: Floats
    shares: Floats
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    """Chances of at least `base` + `slope` · s in every row (R, T), s as large as can be, at most `bound`."""

    base: Floats
    slope: Floats
    bound: float
    within: float


def fairest_mixture(kinds: Kinds, start: Mixture, wanted: Floats) -> Mixture:
    """The lottery whose smallest chance is as large as can be, and whose chances then fall short of what is wanted by the least.

    The smallest chance is as large as in any lottery, to within `SMALLEST_WITHIN` of itself, and where that took more than
    `FIRST` panels `bound` says how large one could be. Looking for the least shortfall ends after `FURTHER` panels.

    Args:
        kinds: The pool.
        start: Panels to begin with, one at least.
        wanted: Chances (T,) that no lottery beats (see `chances.fairest_chances`).
    """
    none, all_ = np.zeros((1, len(wanted))), np.ones((1, len(wanted)))
    smallest = _Goal(none, all_, start.bound, SMALLEST_WITHIN * start.bound)
    panels, shares, level, bound = _reach(kinds, start.panels, smallest, FIRST)
    kept = np.full_like(wanted, level * (1 - 1e-9))
    shortfall = _Goal(np.vstack([wanted, kept]), np.vstack([all_, none]), 0.0, SHORTFALL_WITHIN)
    panels, shares, _, _ = _reach(kinds, panels, shortfall, FURTHER)
    return Mixture(panels, shares, bound)


def _reach(kinds: Kinds, panels: Floats, goal: _Goal, budget: int) -> tuple[Floats, Floats, float, float]:
    """Panels, their shares, the s reached, and what no s exceeds."""
    bound, steady = goal.bound, None
    for _ in range(budget):
        shares, reached, prices = _mix(kinds, panels, goal)
        if bound - reached <= goal.within:
            return panels, shares, reached, bound
        steady = prices if steady is None else steady + STEP * (prices - steady)
        panel = _quick(kinds, (steady, prices), prices, reached, goal)
        if panel is None:
            panel = best_panel(kinds, prices.sum(axis=0) / kinds.count)
            if panel is None:
                break
            worth = _worth(kinds, panel, prices, goal)
            bound = min(bound, max(worth, reached))
        panels = np.vstack([panels, panel])
    shares, reached, _ = _mix(kinds, panels, goal)
    return panels, shares, reached, bound


def _quick(kinds: Kinds, tries: tuple[Floats, ...], prices: Floats, reached: float, goal: _Goal) -> Floats | None:
    """A panel that helps, though not always the one that helps most; None where none was found so quickly."""
    for tried in tries:
        quotas, numbers = (kinds.low, kinds.high), (np.zeros_like(kinds.count), kinds.count)
        panel = panel_between(kinds, tried.sum(axis=0) / kinds.count, quotas, numbers, QUICK_GAP)
        if panel is not None and _worth(kinds, panel, prices, goal) > reached + goal.within:
            return panel
    return None


def _worth(kinds: Kinds, panel: Floats, prices: Floats, goal: _Goal) -> float:
    return float(prices.sum(axis=0) @ (panel / kinds.count) - np.sum(prices * goal.base))


def _mix(kinds: Kinds, panels: Floats, goal: _Goal) -> tuple[Floats, float, Floats]:
    """The best shares (K,) of these panels, the s they reach, and the price of every chance (R, T)."""
    from scipy import sparse
    from scipy.optimize import linprog

    chances = sparse.csr_array(-(panels / kinds.count).T)
    rows = [sparse.hstack([chances, sparse.csr_array(slope[:, None])]) for slope in goal.slope]
    found: Any = linprog(
        np.append(np.zeros(len(panels)), -1.0),
        A_ub=sparse.vstack(rows, format="csr"),
        b_ub=-goal.base.ravel(),
        A_eq=np.append(np.ones(len(panels)), 0.0)[None],
        b_eq=[1.0],
        bounds=[*[(0, None)] * len(panels), (None, None)],
        method="highs",
    )
    prices = np.maximum(-found.ineqlin.marginals, 0.0).reshape(goal.base.shape)
    return found.x[:-1], float(found.x[-1]), prices / np.sum(prices * goal.slope)
