"""Parameters that nobody gave: derived from names, always in the same way, on every machine.

Every number here is a normal quantile of a hash of names, so that it needs no table, no sequence and no state.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from statistics import NormalDist

from .graded import GradedItem, Vector, dot

_NORMAL = NormalDist()
# Texts longer than this are cached by their hash, so that the caches stay small whatever is asked.
_LONG = 300

Traits = tuple[tuple[str, str], ...]


def normals(n: int, *names: object) -> Vector:
    """N ≥ 1 standard normal numbers that these names alone decide."""
    if n > 8:
        return normals(8, *names) + normals(n - 8, *names, "more")
    digest = hashlib.blake2b(repr(names).encode(), digest_size=8 * n).digest()
    parts = (int.from_bytes(digest[8 * k : 8 * k + 8], "big") for k in range(n))
    return tuple(_NORMAL.inv_cdf(((p >> 11) + 0.5) / 2**53) for p in parts)


def short(text: str) -> str:
    """The text, or a name for it where it is long."""
    if len(text) <= _LONG:
        return text
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def own(public: str, dimensions: int, persona: str, backstory: str) -> Vector:
    """What is a person's own in its attitudes, beside what its traits say."""
    return normals(dimensions, public, "person", persona, backstory)


def wording(public: str, dimensions: int, persona: str, style: str) -> Vector:
    """Which way a style of describing a persona shifts its attitudes."""
    return normals(dimensions, public, "wording", persona, style)


def misheard(public: str, dimensions: int, persona: str, style: str) -> Vector:
    """What a model takes a persona for in place of what it was told of it, in this style."""
    return normals(dimensions, public, "misheard", persona, style)


@lru_cache(maxsize=4096)
def trait_sum(public: str, dimensions: int, traits: Traits, weights: Vector) -> Vector:
    """The sum of the directions in which the people of these traits stand, each a standard normal vector, weighted."""
    directions = [normals(dimensions, public, "trait", name, value) for name, value in traits]
    return tuple(sum(w * d[k] for w, d in zip(weights, directions, strict=True)) for k in range(dimensions))


@lru_cache(maxsize=4096)
def direction(public: str, dimensions: int, text: str) -> Vector:
    """Which mixture of attitudes a text is about, of unit length."""
    raw = normals(dimensions, public, "direction", text)
    length = math.sqrt(dot(raw, raw)) or 1.0
    return tuple(x / length for x in raw)


@lru_cache(maxsize=4096)
def item(public: str, dimensions: int, text: str, options: int) -> GradedItem:
    """A question's discriminations (of length 0.7 to 1.7) and thresholds (about 4 logits from first to last)."""
    strength = 1.2 + 0.5 * math.tanh(normals(1, public, "strength", text)[0])
    centre, *jitters = normals(options, public, "thresholds", text, options)
    spread = 4.0 / max(options - 1, 1)
    steps = (spread * (k - (options - 2) / 2) + 0.15 * j for k, j in zip(range(options - 1), jitters, strict=True))
    thresholds = tuple(sorted(0.6 * centre + step for step in steps))
    return GradedItem(tuple(strength * x for x in direction(public, dimensions, text)), thresholds)


@lru_cache(maxsize=4096)
def option_weights(public: str, dimensions: int, text: str, options: int) -> tuple[Vector, ...]:
    """For each option of a nominal question: one weight for each attitude, then its general appeal."""
    return tuple(normals(dimensions + 1, public, "nominal", text, k) for k in range(options))
