"""The Kemeny–Young rule: the rankings that contradict the voters least often (Kemeny 1959; Young and Levenglick 1978)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .ballots import Ballots, Bools, ChoiceError, Floats, Ints
from .order import lowest_first
from .pairwise import count

MOST_CANDIDATES = 16


def kemeny_young(ranks: ArrayLike, unranked: str = "tied_last", *, weights: ArrayLike | None = None) -> Ints:
    """The best place of each candidate among the rankings without ties that contradict the voters least.

    A ranking contradicts a ballot once for each pair that it orders the other way; what a ballot ties or does not compare
    is no contradiction. Where several rankings are best, everybody who comes first in one of them wins.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked. Time and memory double with each candidate.
        unranked: "tied_last" or "no_comparison".
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks or weights are not of this kind, or there are more than 16 candidates.
    """
    ballots = Ballots.of(ranks, unranked, weights)
    if ballots.candidates > MOST_CANDIDATES:
        most = f"kemeny_young takes {MOST_CANDIDATES} candidates at most, not {ballots.candidates}"
        raise ChoiceError(f"{most}: it compares all their orders; schulze and ranked_pairs take more")
    costs = _costs(count(ballots))
    cheapest = _cheapest(costs)
    # A best ranking leads over this set on top: its own best order, that of the rest, and what the rest say against it.
    inside = _inside(ballots.candidates)
    total = cheapest + cheapest[::-1] + np.where(inside, 0.0, costs).sum(axis=0)
    best = total <= total.min() + ballots.slack * ballots.candidates**2
    sizes = np.where(inside, inside.sum(axis=0), ballots.candidates)[:, best]
    return lowest_first(sizes.min(axis=1))


def _inside(candidates: int) -> Bools:
    """Who belongs to each set, shape (candidates, 2^candidates), sets as binary numbers."""
    return np.asarray((np.arange(2**candidates) >> np.arange(candidates)[:, None]) & 1 == 1)


def _costs(counts: Floats) -> Floats:
    """The contradictions of a candidate below each set: who ranks it above a member, shape (candidates, 2^candidates)."""
    n = len(counts)
    costs = np.zeros((n, 2**n))
    for member in range(n):
        costs[:, 2**member : 2 ** (member + 1)] = costs[:, : 2**member] + counts[:, member, None]
    return costs


def _cheapest(costs: Floats) -> Floats:
    """For every set the fewest contradictions within it, shape (2^candidates,): Held and Karp's recursion on who is last."""
    sets = np.arange(costs.shape[1])
    sizes = _inside(len(costs)).sum(axis=0)
    cheapest = np.full(len(sets), np.inf)
    cheapest[0] = 0.0
    for size in range(1, len(costs) + 1):
        these = sets[sizes == size]
        for last in range(len(costs)):
            ending = these[(these >> last) & 1 == 1]
            before = ending ^ (1 << last)
            cheapest[ending] = np.minimum(cheapest[ending], cheapest[before] + costs[last, before])
    return cheapest
