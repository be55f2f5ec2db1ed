"""Rules that read the pairwise victories directly: Copeland counts them, minimax looks at each candidate's worst defeat."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .ballots import Ballots, Floats, Ints, choose
from .order import lowest_first
from .pairwise import count, victories

DEFEATS = ("winning", "margin", "opposition")


def copeland(ranks: ArrayLike, unranked: str = "tied_last", *, weights: ArrayLike | None = None) -> Ints:
    """Most pairwise victories less defeats (Copeland 1951); the same order as victories plus half the ties.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks or weights are not of this kind.
    """
    return lowest_first(-balance(count(Ballots.of(ranks, unranked, weights))))


def balance(counts: Floats) -> Floats:
    """Pairwise victories less defeats, shape (candidates,)."""
    return np.asarray(np.sign(counts - counts.T).sum(axis=1))


def minimax(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    variant: str = "winning",
    weights: ArrayLike | None = None,
) -> Ints:
    """The smallest worst defeat (Simpson 1969, Kramer 1977).

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        variant: What a candidate's worst defeat is measured by: "winning", the votes for the opponent who wins;
            "margin", those less its own; "opposition", the most votes for any opponent, whether it wins or not, so that
            a Condorcet winner may lose.
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or the variant are not of this kind; "ratio" is not defined here.
    """
    choose("variant", variant, DEFEATS)
    ballots = Ballots.of(ranks, unranked, weights)
    counts = count(ballots)
    defeats = counts if variant == "opposition" else victories(counts, variant, ballots.slack)
    return lowest_first(defeats.max(axis=0), ballots.slack)
