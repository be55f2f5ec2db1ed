"""Judging several texts against each other: rankings in letters, and votes; by how far a stance is from each text's.

A persona judges from where it stands. The mediator's model, which predicts what one citizen would say, has the citizen's
words only, and reads the stance from these.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..protocol import LETTERS
from .graded import Vector, softmax
from .stance import stance_of, topic_of

# Standard deviation of the error, in stances, with which a citizen's distance from each candidate is predicted.
PREDICTION_ERROR = 0.05
# Distances that round to the same tenth are ties.
DECIMALS = 1
# A vote's utility falls by this for each unit of distance.
PER_DISTANCE = 4.0
# As far as two stances can be: where what should be a text is none.
FARTHEST = 2.0
# Answers that rank nothing, and hold no letter that could be taken for a candidate's.
SLIPS = (
    "They all have something to be said for them.",
    "It is hard to tell which of these would be liked best.",
    "The first one, probably, though the others are good as well.",
    "best > second best > the rest",
    '{"ranking": null}',
)


def candidates(context: Mapping[str, Any]) -> Sequence[Any]:
    """The texts under a context's `candidates`, as many as there are letters; nothing where they are no list."""
    held = context.get("candidates")
    return held[: len(LETTERS)] if isinstance(held, list | tuple) else ()


def about(context: Mapping[str, Any], texts: Sequence[Any]) -> str:
    """The proposition that the context names, or that the first of the texts is about."""
    told = context.get("proposition")
    return str(told) if told else topic_of(next((text for text in texts if isinstance(text, str)), ""))


def read_citizen(context: Mapping[str, Any]) -> float:
    """Where a citizen stands, in [−1, 1], by its critique, or else by its opinion; 0 where it wrote neither."""
    for key in ("critique", "opinion"):
        text = context.get(key)
        if isinstance(text, str) and text.strip():
            return stance_of(text)
    return 0.0


def votes(stance: float, texts: Sequence[Any]) -> Vector:
    """The probability of voting for each of the texts: a softmax of −4 · distance."""
    return softmax([-PER_DISTANCE * gap for gap in _distances(stance, texts)])


def rank(stance: float, texts: Sequence[Any], draw: random.Random, slip_rate: float = 0.0, error: float = 0.0) -> str:
    """The texts from nearest to farthest by the letters of their places, as "A > C = B > D".

    Args:
        stance: Of whoever ranks.
        texts: In the order presented.
        draw: What slips and errors are drawn by.
        slip_rate: How often the answer ranks nothing, in [0, 1].
        error: Standard deviation of what is added to each distance.
    """
    slipped = draw.random() < slip_rate
    if slipped or not texts:
        return draw.choice(SLIPS)
    places: dict[float, list[str]] = {}
    for letter, gap in zip(LETTERS, _distances(stance, texts), strict=False):
        seen = abs(gap + draw.gauss(0, error)) if error else gap
        # Twice, so that two distances alike but for their last bits do not fall on either side of a half.
        places.setdefault(round(round(seen, 9), DECIMALS), []).append(letter)
    return " > ".join(" = ".join(places[gap]) for gap in sorted(places))


def _distances(stance: float, texts: Sequence[Any]) -> list[float]:
    return [abs(stance - stance_of(text)) if isinstance(text, str) else FARTHEST for text in texts]
