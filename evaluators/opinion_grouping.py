"""Opinion groups: people who voted alike, found on the opinion map (Small et al. 2021)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .opinion_clusters import best_k, k_means, mean_silhouettes, nearest, silhouette_sample, silhouettes
from .opinion_map import OpinionMap, fit_map

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
MIN_VOTES = 7
MOST_GROUPS = 5
FEWEST_PEOPLE = 3
_TAG = 11  # tells these draws from others of the same seed


class TooFewVotes(ValueError):
    """There are too few people with enough votes to tell groups; the message says how many."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of one conversation.

    Args:
        kept: Shape (n,), who cast enough votes to be placed.
        votes: Shape (kept, m), their votes.
        opinion_map: What places them.
        points: Shape (kept, 2).
        centres: Shape (k, 2), the largest group first.
        labels: Shape (kept,), 0..k-1.
        candidates: The mean silhouette for every number of groups that was tried; empty where all stand at one point.
    """

    kept: NDArray[np.bool_]
    votes: Floats
    opinion_map: OpinionMap
    points: Floats
    centres: Floats
    labels: Labels
    candidates: dict[int, float]

    @property
    def k(self) -> int:
        """How many groups."""
        return len(self.centres)


def find_groups(votes: Floats, *, min_votes: int = MIN_VOTES, k: int | None = None, seed: int = 0) -> Grouping:
    """Leaves out who voted too little, makes the map, and divides the people on it by k-means.

    Polis first makes 100 clusters and then clusters those, for speed; here people are clustered directly. The number
    of groups is the one with the highest mean silhouette, from 2 to 5 and at most 2 + people / 12, as Polis has it.

    Args:
        votes: Shape (n, m): 1 agree, -1 disagree, 0 pass, NaN not seen.
        min_votes: Votes that somebody must have cast, or all m where there are fewer statements.
        k: How many groups; None chooses.
        seed: Of the starts of k-means.

    Returns:
        The groups; one group where everybody stands at the same point.

    Raises:
        TooFewVotes: Fewer than 3 people, or than k, are left.
        ValueError: The votes are no such matrix.
    """
    votes = _checked(votes)
    needed = min(min_votes, votes.shape[1])
    kept = np.isfinite(votes).sum(axis=1) >= needed
    n, fewest = int(kept.sum()), max(FEWEST_PEOPLE, k or 0)
    if n < fewest:
        raise TooFewVotes(f"{n} of {len(votes)} participants cast {needed} votes or more; groups need {fewest} of them")
    opinion_map = fit_map(votes[kept])
    points = opinion_map.place(votes[kept])
    found = mean_silhouettes(points, candidate_ks(n, k), np.random.default_rng([seed, _TAG]))
    if k is not None and k > 1 and not found:
        raise TooFewVotes(f"{n} participants stand at fewer than {k} points; ask for fewer groups")
    centres = found[best_k(found)][1] if found else points.mean(axis=0, keepdims=True)
    return Grouping(
        kept=kept,
        votes=votes[kept],
        opinion_map=opinion_map,
        points=points,
        centres=centres,
        labels=nearest(points, centres),
        candidates={number: value for number, (value, _) in found.items()},
    )


def candidate_ks(n: int, k: int | None) -> range:
    """The numbers of groups that are tried for n people: the one asked for, or from 2 up."""
    return range(max(k, 2), k + 1) if k is not None else range(2, min(MOST_GROUPS, 2 + n // 12) + 1)


def own_silhouettes(grouping: Grouping) -> tuple[Labels, Floats]:
    """Which people were compared (all, or 1,000), and each one's silhouette."""
    some = silhouette_sample(len(grouping.points))
    return some, silhouettes(grouping.points[some], grouping.labels[some])


@dataclass(frozen=True, slots=True)
class Regrouping:
    """What one resample of the people gives for all of them, drawn or not; names of groups are not yet matched.

    Args:
        labels: Shape (kept,), or None where the resample has fewer than k different points.
        k: The number of groups that it would have chosen; None where that was not asked.
    """

    labels: Labels | None
    k: int | None


def regroup(grouping: Grouping, counts: Floats, random: np.random.Generator, choose: bool) -> Regrouping:
    """Makes map and groups from a resample, and places everybody.

    Args:
        grouping: The groups of the sample; the resample is divided into as many.
        counts: Shape (kept,), how often each person is in the resample.
        random: Draws the starts of k-means.
        choose: Whether to find which number of groups the resample would have chosen.
    """
    points = fit_map(grouping.votes, counts).place(grouping.votes)
    drawn = np.repeat(points, counts.astype(int), axis=0)
    start = np.array([points[grouping.labels == g].mean(axis=0) for g in range(grouping.k)])
    centres = k_means(drawn, grouping.k, random, start, tries=3)
    k = None
    if choose:
        # Judged on everybody, each once: points that stand twice in a resample would favour small groups.
        found = mean_silhouettes(drawn, candidate_ks(len(points), None), random, tries=3, judged=points)
        k = best_k(found) if found else 1
    return Regrouping(None if centres is None else nearest(points, centres), k)


def _checked(votes: Floats) -> Floats:
    votes = np.asarray(votes, dtype=float)
    if votes.ndim != 2 or not votes.shape[1]:
        raise ValueError(f"votes are a matrix (participants, statements), not of shape {votes.shape}")
    odd = np.isfinite(votes) & ~np.isin(votes, (-1, 0, 1)) | np.isinf(votes)
    if odd.any():
        row, column = (int(x[0]) for x in np.nonzero(odd))
        raise ValueError(
            f"row {row}, column {column}: a vote is 1 agree, -1 disagree, 0 pass or NaN, not {votes[row, column]:g}"
        )
    return votes
