"""From scores or from who beats whom to social ranks: whole numbers from 0, lower is better, equal ones tied."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ballots import Bools, Floats, Ints


def settle(values: Floats, slack: Floats, axes: int) -> Floats:
    """Gives numbers that differ by rounding alone the same value, so that they compare as equal.

    Args:
        values: Shape (candidates, …, elections); the first `axes` axes belong to one election.
        slack: Shape () or (elections,): numbers no further than this from the next one are the same, and so are chains
            of them; they become the chain's lowest.
        axes: How many axes one election has.

    Returns:
        The same shape.
    """
    if not slack.any():
        return values
    flat = values.reshape(-1, *values.shape[axes:])
    order = np.argsort(flat, axis=0, kind="stable")
    ordered = np.take_along_axis(flat, order, axis=0)
    starts = np.diff(ordered, axis=0, prepend=-np.inf) > slack
    places = np.arange(len(flat)).reshape(-1, *[1] * (flat.ndim - 1))
    firsts = np.maximum.accumulate(np.where(starts, places, 0), axis=0)
    settled = np.empty_like(flat)
    np.put_along_axis(settled, order, np.take_along_axis(ordered, firsts, axis=0), axis=0)
    return settled.reshape(values.shape)


def lowest_first(scores: NDArray[Any], slack: Floats | None = None) -> Ints:
    """Social ranks from scores of shape (candidates,), lower is better; scores within the slack tie."""
    settled = scores if slack is None else settle(scores, slack, 1)
    return np.unique(settled, return_inverse=True)[1].astype(np.int64).reshape(-1)


def undominated_layers(beats: Bools) -> Ints:
    """Social ranks from a relation without cycles: those whom nobody beats, then whom nobody of the rest beats, and so on.

    Args:
        beats: Shape (candidates, candidates, …): whether the first beats the second.

    Returns:
        Shape (candidates, …).
    """
    ranks = np.zeros(beats.shape[1:], dtype=np.int64)
    left = np.ones(beats.shape[1:], dtype=bool)
    while left.any():
        left &= (beats & left[:, None]).any(axis=0)
        ranks += left
    return ranks


def winners(social_ranks: ArrayLike) -> Ints:
    """Who comes first: the places of all candidates whose social rank is 0, in rising order."""
    return np.flatnonzero(np.asarray(social_ranks) == 0).astype(np.int64)
