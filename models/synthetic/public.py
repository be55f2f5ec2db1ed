"""A simulated public with known parameters: latent attitudes, and questions that follow a graded response model.

P(Y ≥ k) = logistic(a · θ − b_k) for the K − 1 thresholds b_1 < b_2 < … of an ordinal question (Samejima 1969), θ a
persona's attitudes, a the question's discriminations. What is not given is derived, always in the same way, from
names: a persona's attitudes from its attributes and backstory, a question's parameters from its text.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

Vector = tuple[float, ...]
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class GradedItem:
    """A question's parameters.

    Args:
        discrimination: One number for each dimension of the attitudes.
        thresholds: K − 1 ascending numbers for K ordered answers.
    """

    discrimination: Vector
    thresholds: Vector

    def __post_init__(self) -> None:
        if list(self.thresholds) != sorted(self.thresholds):
            raise ValueError(f"thresholds must ascend, got {self.thresholds}")


@dataclass(frozen=True)
class SyntheticPublic:
    """The parameters of a simulated public.

    Args:
        name: Another name derives other parameters.
        dimensions: How many attitudes a persona has.
        attribute_share: Share of the attitudes' variance that the attributes explain, in [0, 1].
        wording_sd: Standard deviation by which an attitude shifts with the style a persona is described in; real
            models are sensitive to wording. 0 switches it off.
        missing_mass: Probability of each option that counts as no answer.
        attitudes: Given attitudes by persona id.
        items: Given parameters by question code.
    """

    name: str = "default"
    dimensions: int = 3
    attribute_share: float = 0.5
    wording_sd: float = 0.15
    missing_mass: float = 0.02
    attitudes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    items: Mapping[str, GradedItem] = field(default_factory=dict)

    def attitude(
        self, persona: str, attributes: Mapping[str, str] | None = None, backstory: str = "", style: str = ""
    ) -> Vector:
        """A persona's attitudes: standard normal over many personas; 0 where nothing is known of it."""
        if persona in self.attitudes:
            return tuple(self.attitudes[persona])
        if not attributes and not backstory:
            return (0.0,) * self.dimensions
        traits = tuple(sorted((attributes or {}).items()))
        return self._derived(persona, traits, backstory, style)

    def _derived(self, persona: str, traits: tuple[tuple[str, str], ...], backstory: str, style: str) -> Vector:
        shared = _shared(self.name, self.dimensions, traits) if traits else (0.0,) * self.dimensions
        share = self.attribute_share if traits else 0.0
        own = normals(self.dimensions, self.name, "person", persona, backstory)
        shift = normals(self.dimensions, self.name, "wording", persona, style) if self.wording_sd else own
        return tuple(
            math.sqrt(share) * s + math.sqrt(1 - share) * o + self.wording_sd * w
            for s, o, w in zip(shared, own, shift, strict=True)
        )

    def item(self, code: str, text: str, options: int) -> GradedItem:
        """A question's parameters, given by its code or derived from its text."""
        return self.items.get(code) or _derived_item(self.name, self.dimensions, text, options)

    def graded(self, attitude: Vector, item: GradedItem) -> Vector:
        """The probabilities of the ordered answers, first to last.

        Raises:
            ValueError: The item has another number of dimensions than the attitude.
        """
        return graded_probabilities(dot(attitude, item.discrimination), item.thresholds)

    def stance(self, attitude: Vector, proposition: str) -> float:
        """How far a persona agrees with a proposition, in (-1, 1)."""
        return math.tanh(0.8 * dot(attitude, _direction(self.name, self.dimensions, proposition)))


def graded_probabilities(latent: float, thresholds: Sequence[float]) -> Vector:
    """P(Y = k) of a graded response model at a value of the latent variable."""
    at_least = [1.0, *(logistic(latent - b) for b in thresholds), 0.0]
    return tuple(above - below for above, below in pairwise(at_least))


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


def normals(n: int, *names: object) -> Vector:
    """N standard normal numbers that these names alone decide."""
    digest = hashlib.blake2b(repr(names).encode(), digest_size=8 * min(n, 8)).digest()
    if n > 8:
        return normals(8, *names) + normals(n - 8, *names, "more")
    parts = (int.from_bytes(digest[8 * k : 8 * k + 8], "big") for k in range(n))
    return tuple(_NORMAL.inv_cdf(((p >> 11) + 0.5) / 2**53) for p in parts)


@lru_cache(maxsize=4096)
def _shared(public: str, dimensions: int, traits: tuple[tuple[str, str], ...]) -> Vector:
    # Each trait has a direction of its own; their sum over √n has unit variance again.
    directions = [normals(dimensions, public, "trait", name, value) for name, value in traits]
    return tuple(sum(d[k] for d in directions) / math.sqrt(len(traits)) for k in range(dimensions))


@lru_cache(maxsize=4096)
def _direction(public: str, dimensions: int, text: str) -> Vector:
    raw = normals(dimensions, public, "direction", text)
    length = math.sqrt(dot(raw, raw)) or 1.0
    return tuple(x / length for x in raw)


@lru_cache(maxsize=4096)
def _derived_item(public: str, dimensions: int, text: str, options: int) -> GradedItem:
    strength = 1.2 + 0.5 * math.tanh(normals(1, public, "strength", text)[0])
    centre, *jitters = normals(options, public, "thresholds", text, options)
    spread = 4.0 / max(options - 1, 1)
    steps = (spread * (k - (options - 2) / 2) + 0.15 * j for k, j in zip(range(options - 1), jitters, strict=False))
    thresholds = tuple(sorted(0.6 * centre + step for step in steps))
    return GradedItem(tuple(strength * x for x in _direction(public, dimensions, text)), thresholds)
