"""The three kinds of text, and what each says: opinions, critiques and statements."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import words as w
from .forms import Form

OPINION = Form((w.OPINION_OPENINGS, w.OPINION_GRADES, w.OPINION_REASONS))
CRITIQUE = Form((w.CRITIQUE_OPENINGS, w.CRITIQUE_REACTIONS, w.CRITIQUE_REMARKS))
STATEMENT = Form((w.STATEMENT_OPENINGS, w.STATEMENT_GRADES, w.STATEMENT_CARES, w.STATEMENT_CLOSES))

# The stance of the middle grade is 0; from grade to grade it is this much more.
OPINION_STEP, STATEMENT_STEP = 0.4, 0.2
MIDDLE_OPINION, MIDDLE_STATEMENT = len(w.OPINION_GRADES) // 2, len(w.STATEMENT_GRADES) // 2
MIDDLE_REACTION = len(w.CRITIQUE_REACTIONS) // 2
_N = len(w.CONCERNS)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an opinion says.

    Args:
        opening: A place in `words.OPINION_OPENINGS`.
        grade: 0 (fully against) to 4 (fully for).
        concern: The reason's place in `words.CONCERNS`; None without a reason.
    """

    opening: int
    grade: int
    concern: int | None

    @property
    def stance(self) -> float:
        """The stance the grade stands for, from −0.8 to 0.8."""
        return OPINION_STEP * (self.grade - MIDDLE_OPINION)


@dataclass(frozen=True, slots=True)
class Critique:
    """What a critique says.

    Args:
        opening: A place in `words.CRITIQUE_OPENINGS`.
        reaction: −2 (the draft supports this far more than I do) to 2 (far less); 0 is content.
        concern: What it asks for or praises; None where it does neither.
        praises: The draft has the concern already.
    """

    opening: int
    reaction: int
    concern: int | None
    praises: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement of the group says.

    Args:
        grade: 0 (fully oppose) to 8 (fully support).
        concerns: None, one or two places in `words.CONCERNS`, ascending.
    """

    grade: int
    concerns: tuple[int, ...]

    @property
    def stance(self) -> float:
        """The stance the grade stands for, from −0.8 to 0.8."""
        return STATEMENT_STEP * (self.grade - MIDDLE_STATEMENT)


@lru_cache(maxsize=8192)
def read_opinion(text: str) -> Opinion | None:
    """What a text says as an opinion; None if it is none."""
    read = OPINION.read(text)
    return None if read is None else Opinion(read[0], read[1], read[2] - 1 if read[2] else None)


@lru_cache(maxsize=8192)
def read_critique(text: str) -> Critique | None:
    """What a text says as a critique; None if it is none."""
    read = CRITIQUE.read(text)
    if read is None:
        return None
    opening, reaction, remark = read
    return Critique(opening, reaction - MIDDLE_REACTION, (remark - 1) % _N if remark else None, remark > _N)


@lru_cache(maxsize=8192)
def read_statement(text: str) -> Statement | None:
    """What a text says as a statement; None if it is none."""
    read = STATEMENT.read(text)
    return None if read is None else Statement(read[1], _concerns(read[2]))


def write_statement(grade: int, concerns: Sequence[int], draw: random.Random) -> str:
    """A statement of this grade (cut to 0..8) which addresses these concerns, its wording drawn.

    Raises:
        ValueError: There are more than two concerns.
    """
    wanted = tuple(sorted(set(concerns)))
    if len(wanted) > 2:
        raise ValueError(f"a statement addresses two concerns at most, got {list(concerns)}")
    cares = 0 if not wanted else 1 + wanted[0] if len(wanted) == 1 else 1 + _N + w.PAIRS.index((wanted[0], wanted[1]))
    return STATEMENT.write((0, max(0, min(grade, len(w.STATEMENT_GRADES) - 1)), cares, 0), draw)


def statement_stance(text: str) -> tuple[float, tuple[int, ...]]:
    """The stance in [−1, 1] and the concerns of a statement; a text that is none stands at 0 and addresses none."""
    said = read_statement(text)
    return (said.stance, said.concerns) if said else (0.0, ())


def _concerns(care: int) -> tuple[int, ...]:
    if care == 0:
        return ()
    return (care - 1,) if care <= _N else w.PAIRS[care - 1 - _N]
