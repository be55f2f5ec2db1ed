"""How many voters rank one candidate above another, and how strong that makes its victory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .ballots import Ballots, Floats, choose
from .order import settle


def pairwise_counts(ranks: ArrayLike, unranked: str = "tied_last", weights: ArrayLike | None = None) -> Floats:
    """The weight of the ballots that rank one candidate above another.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last": below all ranked ones and tied with each other; "no_comparison": neither above nor below
            anybody.
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Shape (candidates, candidates): above, below. Numbers of ballots where the weights are whole numbers, else shares
        of the total weight, equal where they differ by rounding alone.

    Raises:
        ChoiceError: The ranks or weights are not of this kind.
    """
    return count(Ballots.of(ranks, unranked, weights))


def count(ballots: Ballots) -> Floats:
    """As `pairwise_counts`, of checked ballots, shape (candidates, candidates) or (candidates, candidates, elections)."""
    ranks, weights = ballots.ranks, ballots.weights
    counts = np.empty((ballots.candidates, *ranks.shape[1:]))
    alike = ranks.ndim > 2 and bool((weights == 1).all())
    for above in range(len(counts)):  # one at a time: all pairs at once would need as much memory again for each
        prefers = ranks[:, above, None] < ranks
        if alike:  # the same numbers several times as fast
            counts[above] = np.add.reduce(prefers.view(np.uint8), axis=0, dtype=np.uint32)
        else:
            counts[above] = np.einsum("vc...,v...->c...", prefers, weights)
    return settle(counts, ballots.slack, 2)


def victories(counts: Floats, variant: str, slack: Floats) -> Floats:
    """How strong each victory is, in the shape of the counts; 0 where the first does not win.

    "winning": the votes for the winner; "margin": those less the votes for the loser; "ratio": the winner's share of
    both, and above all of these a victory that nobody opposes, by its votes (Schulze 2011, section 2.1).
    """
    choose("variant", variant, ("winning", "margin", "ratio"))
    against = counts.swapaxes(0, 1)
    if variant == "winning":
        strengths = counts
    elif variant == "margin":
        strengths = settle(counts - against, slack, 2)
    else:
        both = np.where(counts + against > 0, counts + against, 1.0)
        strengths = settle(np.where(against > 0, counts / both, 1 + counts), slack, 2)
    return np.where(counts > against, strengths, 0.0)
