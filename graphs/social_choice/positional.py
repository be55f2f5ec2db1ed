"""Rules that give points by place: plurality, approval, Borda."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ballots import Ballots, Bools, ChoiceError, Ints, choose
from .order import lowest_first
from .pairwise import count

TIED_TOPS = ("split", "whole")


def plurality(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    tied_tops: str = "split",
    weights: ArrayLike | None = None,
) -> Ints:
    """Most first places.

    Both readings of unranked come to the same: a ballot that ranks nobody favours nobody.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        tied_tops: A ballot with k candidates tied for the first place gives each 1/k vote ("split") or 1 ("whole").
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or an option are not of this kind.
    """
    choose("tied_tops", tied_tops, TIED_TOPS)
    ballots = Ballots.of(ranks, unranked, weights)
    everybody = np.ones(ballots.candidates, dtype=bool)
    return lowest_first(-first_places(ballots, everybody, tied_tops), ballots.slack)


def first_places(ballots: Ballots, standing: Bools, tied_tops: str) -> NDArray[Any]:
    """The votes of those who still stand, shape (candidates,), in units that whole weights are counted in exactly."""
    ranks = np.where(ballots.ranked & standing, ballots.ranks, np.inf)
    best = ranks.min(axis=1, keepdims=True)
    tops = (ranks == best) & (best < np.inf)
    if tied_tops == "whole":
        return np.asarray(ballots.weights @ tops)
    sizes = tops.sum(axis=1)
    present = [int(k) for k in np.unique(sizes[sizes > 0])]
    by_size = [ballots.weights[sizes == k] @ tops[sizes == k] for k in present]
    if ballots.slack:
        return sum((votes / k for k, votes in zip(present, by_size, strict=True)), np.zeros(ballots.candidates))
    # Thirds are no floats; whole numbers of a unit that all the sizes divide are exact, and Python's never overflow.
    unit = math.lcm(*present)
    votes = [[int(v) * (unit // k) for v in by] for k, by in zip(present, by_size, strict=True)]
    return np.array([sum(column) for column in zip(*votes, strict=True)] or [0] * ballots.candidates, dtype=object)


def approval(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    k: int | None = None,
    weights: ArrayLike | None = None,
) -> Ints:
    """Most approvals, where a ballot approves whom it ranks, or its first k.

    Both readings of unranked come to the same: who is not ranked is not approved. Ballots that rank everybody approve
    everybody, so that without `k` all tie.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        k: Approves candidates with fewer than k others ranked above them, so those who tie for the last of k places are
            all approved; None: everybody ranked.
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or an option are not of this kind, or k is below 1.
    """
    ballots = Ballots.of(ranks, unranked, weights)
    approved = ballots.ranked
    if k is not None:
        if not isinstance(k, int | np.integer) or k < 1:
            raise ChoiceError(f"k: {k!r} is no whole number from 1 up, of candidates that a ballot approves")
        above = np.stack([(ballots.ranks < column[:, None]).sum(axis=1) for column in ballots.ranks.T], axis=1)
        approved = approved & (above < k)
    return lowest_first(-(ballots.weights @ approved), ballots.slack)


def borda(ranks: ArrayLike, unranked: str = "tied_last", *, weights: ArrayLike | None = None) -> Ints:
    """Most points, where a ballot gives a candidate 1 point for each it is ranked above and −1 for each above it.

    Of complete ballots this is the order of the usual points C − 1, C − 2, …, 0, tied candidates sharing their points
    alike. With "no_comparison" an unranked candidate gains and loses nothing on the ballot, and nobody gains over it.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks or weights are not of this kind.
    """
    ballots = Ballots.of(ranks, unranked, weights)
    counts = count(ballots)
    return lowest_first((counts.T - counts).sum(axis=1), ballots.slack)
