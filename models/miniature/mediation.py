"""The mediator of the small world: which statement it makes of what people wrote.

A statement follows from the texts, but for ties and wordings and a draft's slip, which a seed decides. The rules by which
stances are put together are a family, so that a result can be averaged over mechanisms. Everybody counts alike; texts
that cannot be read count for nothing.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from .grammar import (
    MIDDLE_OPINION,
    MIDDLE_STATEMENT,
    OPINION_STEP,
    STATEMENT_STEP,
    read_critique,
    read_opinion,
    read_statement,
    write_statement,
)

# A draft is a grade too low or too high, each with this probability: it was written before anybody could object.
SLIP = 0.2
# How many grades a revision moves for each unit of the reactions' aggregate (from −2 to 2).
GRADES_PER_REACTION = 2
MOST_CONCERNS = 2

Rule = Callable[[Sequence[float], random.Random], float]


def _mean(values: Sequence[float], draw: random.Random) -> float:
    return sum(values) / len(values)


def _median(values: Sequence[float], draw: random.Random) -> float:
    return median(values)


def _loudest(values: Sequence[float], draw: random.Random) -> float:
    most = max(map(abs, values))
    return draw.choice([v for v in values if abs(v) == most])


def _first(values: Sequence[float], draw: random.Random) -> float:
    return values[0]


MECHANISMS: Mapping[str, Rule] = {"mean": _mean, "median": _median, "loudest": _loudest, "first": _first}


def draft(opinions: Iterable[str], seed: int, mechanism: str = "mean") -> str:
    """A statement at the aggregate of the opinions' stances that addresses the concern most often voiced.

    Args:
        opinions: In the order of the seats.
        seed: Decides ties, the slip and the wording.
        mechanism: One of `MECHANISMS`.

    Raises:
        ValueError: There is no such rule.
    """
    rule, draw = _rule(mechanism), random.Random(seed)
    slip = draw.choices((-1, 0, 1), (SLIP, 1 - 2 * SLIP, SLIP))[0]
    heard = [said for said in map(read_opinion, opinions) if said]
    stances = [(said.grade - MIDDLE_OPINION) * OPINION_STEP / STATEMENT_STEP for said in heard]
    centre = MIDDLE_STATEMENT + (rule(stances, draw) if stances else 0)
    concerns = most_named(Counter(said.concern for said in heard if said.concern is not None), 1, draw)
    return write_statement(_nearest(centre, draw) + slip, concerns, draw)


def revise(previous: str, critiques: Iterable[str], seed: int, mechanism: str = "mean") -> str:
    """A statement moved the way the critiques point, that addresses the two concerns most often asked for or praised.

    Where the critiques name fewer than two, what the previous statement addressed fills up. A previous statement that
    cannot be read counts as undecided.

    Args:
        previous: The draft.
        critiques: In the order of the seats.
        seed: Decides ties and the wording.
        mechanism: One of `MECHANISMS`.

    Raises:
        ValueError: There is no such rule.
    """
    rule, draw = _rule(mechanism), random.Random(seed)
    before = read_statement(previous)
    heard = [said for said in map(read_critique, critiques) if said]
    moved = rule([float(said.reaction) for said in heard], draw) * GRADES_PER_REACTION if heard else 0.0
    grade = _nearest((before.grade if before else MIDDLE_STATEMENT) + moved, draw)
    concerns = most_named(Counter(said.concern for said in heard if said.concern is not None), MOST_CONCERNS, draw)
    kept = [c for c in (before.concerns if before else ()) if c not in concerns]
    return write_statement(grade, [*concerns, *kept][:MOST_CONCERNS], draw)


def most_named(counts: Mapping[int, int], n: int, draw: random.Random) -> list[int]:
    """The n concerns most often named, the drawn ones first among equals."""
    order = sorted(counts)
    draw.shuffle(order)
    return sorted(order, key=lambda concern: -counts[concern])[:n]


def _nearest(grade: float, draw: random.Random) -> int:
    low = math.floor(grade)
    return draw.choice((low, low + 1)) if grade - low == 0.5 else round(grade)


def _rule(mechanism: str) -> Rule:
    if mechanism not in MECHANISMS:
        raise ValueError(f"there is no mechanism {mechanism!r}; there are {', '.join(MECHANISMS)}")
    return MECHANISMS[mechanism]
