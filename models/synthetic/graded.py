"""The graded response model: from a latent value to a probability for every ordered answer.

P(Y ≥ k) = logistic(a · θ − b_k) for the K − 1 thresholds b_1 < b_2 < … of an ordinal question (Samejima 1969), θ a
person's attitudes, a the question's discriminations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GradedItem:
    """A question's parameters.

    Args:
        discrimination: One number for each dimension of the attitudes.
        thresholds: K − 1 ascending numbers for K ordered answers, those that count as no answer left out.

    Raises:
        ValueError: A number is not finite, or the thresholds do not ascend.
    """

    discrimination: Vector
    thresholds: Vector

    def __post_init__(self) -> None:
        object.__setattr__(self, "discrimination", vector(self.discrimination, "discrimination"))
        object.__setattr__(self, "thresholds", vector(self.thresholds, "thresholds"))
        if any(above <= below for below, above in pairwise(self.thresholds)):
            raise ValueError(f"thresholds must ascend, got {list(self.thresholds)}")


def vector(values: Sequence[float], what: str) -> Vector:
    """The values as a tuple of finite floats.

    Raises:
        ValueError: They are no list of numbers, or one is not finite.
    """
    try:
        read = tuple(float(v) for v in values)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be a list of numbers, got {values!r}") from None
    if isinstance(values, str) or not all(map(math.isfinite, read)):
        raise ValueError(f"{what} must be a list of finite numbers, got {values!r}")
    return read


def graded_probabilities(latent: float, thresholds: Sequence[float]) -> Vector:
    """P(Y = k) at a value of the latent variable, for the K answers from lowest to highest; they sum to 1."""
    at_least = [1.0, *(logistic(latent - b) for b in thresholds), 0.0]
    return tuple(above - below for above, below in pairwise(at_least))


def even_thresholds(options: int, reach: float) -> Vector:
    """The K − 1 thresholds that cut [−reach, reach] into K equal parts."""
    return tuple(reach * (2 * k / options - 1) for k in range(1, options))


def softmax(utilities: Sequence[float]) -> Vector:
    """Probabilities in proportion to the exponentials of the utilities."""
    top = max(utilities)
    exponentials = [math.exp(u - top) for u in utilities]
    total = sum(exponentials)
    return tuple(e / total for e in exponentials)


def logistic(x: float) -> float:
    """1 / (1 + exp(−x)), without overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """The inner product.

    Raises:
        ValueError: The lengths differ.
    """
    return sum(x * y for x, y in zip(a, b, strict=True))
