"""How sure the groups and the measures on them are: resamples of the people, each grouped anew.

A resample draws people with replacement, makes map and groups from them, places everybody, gives the groups the names of
the original ones they share most people with, and draws every group's probability of agreement from its Beta distribution.
So an interval holds both the chance in who took part and voted, and that in where a border between groups falls;
and where all of a group agree it does not shrink to a point, as resampling alone would have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import metric, percentile_interval
from .opinion_clusters import adjusted_rand, matched_share, matching
from .opinion_grouping import Grouping, own_silhouettes, regroup
from .opinion_statements import SIDES, Counts, Side, consensus, count_votes, drawn_probability

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
_TAG = 12


@dataclass(frozen=True, slots=True)
class Draws:
    """What B resamples give, NaN where one could not be grouped.

    Args:
        shares: Shape (B, k), the share of people in each group.
        stability: Shape (B,), the adjusted Rand index of everybody's group in the sample and in the resample.
        silhouette: Shape (B,), the mean silhouette of the sample's groups.
        k: Shape (B,), the number of groups that the resample would have chosen.
        consensus: For each side, shape (B, m).
        probability: For each side, shape (B, k, m), each group's probability.
        ratio: For each side, shape (B, k, m), that probability over the one of everybody else.
        majority: For each side, shape (B, m), everybody's probability.
    """

    shares: Floats
    stability: Floats
    silhouette: Floats
    k: Floats
    consensus: dict[Side, Floats]
    probability: dict[Side, NDArray[np.float32]]
    ratio: dict[Side, NDArray[np.float32]]
    majority: dict[Side, Floats]


def draw(grouping: Grouping, bootstrap: int, seed: int, choose: bool = True) -> Draws:
    """The resamples.

    Args:
        grouping: The groups of the sample.
        bootstrap: How many resamples, B.
        seed: Of the resamples.
        choose: Whether each resample also chooses a number of groups.
    """
    random = np.random.default_rng([seed, _TAG])
    n, m, k = *grouping.votes.shape, grouping.k
    found = _empty(bootstrap, k, m)
    some, own = own_silhouettes(grouping) if k > 1 else (np.arange(n), np.full(n, np.nan))
    for b in range(bootstrap):
        counts = random.multinomial(n, np.full(n, 1 / n)).astype(float)
        again = regroup(grouping, counts, random, choose)
        found.k[b] = np.nan if again.k is None else again.k
        if again.labels is None:
            continue
        labels = matching(grouping.labels, again.labels, k)[again.labels]
        found.shares[b] = np.bincount(labels, weights=counts, minlength=k) / n
        found.stability[b] = adjusted_rand(grouping.labels, labels)
        found.silhouette[b] = counts[some] @ own / max(counts[some].sum(), 1)
        _fill(found, b, count_votes(grouping.votes, labels, k), random)
    return found


def _fill(found: Draws, b: int, counts: Counts, random: np.random.Generator) -> None:
    for side in SIDES:
        inside = drawn_probability(counts, side, random)
        found.probability[side][b] = inside
        found.ratio[side][b] = inside / drawn_probability(counts.others(), side, random)
        found.consensus[side][b] = consensus(inside)
        found.majority[side][b] = drawn_probability(counts.everybody(), side, random)[0]


def _empty(b: int, k: int, m: int) -> Draws:
    def nothing(*shape: int) -> Floats:
        return np.full((b, *shape), np.nan)

    return Draws(
        shares=nothing(k),
        stability=nothing(),
        silhouette=nothing(),
        k=nothing(),
        consensus={s: nothing(m) for s in SIDES},
        probability={s: nothing(k, m).astype(np.float32) for s in SIDES},
        ratio={s: nothing(k, m).astype(np.float32) for s in SIDES},
        majority={s: nothing(m) for s in SIDES},
    )


def compare_groupings(a: Labels, b: Labels, bootstrap: int, seed: int) -> dict[str, Any]:
    """How far two groupings of the same people agree, both as they are.

    Args:
        a: Shape (n,), labels from 0.
        b: Shape (n,).
        bootstrap: Resamples of the people.
        seed: Of the resamples.

    Returns:
        `adjusted_rand` and `matched_share` (see `opinion_clusters`), each with its interval.
    """
    random = np.random.default_rng([seed, _TAG, 1])
    resamples = [random.integers(0, len(a), len(a)) for _ in range(bootstrap)]
    measures = {"adjusted_rand": adjusted_rand, "matched_share": matched_share}
    return {
        name: metric(measure(a, b), percentile_interval(np.array([measure(a[r], b[r]) for r in resamples])))
        for name, measure in measures.items()
    }
