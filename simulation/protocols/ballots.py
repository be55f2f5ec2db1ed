"""How votes came out: verdicts, hung juries, and whether the first majority won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...evaluators.verdicts import HUNG, jury_verdicts


def measure_votes(told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The verdicts of one condition's groups; None where nobody voted.

    Several ballots on the same options are one trial: the last that was taken is the verdict, and the first is where
    the group began. A group that decided nothing is hung.

    Returns:
        `ballots`, the names of the steps; `options`; and what `jury_verdicts` gives.
    """
    voted = [t for t in told if _ballots(t)]
    if not voted:
        return None
    ends, options = ends_of(voted)
    firsts = np.array([_counts(_ballots(t)[0], len(options)) for t in voted])
    several = any(len(_ballots(t)) > 1 for t in voted)
    names = list(dict.fromkeys(step for t in voted for step in t["votes"]))
    found: dict[str, Any] = jury_verdicts(ends, options, firsts if several else None, cases=[t["group"] for t in voted])
    return {"ballots": names, "options": options} | found


def ends_of(voted: Sequence[Mapping[str, Any]]) -> tuple[list[str | None], list[str]]:
    """Of each episode what its last ballot decided ("hung" for nothing, None where nobody voted), and the options."""
    options: list[str] = max((_ballots(t)[0]["options"] for t in voted), key=len)
    return [_end(_ballots(t)[-1], options) for t in voted], options


def _ballots(t: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The counts of an episode's ballots in the order taken."""
    outcomes = t.get("outcomes") or {}
    return [outcomes[step] for step in t.get("votes") or {} if "counts" in outcomes.get(step, {})]


def _end(ballot: Mapping[str, Any], options: Sequence[str]) -> str | None:
    if not ballot["voters"]:
        return None  # nobody could be heard
    return options[int(ballot["decided"]) - 1] if ballot["decided"] else HUNG


def _counts(ballot: Mapping[str, Any], options: int) -> list[float]:
    if not ballot["voters"]:
        return [float("nan")] * options
    return [float(ballot["counts"].get(str(k), 0)) for k in range(1, options + 1)]
