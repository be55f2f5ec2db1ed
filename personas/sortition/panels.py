"""Panels that meet the quotas, found exactly by integer programming (HiGHS through SciPy).

A panel is (T,): how many people it has of each kind.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .quotas import Floats, Kinds, SortitionError

# An integer program is solved to within this share of its optimum.
GAP = 1e-7
# How many kinds are first left open where most of a panel is already known.
OPEN = 40


def best_panel(kinds: Kinds, weights: Floats) -> Floats | None:
    """The panel (T,) of the largest sum of weights (T,), one for each person of a kind; None where no panel meets the quotas."""
    found = _solve(kinds, weights, (kinds.low, kinds.high), (np.zeros_like(kinds.count), kinds.count), GAP)
    return found


def check_feasible(kinds: Kinds) -> Floats:
    """Some panel that meets the quotas (T,).

    Raises:
        SortitionError: There is none; the message names a smallest change of the quotas that would allow one.
    """
    panel = best_panel(kinds, np.zeros_like(kinds.count))
    if panel is None:
        raise SortitionError(f"no panel of {kinds.size} meets the quotas. {_smallest_change(kinds)}")
    return panel


def panel_between(
    kinds: Kinds, weights: Floats, quotas: tuple[Floats, Floats], numbers: tuple[Floats, Floats], gap: float
) -> Floats | None:
    """A panel (T,) of large weight within narrower bounds; None where there is none.

    The linear relaxation fixes most kinds; what it leaves in parts, and the kinds that cost least to change, are put right by
    integer programming.

    Args:
        kinds: The pool.
        weights: For each person of a kind (T,).
        quotas: The fewest and the most of each label (Q,).
        numbers: The fewest and the most of each kind (T,).
        gap: By which share of the largest weight the panel's may be smaller, once most of it is fixed.
    """
    relaxed, cost = _relax(kinds, weights, quotas, numbers)
    if relaxed is None:
        return None
    whole = np.rint(relaxed)
    parted = np.abs(relaxed - whole) > 1e-6
    if not parted.any():
        return whole
    cost[parted] = -1.0
    cost[numbers[0] == numbers[1]] = np.inf
    order = np.argsort(cost, kind="stable")
    for free in (OPEN, 5 * OPEN, len(order)):
        kept = np.ones(len(order), dtype=bool)
        kept[order[:free]] = False
        fixed = (np.where(kept, whole, numbers[0]), np.where(kept, whole, numbers[1]))
        panel = _solve(kinds, weights, quotas, fixed, gap)
        if panel is not None or free >= len(order):
            return panel
    return None


def _solve(
    kinds: Kinds, weights: Floats, quotas: tuple[Floats, Floats], numbers: tuple[Floats, Floats], gap: float
) -> Floats | None:
    """The best whole numbers of each kind (T,), those that are fixed left out of the program; None where there are none."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    fixed = numbers[0] == numbers[1]
    rest, held = ~fixed, np.where(fixed, numbers[0], 0.0)
    rows, low, high = _rules(kinds, quotas)
    used = rows @ held
    if not rest.any():
        return held if np.all(used >= low) and np.all(used <= high) else None
    found: Any = milp(
        -weights[rest],
        integrality=np.ones(rest.sum(), dtype=int),
        constraints=LinearConstraint(rows[:, rest], low - used, high - used),
        bounds=Bounds(numbers[0][rest], numbers[1][rest]),
        options={"mip_rel_gap": gap},
    )
    if found.x is None:
        return None
    held[rest] = np.rint(found.x)
    return held


def _relax(
    kinds: Kinds, weights: Floats, quotas: tuple[Floats, Floats], numbers: tuple[Floats, Floats]
) -> tuple[Floats | None, Floats]:
    """The best numbers of each kind (T,), whole or not, and what it costs to change each (T,)."""
    from scipy.optimize import linprog

    rows, low, high = _rules(kinds, quotas)
    equal = low == high
    found: Any = linprog(
        -weights,
        A_ub=np.vstack([rows[~equal], -rows[~equal]]),
        b_ub=np.concatenate([high[~equal], -low[~equal]]),
        A_eq=rows[equal],
        b_eq=low[equal],
        bounds=np.column_stack(numbers).tolist(),
        method="highs-ds",
    )
    if found.x is None:
        return None, np.empty(0)
    return found.x, np.abs(found.lower.marginals) + np.abs(found.upper.marginals)


def _rules(kinds: Kinds, quotas: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """The quotas and the size as rows (Q + 1, T) with their ends (Q + 1,)."""
    rows = np.vstack([kinds.has, np.ones(len(kinds.count))])
    return rows, np.append(quotas[0], kinds.size), np.append(quotas[1], kinds.size)


def _smallest_change(kinds: Kinds) -> str:
    """Which bounds would have to give how many, so that a panel exists and as few as can be give way in all."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    kinds_, quotas = len(kinds.count), len(kinds.quotas)
    none, one = np.zeros((quotas, quotas)), np.eye(quotas)
    rows = np.vstack(
        [
            np.hstack([kinds.has, one, none]),
            np.hstack([kinds.has, none, -one]),
            np.concatenate([np.ones(kinds_), np.zeros(2 * quotas)]),
        ]
    )
    low = np.concatenate([kinds.low, np.full(quotas, -np.inf), [kinds.size]])
    high = np.concatenate([np.full(quotas, np.inf), kinds.high, [kinds.size]])
    ends = np.concatenate([kinds.count, np.full(2 * quotas, np.inf)])
    cost = np.concatenate([np.zeros(kinds_), np.ones(2 * quotas)])
    found: Any = milp(
        cost,
        integrality=np.ones(len(cost), dtype=int),
        constraints=LinearConstraint(rows, low, high),
        bounds=Bounds(0, ends),
    )
    if found.x is None:  # with every bound open there is a panel: the solver failed
        raise SortitionError(f"the quotas could not be checked: {found.message}")
    fewer, more = np.rint(found.x[kinds_ : kinds_ + quotas]), np.rint(found.x[kinds_ + quotas :])
    told = [_told(kinds, q, int(fewer[q]), int(more[q])) for q in range(quotas) if fewer[q] or more[q]]
    return f"A smallest change that allows one, by {int(fewer.sum() + more.sum())} in all: {'; '.join(told)}"


def _told(kinds: Kinds, q: int, fewer: int, more: int) -> str:
    (name, label), there = kinds.quotas[q], int(kinds.has[q] @ kinds.count)
    low, high = int(kinds.low[q]), int(kinds.high[q])
    change = f"at least {low - fewer} instead of {low}" if fewer else f"at most {high + more} instead of {high}"
    return f"{name}: {label}: {change} (the pool has {there})"
