"""From the members' ballots to the winner: pure, and from the record alone it can be done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..social_choice import Rule, break_ties, rule_named, winners
from .options import OptionError, one_of

TieBreak = Literal["ballots", "lot"]
TIE_BREAKS: tuple[TieBreak, ...] = ("ballots", "lot")
UNRANKED = "no_comparison"  # a candidate of which nothing was foretold is not liked less for it


@dataclass(frozen=True, slots=True)
class Count:
    """What came of counting.

    Args:
        social_ranks: One for each candidate, from 0 without gaps, lower is better, equal is tied.
        winner: Which candidate.
        tied: Those who came first together; none where one came first alone.
    """

    social_ranks: tuple[int, ...]
    winner: int
    tied: tuple[int, ...] = ()


def count_ballots(
    ballots: Sequence[Sequence[float | None]],
    rule: Rule,
    *,
    seed: int,
    tie_break: TieBreak = "ballots",
    weights: Sequence[float] | None = None,
) -> Count:
    """Counts ballots and breaks a tie for the first place.

    Args:
        ballots: One for each voter: a rank for each candidate, lower is better, equal is level, None for no rank.
        rule: A social choice rule.
        seed: Of the tie-break.
        tie_break: `ballots`, drawn at random until one tells the tied apart, then by lot; or `lot` at once.
        weights: One for each ballot; 1 each by default.

    Raises:
        ChoiceError: Ballots or weights that the rule cannot count.
    """
    ranks = np.array([[np.nan if r is None else r for r in ballot] for ballot in ballots], dtype=float)
    social = rule(ranks, unranked=UNRANKED, weights=weights)
    first = winners(social)
    if len(first) == 1:
        return Count(tuple(social.tolist()), int(first[0]))
    said = ranks if tie_break == "ballots" else np.zeros_like(ranks)
    broken = break_ties(social, said, seed, UNRANKED, weights=weights)
    return Count(tuple(social.tolist()), int(np.argmin(broken)), tuple(first.tolist()))


def tie_record(count: Count, tie_break: str, seed: int, places: Sequence[int]) -> dict[str, Any] | None:
    """How a tie was broken, as plain data; None where there was none.

    Args:
        count: What came of counting.
        tie_break: How a tie is broken.
        seed: By which.
        places: What each of the candidates counted is called in the record.
    """
    if not count.tied:
        return None
    return {"tied": [places[k] for k in count.tied], "by": tie_break, "seed": seed}


def rule_of(mediator: str, given: str | Mapping[str, Any], candidates: int) -> Rule:
    """The social choice rule that an option names: a name, or `{name: minimax, variant: margin}`.

    Raises:
        OptionError: There is no name.
        ChoiceError: There is no such rule or option, or it cannot count so many candidates.
    """
    options = {"name": given} if isinstance(given, str) else dict(given) if isinstance(given, Mapping) else {}
    if "name" not in options:
        raise OptionError(
            f"{mediator}: rule: {given!r} names no rule; write `schulze` or {{name: schulze, variant: margin}}"
        )
    rule = rule_named(**options)
    rule(np.arange(candidates)[None, :])  # a rule for small sets says here that these are too many
    return rule


def check_tie_break(mediator: str, value: Any) -> None:
    """Refuses what is no way of breaking ties.

    Raises:
        OptionError: It is none.
    """
    one_of(mediator, "tie_break", value, TIE_BREAKS)
