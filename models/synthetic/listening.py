"""What others said moves people: bounded confidence in a discussion, and the answers of the others fed back.

In a round of a discussion a stance s in [−1, 1] moves to s + openness · (mean − s), where the mean is that of the heard
stances no further than `confidence` from s (Hegselmann and Krause 2002; without a bound, DeGroot 1974). Fed-back answers pull
the probabilities of one's own answers towards the answer in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from .graded import Vector
from .stance import stance_of

# A larger share or count is none.
MOST = 1e12

Rounds = tuple[tuple[float, ...], ...]


def rounds_heard(context: Mapping[str, Any]) -> Rounds:
    """The stances of the texts under a context's `heard`, round by round, oldest first; what is no text is passed over."""
    held = context.get("heard")
    if not held or not isinstance(held, list | tuple):
        return ()
    rounds = (texts for texts in held if isinstance(texts, list | tuple))
    return tuple([tuple([stance_of(t) for t in texts if isinstance(t, str) and t.strip()]) for texts in rounds])


def listened(stance: float, rounds: Rounds, openness: float, confidence: float) -> float:
    """Where somebody stands after hearing the others, in [−1, 1].

    Args:
        stance: Where they stood before.
        rounds: The stances heard, round by round.
        openness: The share of the way to those listened to that one goes in a round, in [0, 1].
        confidence: Stances further off than this are not listened to, in (0, 2]; at 2 everybody is.
    """
    if not openness:
        return stance
    for heard in rounds:
        near = heard if confidence >= 2 else [t for t in heard if abs(t - stance) <= confidence]
        if near:
            mean = sum(near) / len(near)
            stance = mean if openness == 1 else stance + openness * (mean - stance)
    return stance


def fed_back(probabilities: Vector, context: Mapping[str, Any], places: Sequence[int], openness: float) -> Vector:
    """One's own answers (K,) after being told how everybody answered, round after round.

    In each round p becomes (1 − openness) · p + openness · m, where m is all on the median of the answers; half on each where
    two are in the middle. Unordered answers have no median, and the most frequent take its place.

    Args:
        probabilities: Of the options that are answers, in codebook order.
        context: `fed_back` holds for each round one share for every option in codebook order, with or without the options that
            count as no answer; what is none of this is passed over. `option_rank` and `ordinal` as elsewhere.
        places: Where the options that are answers stand as presented, in codebook order.
        openness: As in `listened`.
    """
    held = context.get("fed_back")
    if not openness or not held or not isinstance(held, list | tuple):
        return probabilities
    ordinal = bool(context.get("ordinal", True))
    for given in held:
        shares = _shares(given, context, places)
        if shares:
            told = _middle(shares) if ordinal else _most(shares)
            probabilities = tuple([(1 - openness) * p + openness * m for p, m in zip(probabilities, told, strict=True)])
    return probabilities


def _shares(given: Any, context: Mapping[str, Any], places: Sequence[int]) -> list[float]:
    """A round's shares of the options that are answers; nothing where they are not told, or all 0."""
    if not isinstance(given, list | tuple) or not all(map(_is_share, given)):
        return []
    if len(given) > len(places):
        ranks = _codebook_places(context.get("option_rank"), len(given))
        given = [given[ranks[k]] for k in places if k < len(ranks)]
    return [float(share) for share in given] if len(given) == len(places) and sum(given) > 0 else []


def _codebook_places(ranks: Any, options: int) -> Sequence[int]:
    """The options' places in the codebook, as told, or else as presented."""
    told = isinstance(ranks, list | tuple) and all(type(r) is int for r in ranks) and set(ranks) == set(range(options))
    return ranks if told and len(ranks) == options else range(options)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST


def _middle(shares: Sequence[float]) -> list[float]:
    """All on the median option, or half on the lower and half on the upper median."""
    reached = list(accumulate(shares))
    half = reached[-1] / 2
    # Shares that were rounded, as 1/3 is, meet their half to within this.
    close = 1e-9 * reached[-1]
    lower = next(k for k, total in enumerate(reached) if total >= half - close)
    upper = next(k for k, total in enumerate(reached) if total > half + close)
    return [((k == lower) + (k == upper)) / 2 for k in range(len(shares))]


def _most(shares: Sequence[float]) -> list[float]:
    top = max(shares)
    first = [share == top for share in shares]
    return [one / sum(first) for one in first]
