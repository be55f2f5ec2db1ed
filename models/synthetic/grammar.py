"""A small grammar: opinions, critiques and statements that express a stance, its strength and reasons.

A text carries its stance in one graded phrase (see `stance`), from which `read_stance` reads it back. Each persona
has a voice: reasons it keeps coming back to, and turns of phrase it prefers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import wordings as w
from .derivation import short
from .stance import first_person, frame, phrase_of, read_stance, stance_of

__all__ = ["Voice", "critique", "declarative", "opinion", "read_stance", "stance_of", "statement"]

# A reason as a statement of the group takes it up: "I" is one person's.
_OF_ALL = {reason: reason.replace("I have seen around me", "some of us have seen") for reason in (*w.FOR, *w.AGAINST)}
# Closer than this, a critique has nothing to object; from this distance on it objects much.
CONTENT_WITHIN, FAR_FROM = 0.25, 0.6
# Nearer to 0 than this, an opinion weighs one reason for against one against.
UNDECIDED_WITHIN = 0.1


@dataclass(frozen=True, slots=True)
class Voice:
    """How one persona talks; derived from its name.

    Args:
        pros: Reasons for, the persona's favourites first.
        cons: Reasons against, likewise.
        turn: Where in a list of turns of phrase the persona starts.
    """

    pros: tuple[str, ...]
    cons: tuple[str, ...]
    turn: int

    @classmethod
    def of(cls, persona: str, proposition: str) -> Voice:
        """The voice of a persona when it talks about a proposition."""
        own = random.Random(repr(("voice", short(persona), short(proposition))))
        return cls(
            tuple(own.sample(w.FOR, len(w.FOR))), tuple(own.sample(w.AGAINST, len(w.AGAINST))), own.randrange(60)
        )

    def sides(self, stance: float) -> tuple[Sequence[str], Sequence[str]]:
        """The reasons for one's own side, and those for the other."""
        return (self.pros, self.cons) if stance >= 0 else (self.cons, self.pros)


def opinion(stance: float, proposition: str, draw: random.Random, voice: Voice | None = None) -> str:
    """An opinion of two to five sentences: the stance, one to three reasons, and how settled it is."""
    voice = voice or Voice.of("", proposition)
    phrase = first_person(phrase_of(stance, draw.randrange(6)))
    said = f"{_turn(w.OPENINGS, voice, draw)} I {phrase} {frame(proposition)}".strip()
    if abs(stance) < UNDECIDED_WITHIN:
        even = draw.choice(w.EVEN).format(pro=voice.pros[draw.randrange(2)], con=voice.cons[draw.randrange(2)])
        return f"{said}. {even}{_ending(stance, draw)}"
    main, other = voice.sides(stance)
    reason = main[draw.randrange(2)]
    if draw.random() < 0.5:
        sentences = [f"{said}, {draw.choice(w.JOINERS)} {reason}."]
    else:
        sentences = [f"{said}.", draw.choice(w.FOLLOWS).format(reason=reason)]
    if draw.random() < 0.6:
        sentences.append(f"{_turn(w.ALSO, voice, draw)} {main[2 + draw.randrange(2)]}.")
    if abs(stance) < 0.5 or draw.random() < 0.3:
        sentences.append(f"{_turn(w.THOUGH, voice, draw)} {other[draw.randrange(2)]}.")
    return " ".join(sentences) + _ending(stance, draw)


def critique(
    stance: float, statement_stance: float, proposition: str, draw: random.Random, voice: Voice | None = None
) -> str:
    """A critique of a statement: how far it is from one's own stance, that stance, and what is missing."""
    voice = voice or Voice.of("", proposition)
    gap = stance - statement_stance
    own = f"{_turn(w.OWN, voice, draw)} {first_person(phrase_of(stance, draw.randrange(6)))} {frame(proposition)}."
    main, other = voice.sides(gap)
    if abs(gap) < CONTENT_WITHIN:
        thanks = f" It is good that it also sees that {other[0]}." if draw.random() < 0.3 else ""
        return f"{_turn(w.CONTENT, voice, draw)}{thanks} {own}"
    degree, nearly = ("a good deal", "nearly") if abs(gap) >= FAR_FROM else ("a little", "quite")
    judged = _turn(w.NOT_FAR_ENOUGH if gap > 0 else w.TOO_FAR, voice, draw).format(degree=degree, nearly=nearly)
    ask = _turn(w.ASKS, voice, draw).format(reason=main[draw.randrange(2)])
    return " ".join((judged, own, ask) if draw.random() < 0.7 else (own, judged, ask))


def statement(stance: float, proposition: str, draw: random.Random, heard: Iterable[str] = ()) -> str:
    """A group statement of one paragraph, which takes up the reasons most often heard on either side."""
    texts = list(heard)
    return draw.choice(w.STATEMENTS).format(
        said=f"we {phrase_of(stance, draw.randrange(6))} {frame(proposition)}",
        pro=reason_heard(w.FOR, texts, draw),
        con=reason_heard(w.AGAINST, texts, draw),
        close=draw.choice(w.CLOSES),
    )


def declarative(question: str) -> str:
    """A sentence to agree or disagree with, made from any question."""
    asked = frame(question)
    if asked.startswith("that "):
        clause = asked.removeprefix("that ")
        return f"{clause[:1].upper()}{clause[1:]}."
    return f"The answer to {asked.removeprefix('behind ')} is yes."


def _ending(stance: float, draw: random.Random) -> str:
    ends = w.STRONG_ENDS if abs(stance) >= 0.7 else w.MILD_ENDS if abs(stance) < 0.5 else ()
    return f" {draw.choice(ends)}" if ends and draw.random() < 0.4 else ""


def reason_heard(reasons: Sequence[str], texts: Sequence[str], draw: random.Random) -> str:
    """The reason that most of the texts give, as one of the whole group's; among equals one is drawn."""
    counts = Counter({reason: sum(reason in text for text in texts) for reason in reasons})
    most = max(counts.values())
    return _OF_ALL[draw.choice([reason for reason in reasons if counts[reason] == most])]


def _turn(choices: Sequence[str], voice: Voice, draw: random.Random) -> str:
    # One of three that the persona is used to.
    return choices[(voice.turn + draw.randrange(min(3, len(choices)))) % len(choices)]
