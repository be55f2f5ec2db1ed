"""Schulze's rule, for one election and for thousands at once (Schulze 2011)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .ballots import Ballots, Floats, Ints, choose
from .order import undominated_layers
from .pairwise import count, victories

LINKS = ("winning", "margin", "ratio")
BLOCK = 100_000  # numbers worked on at once: what a processor keeps close


def schulze(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    variant: str = "winning",
    weights: ArrayLike | None = None,
) -> Ints:
    """The strongest beat paths (Schulze 2011).

    A path is as strong as its weakest victory. One candidate beats another where its strongest path to it is stronger than
    the strongest path back. First come those whom nobody beats, then those whom nobody of the rest beats, and so on.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        variant: How strong a victory is: "winning", the votes for the winner; "margin", those less the loser's;
            "ratio", those divided by the loser's (exact up to a total weight of 2^26).
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or the variant are not of this kind; "opposition" is not defined here.
    """
    choose("variant", variant, LINKS)
    return _rank(Ballots.of(ranks, unranked, weights), variant)


def schulze_many(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    variant: str = "winning",
    weights: ArrayLike | None = None,
) -> Ints:
    """As `schulze`, of many elections with as many voters and candidates each.

    An election with fewer voters is filled up with ballots of weight 0 or that rank nobody.

    Args:
        ranks: Shape (elections, voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        variant: "winning", "margin" or "ratio".
        weights: Shape (elections, voters), or (voters,) for all elections alike; 1 each by default.

    Returns:
        Social ranks of shape (elections, candidates), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or the variant are not of this kind.
    """
    choose("variant", variant, LINKS)
    ballots = Ballots.of(ranks, unranked, weights, many=True)
    voters, candidates, elections = ballots.ranks.shape
    social = np.empty((elections, candidates), dtype=np.int64)
    step = max(1, BLOCK // (candidates * max(voters, candidates)))
    for start in range(0, elections, step):
        part = slice(start, start + step)
        block = Ballots(ballots.ranks[..., part], ballots.weights[:, part], ballots.slack[part])
        social[part] = _rank(block, variant).T
    return social


def _rank(ballots: Ballots, variant: str) -> Ints:
    paths = strongest_paths(victories(count(ballots), variant, ballots.slack))
    return undominated_layers(paths > paths.swapaxes(0, 1))


def strongest_paths(links: Floats) -> Floats:
    """The strength of the strongest path from the first to the second, in the shape of the links; 0 where there is none.

    Args:
        links: Shape (candidates, candidates, …): how strong each victory is, 0 where there is none.
    """
    paths = links.copy()
    for via in range(len(paths)):
        np.maximum(paths, np.minimum(paths[:, via, None], paths[via]), out=paths)
    return paths
