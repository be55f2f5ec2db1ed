"""Ranked pairs: victories are locked in from the strongest down, unless they close a cycle (Tideman 1987)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .ballots import Ballots, Bools, Floats, Ints, choose
from .order import undominated_layers
from .pairwise import count, victories

LOCKS = ("winning", "margin")


def ranked_pairs(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    variant: str = "winning",
    weights: ArrayLike | None = None,
) -> Ints:
    """Locks victories in from the strongest down, those excepted that close a cycle (Tideman 1987, who used "margin").

    Victories that are equally strong are taken together, so that the names of candidates and the order of ballots decide
    nothing: out fall those that contradict stronger ones, then those that lie on a cycle of what is left of them and the
    locked ones. Where that leaves pairs undecided, candidates may tie: first come those whom no locked victory beats, then
    those whom none of the rest beats, and so on.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        variant: How strong a victory is: "winning", the votes for the winner; "margin", those less the loser's.
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or the variant are not of this kind; "opposition" and "ratio" are not defined here.
    """
    choose("variant", variant, LOCKS)
    ballots = Ballots.of(ranks, unranked, weights)
    return undominated_layers(lock(victories(count(ballots), variant, ballots.slack)))


def lock(strengths: Floats) -> Bools:
    """Which victories are locked in, shape (candidates, candidates), from how strong each is, 0 where there is none."""
    locked = np.zeros(strengths.shape, dtype=bool)
    reach = locked.copy()  # who is above whom by locked victories, also over others
    for strength in np.unique(strengths[strengths > 0])[::-1]:
        tied = (strengths == strength) & ~reach.T
        tied &= ~_closed(reach | tied).T
        locked |= tied
        reach = _closed(reach | tied)
    return locked


def _closed(relation: Bools) -> Bools:
    """The relation with all that follows from it by going over others."""
    closed = relation.copy()
    for via in range(len(closed)):
        closed |= closed[:, via, None] & closed[via]
    return closed
