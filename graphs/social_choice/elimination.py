"""Instant runoff: whoever has the fewest first places goes, round by round."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ballots import Ballots, Bools, ChoiceError, Ints, choose
from .condorcet import balance
from .order import lowest_first
from .pairwise import count
from .positional import TIED_TOPS, first_places

TIED_ELIMINATIONS = ("together", "previous_rounds", "pairwise", "seeded")


def instant_runoff(
    ranks: ArrayLike,
    unranked: str = "tied_last",
    *,
    tied_tops: str = "split",
    tied_eliminations: str = "together",
    seed: int | None = None,
    weights: ArrayLike | None = None,
) -> Ints:
    """Whoever has the fewest first places among those who still stand goes, until all have gone; the last one is first.

    Both readings of unranked come to the same, but for what "pairwise" does: a ballot whose ranked candidates have all
    gone favours nobody.

    Args:
        ranks: Shape (voters, candidates), lower is better, NaN for unranked.
        unranked: "tied_last" or "no_comparison".
        tied_tops: A ballot with k candidates tied for the first place gives each 1/k vote ("split") or 1 ("whole").
        tied_eliminations: Who goes of those who have the fewest alike. "together": all of them, and they tie.
            "previous_rounds": whoever had the fewest in the latest round in which they differed. "pairwise": whoever has
            the fewest pairwise victories less defeats, against all candidates. Those who are alike in this too go
            together. "seeded": the first of them in an order drawn at random from `seed`, so that nobody ties.
        seed: For "seeded".
        weights: Shape (voters,), from 0 up; 1 each by default.

    Returns:
        Social ranks of shape (candidates,), from 0 without gaps, lower is better.

    Raises:
        ChoiceError: The ranks, weights or an option are not of this kind, or the seed is missing.
    """
    choose("tied_tops", tied_tops, TIED_TOPS)
    choose("tied_eliminations", tied_eliminations, TIED_ELIMINATIONS)
    if tied_eliminations == "seeded" and seed is None:
        raise ChoiceError("seed: tied_eliminations 'seeded' needs one")
    ballots = Ballots.of(ranks, unranked, weights)
    keys = _keys(ballots, tied_eliminations, seed)
    standing = np.ones(ballots.candidates, dtype=bool)
    rounds: list[Ints] = []
    gone: list[Bools] = []
    while standing.any():
        rounds.append(lowest_first(first_places(ballots, standing, tied_tops), ballots.slack))
        history = rounds[::-1] if tied_eliminations == "previous_rounds" else [rounds[-1], *keys]
        gone.append(_lowest(standing, history))
        standing = standing & ~gone[-1]
    return np.asarray(sum(gone[k] * (len(gone) - 1 - k) for k in range(len(gone))), dtype=np.int64)


def _keys(ballots: Ballots, tied_eliminations: str, seed: int | None) -> list[NDArray[Any]]:
    """What decides between those who have the fewest alike: the lowest goes."""
    if tied_eliminations == "pairwise":
        return [balance(count(ballots))]
    if tied_eliminations == "seeded":
        return [np.random.default_rng(seed).permutation(ballots.candidates)]
    return []


def _lowest(standing: Bools, keys: list[NDArray[Any]]) -> Bools:
    """Those who stand and are lowest by the first key, of these by the next, and so on."""
    lowest = standing
    for key in keys:
        lowest = lowest & (key == key[lowest].min())
    return lowest
