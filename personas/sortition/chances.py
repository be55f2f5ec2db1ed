"""The fairest chances to be drawn, as far as averages of panels go, and panels that have these chances.

A lottery over panels gives kind t, on average, x_t of its n_t people, and each of them the chance x_t / n_t. Every such x meets
the quotas as the panels do, but need not be whole: the leximin of these chances (the smallest chance as large as can be, then
the next, and so on) takes a few linear programs, and no lottery is fairer. Where this x can be taken apart into panels, they are
a lottery that is as fair (`take_apart`); where it cannot, `columns` mends what is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .panels import panel_between
from .quotas import Floats, Kinds

# What counts as none, in people: the linear programs are solved to 1e-7.
NEAR = 1e-6
# Any panel will do that keeps what must be kept.
ANY_PANEL = 0.5


def fairest_chances(kinds: Kinds) -> tuple[Floats, float]:
    """The leximin chance (T,) of a person of each kind, in [0, 1], were panels divisible.

    At least one panel must exist.

    Returns:
        The chances, and the smallest of them, which no lottery's smallest chance exceeds.
    """
    floor, settled = np.zeros_like(kinds.count), np.zeros(len(kinds.count), dtype=bool)
    chances, bound = floor, 1.0
    while not settled.all():
        found = _raise(kinds, floor, settled)
        if found is None:
            break  # the bounds found so far, to which it was solved, leave no room: the last solution is the leximin
        chances, smallest, held = found
        bound = min(bound, smallest)
        settled_now = ~settled & held if held.any() else ~settled
        floor = np.where(settled_now, smallest, floor)
        settled |= settled_now
    return np.clip(chances, 0.0, 1.0), bound


def _raise(kinds: Kinds, floor: Floats, settled: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Any, float, Any] | None:
    """Chances (T,) with the smallest of those not settled as large as can be, that smallest, and who keeps it small (T,)."""
    from scipy import sparse
    from scipy.optimize import linprog

    free = ~settled
    rows = np.vstack([kinds.has, np.ones(len(kinds.count))]) * kinds.count
    low, high = np.append(kinds.low, kinds.size), np.append(kinds.high, kinds.size)
    equal = low == high
    wide = sparse.csr_array(np.hstack([rows, np.zeros((len(rows), 1))]))
    one_each: Any = -sparse.eye_array(len(free), format="csr")
    above = sparse.hstack([one_each[free], sparse.csr_array(np.ones((free.sum(), 1)))], format="csr")
    lowest = np.append(np.where(settled, np.maximum(floor - NEAR / 10, 0), 0), 0)
    found: Any = linprog(
        np.append(np.zeros(len(free)), -1.0),
        A_ub=sparse.vstack([wide[~equal], -wide[~equal], above], format="csr"),
        b_ub=np.concatenate([high[~equal], -low[~equal], np.zeros(free.sum())]),
        A_eq=wide[equal],
        b_eq=low[equal],
        bounds=[(x, 1.0) for x in lowest.tolist()],
        method="highs",
    )
    if found.x is None:
        return None
    held = np.zeros(len(free), dtype=bool)
    held[free] = -found.ineqlin.marginals[-free.sum() :] > 1e-9
    return found.x[:-1], float(found.x[-1]), held


def take_apart(kinds: Kinds, chances: Floats) -> tuple[Floats, Floats]:
    """Panels whose mixture has these chances, one after the other, as far as there are any.

    Each panel keeps every bound that what is left keeps with equality, and gets the largest share that leaves the rest within all
    bounds; the rest then keeps another bound with equality, so that this ends after as many panels as there are bounds.

    Args:
        kinds: The pool.
        chances: Of a person of each kind (T,).

    Returns:
        Panels (K, T) and their shares (K,); the shares sum to 1, or to less where what is left holds no panel.
    """
    left, mass = chances * kinds.count, 1.0
    panels: list[Floats] = []
    shares: list[float] = []
    while mass > NEAR and len(panels) < 2 * (len(kinds.count) + len(kinds.quotas)) + 10:
        numbers = (np.where(left >= kinds.count - NEAR, kinds.count, 0.0), np.where(left <= NEAR, 0.0, kinds.count))
        sums = kinds.has @ left
        low = np.where(sums >= kinds.high - NEAR, kinds.high, kinds.low)
        high = np.where(sums <= kinds.low + NEAR, kinds.low, kinds.high)
        panel = panel_between(kinds, left / kinds.count, (low, high), numbers, ANY_PANEL)
        if panel is None:
            break
        share = _largest_share(kinds, left, panel)
        panels.append(panel)
        shares.append(mass * share)
        if share >= 1 - 1e-9:
            break
        left = np.clip((left - share * panel) / (1 - share), 0, kinds.count)
        mass *= 1 - share
    return np.array(panels).reshape(len(panels), len(kinds.count)), np.array(shares)


def _largest_share(kinds: Kinds, left: Floats, panel: Floats) -> float:
    """The largest share of a panel in a mixture (T,) whose rest is within all bounds."""
    sums, has = kinds.has @ left, kinds.has @ panel
    room = np.concatenate([left, kinds.count - left, kinds.high - sums, sums - kinds.low])
    taken = np.concatenate([panel, kinds.count - panel, kinds.high - has, has - kinds.low])
    open_ends = taken > 0.5  # whole numbers
    return float(np.clip(np.min(room[open_ends] / taken[open_ends], initial=1.0), 0.0, 1.0))
