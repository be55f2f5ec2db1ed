"""What groups agree on and what tells them apart: counts of votes by statement, and the measures on them.

All probabilities are Laplace-smoothed as in Small et al. 2021, (votes + 1) / (seen + 2), which is the mean of the Beta
distribution that a flat prior and the votes give; passes count as seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .opinion_map import AGREE, DISAGREE

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
Side = Literal["agree", "disagree"]
SIDES: tuple[Side, ...] = ("agree", "disagree")
SIGNIFICANT = 1.2815515655446004  # the normal quantile of 0.9: Polis tests one-sidedly at 90 %


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each group voted how on each statement.

    Args:
        agree: Shape (groups, m).
        disagree: Shape (groups, m).
        seen: Shape (groups, m), passes included.
    """

    agree: Floats
    disagree: Floats
    seen: Floats

    @property
    def passed(self) -> Floats:
        """Shape (groups, m)."""
        return self.seen - self.agree - self.disagree

    def of(self, side: Side) -> Floats:
        """Agreements or disagreements. Shape (groups, m)."""
        return self.agree if side == "agree" else self.disagree

    def others(self) -> Counts:
        """For each group, the votes of everybody outside it."""
        return Counts(*(x.sum(axis=0) - x for x in (self.agree, self.disagree, self.seen)))

    def everybody(self) -> Counts:
        """All groups as one."""
        return Counts(*(x.sum(axis=0, keepdims=True) for x in (self.agree, self.disagree, self.seen)))


def count_votes(votes: Floats, labels: Labels, k: int) -> Counts:
    """The votes of k groups.

    Args:
        votes: Shape (n, m): 1 agree, -1 disagree, 0 pass, NaN not seen.
        labels: Shape (n,), 0..k-1.
        k: How many groups, of which some may be empty.
    """
    member = np.eye(k)[:, labels]
    agree, disagree, seen = (member @ x.astype(float) for x in (votes == AGREE, votes == DISAGREE, np.isfinite(votes)))
    return Counts(agree, disagree, seen)


def probability(counts: Counts, side: Side) -> Floats:
    """The smoothed probability of agreement (or disagreement) of who saw the statement. Shape (groups, m), in (0, 1)."""
    return (counts.of(side) + 1) / (counts.seen + 2)


def drawn_probability(counts: Counts, side: Side, random: np.random.Generator) -> Floats:
    """One draw of that probability from its Beta distribution, whose mean is `probability`. Shape (groups, m)."""
    some = counts.of(side)
    return random.beta(some + 1, counts.seen - some + 1)


def consensus(probabilities: Floats) -> Floats:
    """Group-aware consensus: the product of the groups' probabilities (Small et al. 2021).

    High only where every group agrees, however small it is. A product over more groups is smaller: values for different
    numbers of groups must not be compared.

    Args:
        probabilities: Shape (groups, m).

    Returns:
        Shape (m,), in (0, 1), higher is more consensus.
    """
    product: Floats = probabilities.prod(axis=0)
    return product


def representativeness(counts: Counts, side: Side) -> Floats:
    """How many times as probable a vote is inside a group as outside it (Polis's "repness"). Shape (groups, m)."""
    return probability(counts, side) / probability(counts.others(), side)


def difference_z(counts: Counts, side: Side) -> Floats:
    """The two-proportion z statistic of a group against everybody else, with one pseudo-vote each, as Polis computes it.

    Returns:
        Shape (groups, m); above 1.2816, the group votes so more often at 90 %, one-sided. The groups were made from the
        same votes, so this ranks statements and proves no difference.
    """
    others = counts.others()
    inside, outside = counts.of(side) + 1, others.of(side) + 1
    n_inside, n_outside = counts.seen + 1, others.seen + 1
    pooled = (inside + outside) / (n_inside + n_outside)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n_inside + 1 / n_outside))
    difference = inside / n_inside - outside / n_outside
    return np.divide(difference, error, out=np.zeros_like(difference), where=error > 0)


def majority_z(counts: Counts, side: Side) -> Floats:
    """The z statistic of a share against one half, with one pseudo-vote, as Polis computes it. Shape (groups, m)."""
    n = counts.seen + 1
    return 2 * np.sqrt(n) * ((counts.of(side) + 1) / n - 0.5)


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that stands for a group: index, on which side, and whether it passes both of Polis's tests."""

    statement: int
    side: Side
    significant: bool


def representatives(counts: Counts, group: int, most: int = 5) -> list[Representative]:
    """The statements that stand for a group best.

    Those which the group agrees (or disagrees) with by majority, and more often than the others do, both at 90 %
    one-sided; ordered by ratio × z × probability × z of the majority. Where none passes, the one with the
    highest z, marked as not significant. (Polis also puts a group's best agreement first in any case; here the order
    is that of the measure alone.)

    Args:
        counts: Of all groups.
        group: Whose.
        most: How many at most.
    """
    tests = {s: difference_z(counts, s)[group] for s in SIDES}
    majorities = {s: majority_z(counts, s)[group] for s in SIDES}
    weight = {
        s: representativeness(counts, s)[group] * tests[s] * probability(counts, s)[group] * majorities[s]
        for s in SIDES
    }
    passing = [
        (float(weight[s][j]), -int(j), s)
        for s in SIDES
        for j in np.flatnonzero((tests[s] > SIGNIFICANT) & (majorities[s] > SIGNIFICANT))
    ]
    if passing:
        return [Representative(-j, s, True) for _, j, s in sorted(passing, reverse=True)[:most]]
    best = max(SIDES, key=lambda s: float(tests[s].max()))
    return [Representative(int(np.argmax(tests[best])), best, False)]


def majorities(counts: Counts, side: Side, most: int = 5) -> list[int]:
    """The statements that most participants agree (or disagree) with, whatever their group, the clearest first.

    A probability above one half that passes the test against one half at 90 % one-sided, ordered by their product.

    Args:
        counts: Of all groups.
        side: Agree or disagree.
        most: How many at most.
    """
    everybody = counts.everybody()
    p, z = probability(everybody, side)[0], majority_z(everybody, side)[0]
    passing = np.flatnonzero((p > 0.5) & (z > SIGNIFICANT))
    return [int(j) for j in passing[np.argsort(-(p * z)[passing], kind="stable")][:most]]
