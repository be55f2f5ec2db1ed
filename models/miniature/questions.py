"""What is asked: short questions on whether to do something with something, and which way each one points."""

from __future__ import annotations

import math
import random
import re
from functools import lru_cache

from ..synthetic.derivation import direction, normals, short
from ..synthetic.graded import Vector, dot
from ..synthetic.stance import topic_key
from .words import ACTIONS, QUALIFIERS, THINGS

DIMENSIONS = 2
# How far the qualifier turns the direction that the thing gives.
QUALIFIER_SHARE = 0.5

QUESTIONS = len(ACTIONS) * len(QUALIFIERS) * len(THINGS)
_WORDED = re.compile(
    rf"(?:should we|we should) ({'|'.join(a for a, _ in ACTIONS)}) ({'|'.join(QUALIFIERS)}) ({'|'.join(THINGS)})",
    re.IGNORECASE,
)
_SHOULD = re.compile(r"^(?:should we|we should) ")
_SIGN = dict(ACTIONS)


def question(number: int) -> str:
    """One of the `QUESTIONS` questions, such as "Should we fund rural schools?".

    Raises:
        IndexError: The number is not from 0 to `QUESTIONS` − 1.
    """
    if not 0 <= number < QUESTIONS:
        raise IndexError(f"there are {QUESTIONS} questions, from 0 up; got {number}")
    rest, thing = divmod(number, len(THINGS))
    action, qualifier = divmod(rest, len(QUALIFIERS))
    return f"Should we {ACTIONS[action][0]} {QUALIFIERS[qualifier]} {THINGS[thing]}?"


def sample_questions(n: int, seed: int = 0) -> tuple[str, ...]:
    """N different questions in a drawn order.

    Raises:
        ValueError: There are not so many.
    """
    if not 0 <= n <= QUESTIONS:
        raise ValueError(f"there are {QUESTIONS} different questions; {n} cannot be drawn")
    return tuple(question(k) for k in random.Random(repr(("questions", seed))).sample(range(QUESTIONS), n))


def proposition(asked: str) -> str:
    """The sentence to agree or disagree with: "Should we ban old mines?" becomes "We should ban old mines."."""
    rest = asked.strip().removeprefix("Should we ").rstrip("? ")
    return f"We should {rest}."


@lru_cache(maxsize=8192)
def topic(public: str, text: str) -> Vector:
    """Which mixture of attitudes a question or its proposition is about: a vector of unit length.

    Things and qualifiers each have a direction, which an action is for or against: so that it can be learned which way a
    new question points. Any other text has a direction of its own, "Should we X?" the same as "We should X.".
    """
    match = _WORDED.search(text)
    if match is None:
        return direction(public, DIMENSIONS, short(_SHOULD.sub("", topic_key(text))))
    action, qualifier, thing = (word.lower() for word in match.groups())
    main = normals(DIMENSIONS, public, "thing", thing)
    turn = normals(DIMENSIONS, public, "qualifier", qualifier)
    mixed = tuple(m + QUALIFIER_SHARE * t for m, t in zip(main, turn, strict=True))
    length = _SIGN[action] * math.sqrt(dot(mixed, mixed))
    return tuple(x / length for x in mixed)
