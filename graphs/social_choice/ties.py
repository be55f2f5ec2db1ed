"""The tie-break: ballots drawn at random decide, and then chance does."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .ballots import Ballots, ChoiceError, Floats, Ints


def break_ties(
    social_ranks: ArrayLike,
    ranks: ArrayLike,
    seed: int,
    unranked: str = "tied_last",
    *,
    weights: ArrayLike | None = None,
) -> Ints:
    """Breaks ties by random ballots, then at random.

    Ballots are drawn one after the other without putting back, with chances in proportion to their weights. The first that
    tells tied candidates apart decides between them, the next between those whom it leaves tied; who is left tied by all
    ballots is ordered at random. With "no_comparison" a ballot decides only between tied candidates of whom it ranks all.
    The draw depends on the seed and on nothing that the ballots say.

    Args:
        social_ranks: Shape (candidates,), lower is better, equal for tied, as a rule gave them.
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        seed: From 0 up.
        unranked: "tied_last" or "no_comparison".
        weights: Shape (voters,), from 0 up; 1 each by default. A ballot of weight 0 is never drawn.

    Returns:
        Social ranks of shape (candidates,): 0, 1, 2, …, each once; nobody passes anybody they were not tied with.

    Raises:
        ChoiceError: The social ranks are not one number per candidate, or the ranks, weights or seed are not of this kind.
    """
    ballots = Ballots.of(ranks, unranked, weights)
    social = np.asarray(social_ranks, dtype=float)
    if social.shape != (ballots.candidates,) or not np.isfinite(social).all():
        raise ChoiceError(f"social_ranks must be one number for each of {ballots.candidates} candidates, not {social}")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ChoiceError(f"seed: {seed!r} is no whole number from 0 up")
    random = np.random.default_rng(seed)
    chance = random.permutation(ballots.candidates)
    drawn = ballots.ranks[_draw(ballots.weights, random)]
    broken = np.empty(ballots.candidates, dtype=np.int64)
    for value in np.unique(social):
        tied = np.flatnonzero(social == value)
        order = tied[_order(drawn[:, tied], chance[tied])]
        broken[order] = (social < value).sum() + np.arange(len(tied))
    return broken


def _draw(weights: Floats, random: np.random.Generator) -> Ints:
    """The order in which the ballots are drawn; those of weight 0 are not."""
    waiting = random.exponential(size=len(weights))  # whose turn comes first, each at a speed of its weight
    order = np.argsort(np.divide(waiting, weights, out=np.full(len(weights), np.inf), where=weights > 0), kind="stable")
    return order[weights[order] > 0]


def _order(drawn: Floats, chance: Ints) -> Ints:
    """The places of tied candidates in the order that the drawn ballots give, from ranks of shape (voters, tied)."""
    said = drawn[~np.isnan(drawn).any(axis=1)]
    return np.lexsort([chance, *said[::-1]])
