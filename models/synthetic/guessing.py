"""Guessing a trait that a life story does not state, from what it does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from .graded import Vector
from .life_words import GRADE_STEP
from .reading_lives import Life, Shares

# Where the people of a trait's label stand, others of their traits being unknown: one number a dimension.
Position = Callable[[str, str], Vector]
# The probability that a person names the label that its story states.
FAITHFUL = 0.97
# In standard deviations; what is further off is as far off.
FARTHEST = 1e3
# The variance that telling an attitude in grades adds to it.
_GRADING = GRADE_STEP**2 / 12


def label_probabilities(
    trait: str, labels: Sequence[str], life: Life, shares: Shares, position: Position, own_sd: Vector
) -> Vector:
    """Which label the teller of a life has, as far as its story lets one tell.

    Stated: 0.97 on that label, and the rest on the others alike. Not stated: by Bayes' rule, the label's share times the
    normal density of the attitudes that are told, around where people of this label and of the traits that are stated
    stand; traits that are not stated add their mean and their variance.

    Args:
        trait: The trait's name.
        labels: Its labels, at least one.
        life: The story as read.
        shares: By trait, the share of each label among those who tell stories; equal shares for a trait, or for labels,
            that are not there.
        position: Where the people of a label stand.
        own_sd: The standard deviation of what is a person's own, in each dimension.

    Returns:
        One probability for each label, summing to 1.
    """
    told = life.traits.get(trait)
    if told in labels:
        rest = (1 - FAITHFUL) / max(len(labels) - 1, 1)
        return tuple([FAITHFUL if label == told else rest for label in labels]) if len(labels) > 1 else (1.0,)
    centre, variance = _others(trait, life, shares, position, own_sd)
    prior = _prior(labels, shares.get(trait, {}))
    logs = [_log_density(life.attitudes, centre, position(trait, label), variance) for label in labels]
    top = max(logs)
    weights = [p * math.exp(log - top) for p, log in zip(prior, logs, strict=True)]
    total = sum(weights)
    return tuple([weight / total for weight in weights]) if total > 0 else tuple(prior)


def _prior(labels: Sequence[str], shares: Mapping[str, float]) -> list[float]:
    known = [shares.get(label, 0.0) for label in labels]
    total = sum(known)
    return [share / total if total > 0 else 1 / len(labels) for share in known]


def _others(trait: str, life: Life, shares: Shares, position: Position, own_sd: Vector) -> tuple[Vector, Vector]:
    """Where the other traits put the person, and the variance around it."""
    centre, variance = [0.0] * len(own_sd), [sd * sd + _GRADING for sd in own_sd]
    for other in {**dict.fromkeys(shares), **dict.fromkeys(life.traits)}:
        if other == trait:
            continue
        told = life.traits.get(other)
        weights = {told: 1.0} if told is not None else shares[other]
        places = [(weight, position(other, label)) for label, weight in weights.items()]
        for k in range(len(own_sd)):
            mean = sum(weight * at[k] for weight, at in places)
            centre[k] += mean
            variance[k] += sum(weight * (at[k] - mean) ** 2 for weight, at in places)
    return tuple(centre), tuple(variance)


def _log_density(told: Sequence[float | None], centre: Vector, at: Vector, variance: Vector) -> float:
    pairs = zip(told, centre, at, variance, strict=True)
    gaps = [min(abs(a - c - x) / math.sqrt(v), FARTHEST) for a, c, x, v in pairs if a is not None]
    return -sum(gap * gap for gap in gaps) / 2
