"""Whether there are groups at all: what the same search finds among people who differ by degree only.

k-means divides any votes, and votes on statements that hang together look divided even where opinions do not: most people
are on one side or the other of every line. The comparison is therefore with people on one continuum: two traits, normally
distributed, decide every vote as far as the votes show, and everybody sees the statements that they saw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .opinion_clusters import mean_silhouettes
from .opinion_grouping import Grouping, candidate_ks
from .opinion_map import AGREE, DIMENSIONS, DISAGREE, PASS, fit_map

Floats = NDArray[np.float64]
MOST_DECIDED = 0.98
_TAG = 13


@dataclass(frozen=True, slots=True)
class Continuum:
    """Normal traits behind votes: a vote is which side of two lines its own variable falls.

    Args:
        loadings: Shape (2, m), the correlation of each statement's variable with the traits.
        lines: Shape (2, m), below the first is disagreement, above the second agreement, in standard deviations.
    """

    loadings: Floats
    lines: Floats

    def draw(self, seen: NDArray[np.bool_], random: np.random.Generator) -> Floats:
        """Votes of as many people, NaN where not seen. Shape (n, m)."""
        traits = random.standard_normal((len(seen), DIMENSIONS))
        own = np.sqrt(1 - (self.loadings**2).sum(axis=0))
        variable = traits @ self.loadings + own * random.standard_normal(seen.shape)
        votes = np.where(variable < self.lines[0], DISAGREE, np.where(variable > self.lines[1], AGREE, PASS))
        return np.where(seen, votes, np.nan)


def fit_continuum(grouping: Grouping) -> Continuum:
    """The continuum that the votes and people's places on the map suggest.

    Lines are where the shares of votes put them; loadings are polyserial correlations of vote and place
    (Olsson, Drasgow and Dorans 1982, the ad hoc estimator).
    """
    from scipy.stats import norm

    votes, seen = grouping.votes, np.isfinite(grouping.votes)
    n = np.maximum(seen.sum(axis=0), 1)
    disagree, agree = ((votes == side).sum(axis=0) / n for side in (DISAGREE, AGREE))
    lines = norm.ppf(np.stack([disagree, 1 - agree]))
    heights = norm.pdf(lines).sum(axis=0)
    loadings = np.zeros((DIMENSIONS, votes.shape[1]))
    for d, place in enumerate(grouping.points.T):
        x, y = (np.where(seen, v, 0.0) for v in (np.broadcast_to(place[:, None], votes.shape), votes))
        x, y = (np.where(seen, v - v.sum(axis=0) / n, 0.0) for v in (x, y))
        scale = np.sqrt((x**2).sum(axis=0) * n) * heights
        # correlation × the votes' standard deviation / heights
        loadings[d] = np.divide((x * y).sum(axis=0), scale, out=np.zeros(len(n)), where=scale > 1e-12)
    decided = (loadings**2).sum(axis=0)
    return Continuum(loadings * np.sqrt(np.minimum(1, MOST_DECIDED / np.maximum(decided, 1e-12))), lines)


def continuum_silhouettes(grouping: Grouping, k: int | None, draws: int, seed: int) -> Floats:
    """The highest mean silhouette that the whole procedure finds in votes from one continuum.

    Args:
        grouping: The groups found.
        k: The number of groups that was asked for; None where it was chosen.
        draws: How many conversations.
        seed: Of the draws.

    Returns:
        Shape (draws,), NaN where no groups came of one.
    """
    random = np.random.default_rng([seed, _TAG])
    continuum, seen = fit_continuum(grouping), np.isfinite(grouping.votes)
    found = []
    for _ in range(draws):
        votes = continuum.draw(seen, random)
        points = fit_map(votes).place(votes)
        silhouettes = mean_silhouettes(points, candidate_ks(len(points), k), random)
        found.append(max((value for value, _ in silhouettes.values()), default=np.nan))
    return np.array(found)
