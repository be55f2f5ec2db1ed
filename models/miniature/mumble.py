"""Mumbling: once in a thousand texts a person says words at random, so that every text has a probability above 0.

A text's probability is the exact sum of both: (1 − ε) × the grammar's + ε × mumbling's. Mumbling draws a number of words
and marks from a geometric distribution (at least one) and each of them evenly from the vocabulary. All words that are not
in it count as one and the same, so that this is exact over texts in which they are not told apart.
"""

from __future__ import annotations

import math
import random
import re
from functools import lru_cache

from .forms import clean
from .grammar import CRITIQUE, OPINION, STATEMENT
from .words import ACTIONS, QUALIFIERS, THINGS

EPSILON = 1e-3
# The mean number of words and marks: short, so that the few who mumble weigh little in a mean log-likelihood.
MEAN_LENGTH = 3.0
# What is said for a word that is not in the vocabulary.
UNKNOWN = "mm"
_TOKEN = re.compile(r"[.,?]|[^\s.,?]+")


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """Every word and mark of the texts and questions of the small language, without the unknown word."""
    phrases = [
        p for form in (OPINION, CRITIQUE, STATEMENT) for slot in form.slots for wordings in slot for p in wordings
    ]
    asked = [*(action for action, _ in ACTIONS), *QUALIFIERS, *THINGS, "Should we ? We should ."]
    return tuple(sorted(set(_TOKEN.findall(" ".join([*phrases, *asked])))))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(vocabulary())


def tokens(text: str) -> list[str]:
    """A text's words and marks, words outside the vocabulary as `UNKNOWN`."""
    return [token if token in _known() else UNKNOWN for token in _TOKEN.findall(text)]


def log_probability(text: str) -> float:
    """The natural logarithm of the probability that mumbling says this; −inf only for an empty text."""
    n = len(tokens(text))
    if n == 0:
        return -math.inf
    stop = 1 / MEAN_LENGTH
    return math.log(stop) + (n - 1) * math.log(1 - stop) - n * math.log(len(_known()) + 1)


def sample(draw: random.Random) -> str:
    """A mumbled text."""
    said = [_one(draw)]
    while draw.random() >= 1 / MEAN_LENGTH:
        said.append(_one(draw))
    return clean(" ".join(said))


def _one(draw: random.Random) -> str:
    return draw.choice((*vocabulary(), UNKNOWN))
