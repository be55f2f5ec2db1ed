"""How different texts are from each other, and how rich in words each is.

- Near-duplicates: pairs whose word 5-grams overlap by at least a threshold (Jaccard), found by MinHash and locality-sensitive
  hashing (Broder 1997; Leskovec, Rajaraman and Ullman 2014, ch. 3), and then counted exactly.
- `distinct_n`: different n-grams by all n-grams of a set (Li et al. 2016); falls as a set grows.
- `mtld`: the mean length of a run of words that keeps its variety (McCarthy and Jarvis 2010); does not depend on length.
- `cosine_spread`: the mean cosine distance between the embeddings of two texts.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import metric

Hashes = NDArray[np.uint64]
_WORD = re.compile(r"\w+(?:['’]\w+)*")
MTLD_THRESHOLD = 0.72
FEWEST_WORDS = 50  # below which MTLD says little
BANDS, ROWS = 42, 3  # of the signature
NEIGHBOURS = 64  # with how many of the texts that look alike each is compared
_BASE = np.uint64(0x9E3779B97F4A7C15)


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> int:
    data = word.encode()
    return zlib.crc32(data) << 32 | zlib.crc32(data, 0xFFFFFFFF)


def shingles(text: str, n: int = 5) -> Hashes:
    """The different word n-grams of a text as sorted 64-bit hashes, shape (k,); a shorter text is one n-gram."""
    hashed = np.array([_hash(word) for word in words(text)], dtype=np.uint64)
    if not len(hashed):
        return hashed
    n = min(n, len(hashed))
    found = np.zeros(len(hashed) - n + 1, dtype=np.uint64)
    for k in range(n):
        found = found * _BASE + hashed[k : len(hashed) - n + 1 + k]
    return np.unique(found ^ (found >> np.uint64(29)))


def jaccard(a: Hashes, b: Hashes) -> float:
    """The share of two sets' union that is in both, in [0, 1]; 0 where both are empty."""
    both = len(np.intersect1d(a, b, assume_unique=True))
    union = len(a) + len(b) - both
    return both / union if union else 0.0


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Pairs of texts that repeat each other.

    Args:
        pairs: Places i < j of two texts and the Jaccard overlap of their n-grams, the closest first. A text that repeats an
            earlier one whole is paired with the first such alone, and one of very many that look alike with some of them.
        threshold: The overlap from which on texts count.
        missed: The probability that a pair just at the threshold is not found.
    """

    pairs: tuple[tuple[int, int, float], ...]
    threshold: float
    missed: float

    @property
    def texts(self) -> frozenset[int]:
        """The places of all texts that are in a pair."""
        return frozenset(k for i, j, _ in self.pairs for k in (i, j))


def near_duplicates(texts: Sequence[str], threshold: float = 0.5, n: int = 5, seed: int = 0) -> NearDuplicates:
    """The pairs of texts whose word n-grams overlap by at least `threshold`.

    Args:
        texts: Held in memory; besides them about 1 KB for each.
        threshold: Jaccard overlap in (0, 1]; below 0.3 many pairs are missed.
        n: Words in an n-gram.
        seed: Of the hash functions; which pairs at the threshold are found may depend on it.

    Raises:
        ValueError: The threshold is not in (0, 1].
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"the threshold must be in (0, 1], got {threshold!r}")
    random = np.random.default_rng([seed, 6])
    a = random.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    b = random.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
    first: dict[bytes, int] = {}
    candidates: set[tuple[int, int]] = set()
    signatures: list[Hashes | None] = []
    for k, text in enumerate(texts):
        held = shingles(text, n)
        i = first.setdefault(hashlib.blake2b(held.tobytes(), digest_size=16).digest(), k)
        candidates |= {(i, k)} if i != k and len(held) else set()
        signatures.append(_signature(held, a, b) if i == k and len(held) else None)
    candidates |= _candidates(signatures)

    @lru_cache(maxsize=4_096)
    def again(k: int) -> Hashes:  # made once more where they are needed: all together they are as long as the texts
        return shingles(texts[k], n)

    measured = ((i, j, jaccard(again(i), again(j))) for i, j in sorted(candidates))
    pairs = sorted((pair for pair in measured if pair[2] >= threshold), key=lambda pair: -pair[2])
    return NearDuplicates(tuple(pairs), threshold, (1 - threshold**ROWS) ** BANDS)


def _signature(held: Hashes, a: Hashes, b: Hashes) -> Hashes:
    """The least hash of a set under each function, shape (bands, rows)."""
    mixed = held[:, None] * a + b
    mixed ^= mixed >> np.uint64(32)
    least: Hashes = (mixed * _BASE).min(axis=0)
    return least.reshape(BANDS, ROWS)


def _candidates(signatures: Sequence[Hashes | None]) -> set[tuple[int, int]]:
    """Pairs that agree in all rows of some band; in a large bucket each is paired with the next ones."""
    found: set[tuple[int, int]] = set()
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = {}
        for k, signature in enumerate(signatures):
            if signature is not None:
                buckets.setdefault(signature[band].tobytes(), []).append(k)
        for bucket in buckets.values():
            found.update((i, j) for x, i in enumerate(bucket) for j in bucket[x + 1 : x + 1 + NEIGHBOURS])
    return found


def ngrams(text: str, n: int) -> Iterator[tuple[str, ...]]:
    """The word n-grams of a text in order."""
    said = words(text)
    return zip(*(said[k:] for k in range(n)), strict=False)


def distinct_n(texts: Sequence[str], n: int) -> dict[str, Any]:
    """The share of different n-grams among all word n-grams of a set, in (0, 1] (Li et al. 2016); higher is more diverse.

    There is no interval: the share falls as a set grows, and a resample, which holds copies, has a lower one. Compare sets
    of about the same number of words.

    Returns:
        `{value, ci, reason, n}`, with n the number of n-grams.
    """
    seen: set[int] = set()
    total = 0
    for text in texts:
        for gram in ngrams(text, n):
            seen.add(hash(gram))
            total += 1
    value = len(seen) / total if total else float("nan")
    why = "a property of this very set, which falls as it grows; a resample holds copies"
    return metric(value, None, why if total else "there are no n-grams", n=total)


def mtld(text: str, threshold: float = MTLD_THRESHOLD) -> float:
    """The measure of textual lexical diversity, in words: the mean over both directions (McCarthy and Jarvis 2010).

    Higher is more varied; NaN below 50 words, and where a text never repeats itself enough to tell.
    """
    said = words(text)
    if len(said) < FEWEST_WORDS:
        return float("nan")
    forward, backward = _factors(said, threshold), _factors(said[::-1], threshold)
    if not forward or not backward:
        return float("nan")
    return (len(said) / forward + len(said) / backward) / 2


def _factors(said: Sequence[str], threshold: float) -> float:
    """How many runs of words it takes until the share of different words falls below the threshold; the rest in part."""
    factors, seen, length = 0.0, set[str](), 0
    for word in said:
        seen.add(word)
        length += 1
        if len(seen) / length < threshold:
            factors, seen, length = factors + 1, set(), 0
    if length:
        factors += (1 - len(seen) / length) / (1 - threshold)
    return factors


def cosine_spread(vectors: ArrayLike) -> dict[str, Any]:
    """The mean cosine distance (1 - cosine, in [0, 2]) between two different texts; higher is more diverse.

    The interval is the jackknife's over texts (Arvesen 1969): a bootstrap would pair texts with themselves.

    Args:
        vectors: Shape (n, d), an embedding for each text.

    Returns:
        `{value, ci, n}` and `reason` where there is no interval, with n the number of texts.

    Raises:
        ValueError: A vector is 0, or not of finite numbers.
    """
    x = np.asarray(vectors, dtype=float)
    n = len(x)
    if n < 2:
        return metric(float("nan"), None, "it takes two texts", n=n)
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
        raise ValueError("an embedding is 0, or not of finite numbers")
    unit = x / lengths
    to_others = unit @ unit.sum(axis=0) - 1  # (n,): the sum of cosines to all others
    total = float(to_others.sum())
    value = 1 - total / (n * (n - 1))
    if n < 3:
        return metric(value, None, "two texts have one distance, and no interval", n=n)
    without = 1 - (total - 2 * to_others) / ((n - 1) * (n - 2))
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    from scipy.stats import t

    half = float(t.ppf(0.975, n - 1)) * error
    return metric(value, [max(0.0, value - half), min(2.0, value + half)], n=n)
