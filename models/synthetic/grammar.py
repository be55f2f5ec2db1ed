"""A small grammar: opinions, critiques and statements that express a stance, its strength and reasons.

A text carries its stance in one of eleven graded phrases, from which `read_stance` reads it back.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence

# Stance from -1 to 1 in steps of 0.2. The phrase stands in the text as it is, followed by the topic.
PHRASES = (
    "reject outright the idea that",
    "are firmly against the idea that",
    "are against the idea that",
    "have strong doubts that",
    "have some doubts that",
    "see both sides of the idea that",
    "lean towards the idea that",
    "mostly support the idea that",
    "support the idea that",
    "firmly support the idea that",
    "support without reservation the idea that",
)
_SINGULAR = {"are": "am", "have": "have", "see": "see", "lean": "lean"}
_FOR = (
    "it treats people more fairly",
    "those who need it most would feel the difference",
    "the present way of doing things has not worked",
    "it would pay for itself in the long run",
    "other places have tried it and done well",
    "it would give people more say over their own lives",
    "we owe it to those who come after us",
    "it is simple enough that everybody would understand it",
)
_AGAINST = (
    "the cost would fall on people who cannot afford it",
    "nobody has shown that it would work here",
    "it takes a choice away from people",
    "there are more urgent things to spend effort on",
    "it would be hard to run and easy to get round",
    "the present way of doing things mostly works",
    "it asks too much of small places and small businesses",
    "once it is in place it would be hard to undo",
)
_OPENINGS = (
    "Speaking for myself, I",
    "On balance I",
    "To be honest, I",
    "I have thought about this and I",
    "I",
    "All in all I",
)
_JOINERS = ("because", "mainly because", "since", "first of all because")
_ALSO = ("Also,", "Besides,", "What is more,", "On top of that,")
_THOUGH = ("That said,", "Still,", "I do see that", "At the same time,")
_STATEMENT = (
    "As a group, we {phrase} {topic}. Those of us in favour say that {pro}; those who hesitate say that {con}. {close}",
    "After hearing each other out, we {phrase} {topic}. What speaks for it is that {pro}. Against it stands that {con}. {close}",
    "We {phrase} {topic}. Most of us could agree that {pro}, while keeping in mind that {con}. {close}",
)
_CLOSES = (
    "Whatever is decided should be reviewed after a few years.",
    "It should be brought in step by step, and its effects published.",
    "Those who would be hit hardest should be heard before anything is settled.",
    "The decision should rest on evidence, and be open to change.",
)
_READ = re.compile(
    r"\b(?:" + "|".join(sorted((re.escape(p) for p in PHRASES), key=len, reverse=True)) + r")\b", re.IGNORECASE
)
_PLACE = {phrase: -1 + 2 * k / (len(PHRASES) - 1) for k, phrase in enumerate(PHRASES)}


def phrase_of(stance: float) -> str:
    """The graded phrase nearest to a stance in [-1, 1]."""
    return PHRASES[round((max(-1.0, min(1.0, stance)) + 1) / 2 * (len(PHRASES) - 1))]


def read_stance(text: str) -> float | None:
    """The stance in [-1, 1] that a text of this grammar expresses, or None if it is no such text."""
    match = _READ.search(text.replace("I am ", "I are "))
    return None if match is None else _PLACE[match.group(0).lower()]


def stance_of(text: str) -> float:
    """The stance a text expresses; a text from elsewhere has a stance of its own, always the same one."""
    read = read_stance(text)
    if read is not None:
        return read
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**63 - 1


def opinion(stance: float, proposition: str, draw: random.Random) -> str:
    """An opinion of two to four sentences."""
    main, other = _sides(stance)
    reasons = draw.sample(main, 3)
    said = [
        f"{draw.choice(_OPENINGS)} {_first_person(phrase_of(stance))} {topic(proposition)}, {draw.choice(_JOINERS)} {reasons[0]}."
    ]
    if draw.random() < 0.75:
        said.append(f"{draw.choice(_ALSO)} {reasons[1]}.")
    if abs(stance) < 0.75 or draw.random() < 0.3:
        said.append(f"{draw.choice(_THOUGH)} {draw.choice(other)}.")
    return " ".join(said)


def critique(stance: float, statement_stance: float, proposition: str, draw: random.Random) -> str:
    """A critique of a statement, which says how far it is from one's own stance and which way it should move."""
    gap = stance - statement_stance
    own = f"For my part, I {_first_person(phrase_of(stance))} {topic(proposition)}"
    if abs(gap) < 0.25:
        praise = draw.choice(
            ("I can sign this as it stands.", "This says what I think.", "I am happy with this draft.")
        )
        return f"{praise} {own}."
    main, _ = _sides(gap)
    degree = "a little" if abs(gap) < 0.6 else "much"
    way = "too cautious" if gap > 0 else "too sure of itself"
    ask = draw.choice(("It should say that", "It leaves out that", "I miss the point that"))
    return f"The draft is {degree} {way} for me. {own}. {ask} {draw.choice(main)}."


def statement(stance: float, proposition: str, draw: random.Random) -> str:
    """A group statement of one paragraph."""
    return draw.choice(_STATEMENT).format(
        phrase=phrase_of(stance),
        topic=topic(proposition),
        pro=draw.choice(_FOR),
        con=draw.choice(_AGAINST),
        close=draw.choice(_CLOSES),
    )


def topic(proposition: str) -> str:
    """A proposition as a clause: no capital, no full stop, one line."""
    clause = " ".join(proposition.split()).rstrip(".?! ") or "this should be done"
    first, _, rest = clause.partition(" ")
    keeps_capital = first == "I" or first.isupper() or any(c.isupper() for c in first[1:])
    lowered = first if keeps_capital else first[:1].lower() + first[1:]
    return f"{lowered} {rest}".strip()


def _first_person(phrase: str) -> str:
    verb, _, rest = phrase.partition(" ")
    return f"{_SINGULAR.get(verb, verb)} {rest}"


def _sides(stance: float) -> tuple[Sequence[str], Sequence[str]]:
    return (_FOR, _AGAINST) if stance >= 0 else (_AGAINST, _FOR)
