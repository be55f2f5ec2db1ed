"""The people of the small world: attitudes, a prime concern, habits of speech, and the demographics they come with.

All of it derives from the names of the public and the person, so that a person is the same in every place. Demographics
are outcomes of attitudes and concern: they tell a little about the person, and nothing has to be told to make one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from ..seeds import derive_uniform
from ..synthetic.derivation import normals, short
from ..synthetic.graded import Vector, dot
from .questions import DIMENSIONS, topic
from .words import CONCERNS, CRITIQUE_OPENINGS, OPINION_OPENINGS

# How fast a stance saturates with the attitude: one standard deviation of attitude is a stance of 0.83.
STANCE_STEEPNESS = 1.2
# Standard deviation of what else than the attitude decides a label that goes with it.
LABEL_NOISE = 0.8
# How often a label that goes with the concern is the concern's own; otherwise it is any, all alike.
LABEL_LINK = 0.4

DEMOGRAPHICS: Mapping[str, tuple[str, ...]] = {
    "gender": ("Woman", "Man"),
    "age": ("18-29", "30-39", "40-49", "50-59", "60-69", "70 or older"),
    "region": ("North", "South", "East", "West", "Islands"),
    "party": ("Left", "Progress", "Centre", "Order", "Right"),
    "education": ("Basic", "Vocational", "College", "University"),
    "home": ("Village", "Small town", "Suburb", "City"),
}
# Labels in the order of an attitude: which of the two attitudes they go with.
ATTITUDE_LABELS = {"party": 0, "education": 1}
# For each concern, in the order of `words.CONCERNS`, the label it goes with.
CONCERN_LABELS: Mapping[str, tuple[int, ...]] = {
    "age": (0, 1, 0, 5, 2, 4, 3, 1),
    "region": (2, 0, 3, 1, 3, 4, 0, 1),
    "home": (3, 3, 2, 1, 2, 0, 1, 0),
}
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Person:
    """What is true of one person, which no text says outright.

    Args:
        id: Its name.
        attitude: Two numbers, standard normal over many people.
        concern: What it cares about most: a place in `words.CONCERNS`.
        opinion_habit: How it likes to open an opinion: a place in `words.OPINION_OPENINGS`.
        critique_habit: How it likes to open a critique: a place in `words.CRITIQUE_OPENINGS`.
        demographics: Label by name, of `DEMOGRAPHICS`.
    """

    id: str
    attitude: Vector
    concern: int
    opinion_habit: int
    critique_habit: int
    demographics: Mapping[str, str]

    def stance(self, question: str, public: str) -> float:
        """How far the person is for what a question or proposition is about, in (−1, 1).

        Args:
            question: As asked or as declared: both have the same topic.
            public: Names the public.
        """
        return stance_at(dot(self.attitude, topic(public, question)))


def stance_at(leaning: float) -> float:
    """The stance in (−1, 1) of a leaning, which is standard normal over people whatever the question."""
    return math.tanh(STANCE_STEEPNESS * leaning)


@lru_cache(maxsize=8192)
def person_of(public: str, persona: str) -> Person:
    """The person of this name in a public."""
    name = short(persona)
    attitude = normals(DIMENSIONS, public, "miniature person", name)
    concern = _pick(len(CONCERNS), public, name, "concern")
    return Person(
        id=persona,
        attitude=attitude,
        concern=concern,
        opinion_habit=_pick(len(OPINION_OPENINGS), public, name, "opinion habit"),
        critique_habit=_pick(len(CRITIQUE_OPENINGS), public, name, "critique habit"),
        demographics={
            d: labels[_label(d, len(labels), attitude, concern, public, name)] for d, labels in DEMOGRAPHICS.items()
        },
    )


def label_chance(demographic: str, label: str, concern: int) -> float:
    """P(label given the concern); the same for every concern where the label does not go with it.

    Raises:
        KeyError: There is no such demographic.
        ValueError: It has no such label.
    """
    labels = DEMOGRAPHICS[demographic]
    place = labels.index(label)
    if demographic not in CONCERN_LABELS:
        return 1 / len(labels)
    own = place == CONCERN_LABELS[demographic][concern]
    return LABEL_LINK * own + (1 - LABEL_LINK) / len(labels)


def _label(demographic: str, labels: int, attitude: Vector, concern: int, public: str, name: str) -> int:
    if demographic in ATTITUDE_LABELS:
        (noise,) = normals(1, public, "miniature label", demographic, name)
        mixed = (attitude[ATTITUDE_LABELS[demographic]] + LABEL_NOISE * noise) / math.hypot(1, LABEL_NOISE)
        return min(int(labels * _NORMAL.cdf(mixed)), labels - 1)
    if demographic in CONCERN_LABELS and derive_uniform(public, "miniature link", demographic, name) < LABEL_LINK:
        return CONCERN_LABELS[demographic][concern]
    return _pick(labels, public, name, demographic)


def _pick(n: int, public: str, name: str, what: str) -> int:
    return int(n * derive_uniform(public, "miniature", what, name))
