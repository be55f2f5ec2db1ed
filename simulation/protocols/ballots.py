"""How votes came out: verdicts, hung juries, and whether the first majority won."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ...evaluators.intervals import metric
from ...evaluators.proportions import clustered_share
from ...evaluators.verdicts import HUNG, jury_verdicts


def measure_votes(told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The verdicts of one condition's groups; None where nobody voted.

    Several ballots on the same options are one trial: the last that was taken is the verdict, and the first is where
    the group began. A group that decided nothing is hung. Of several trials the last one is measured.

    Returns:
        `ballots`, the names of the steps; `options`; and what `jury_verdicts` gives.
    """
    trial = _last_trial(told)
    voted = [t for t in told if _ballots(t, trial)]
    if not voted:
        return None
    names = list(dict.fromkeys(step for t in voted for step in t["votes"] if step in trial))
    taken = [_ballots(t, trial) for t in voted]
    if any(on_texts(t) for t in voted):
        return {"ballots": names, "options": []} | _decided(voted, [ballots[-1] for ballots in taken])
    ends, options = ends_of(voted)
    firsts = np.array([_counts(ballots[0], len(options)) for ballots in taken])
    several = any(len(ballots) > 1 for ballots in taken)
    found: dict[str, Any] = jury_verdicts(ends, options, firsts if several else None, cases=[t["group"] for t in voted])
    return {"ballots": names, "options": options} | found


def voted_in(t: Mapping[str, Any]) -> bool:
    """Whether votes were counted in an episode."""
    return bool(_counted(t))


def on_texts(t: Mapping[str, Any]) -> bool:
    """Whether a group voted last on texts of its own, which are no options that groups share."""
    counts = list(_counted(t).values())
    return bool(counts) and counts[-1].get("among_texts", False)


def _decided(voted: Sequence[Mapping[str, Any]], last: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How often groups that vote on texts of their own decide for one of them."""
    ends = [
        (t["group"], float(ballot["decided"] is None))
        for t, ballot in zip(voted, last, strict=True)
        if ballot["voters"]
    ]
    return {
        "verdicts": {},
        "hung": clustered_share(np.array([hung for _, hung in ends]), np.array([group for group, _ in ends])),
        "first_majority_wins": metric(np.nan, None, "groups vote on texts of their own", n=0),
        "n": {"juries": len(ends), "missing": len(voted) - len(ends)},
    }


def ends_of(voted: Sequence[Mapping[str, Any]]) -> tuple[list[str | None], list[str]]:
    """Of each episode what its last ballot decided ("hung" for nothing, None where nobody voted), and the options."""
    trial = _last_trial(voted)
    taken = [_ballots(t, trial) for t in voted]
    options: list[str] = max((ballots[0]["options"] for ballots in taken if ballots), key=len, default=[])
    return [_end(ballots[-1], options) if ballots else None for ballots in taken], options


def _last_trial(told: Sequence[Mapping[str, Any]]) -> Collection[str]:
    """The steps of the last trial: ballots on the same options, or one on texts, whose options are never another's."""
    trials: dict[Any, dict[str, None]] = {}
    for t in told:
        for step, ballot in _counted(t).items():
            trials.setdefault(step if "about" in ballot else tuple(ballot["options"]), {})[step] = None
    return list(trials.values())[-1] if trials else ()


def _ballots(t: Mapping[str, Any], trial: Collection[str]) -> list[Mapping[str, Any]]:
    """The counts of an episode's ballots of a trial, in the order taken."""
    return [ballot for step, ballot in _counted(t).items() if step in trial]


def _counted(t: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    outcomes = t.get("outcomes") or {}
    return {step: outcomes[step] for step in t.get("votes") or {} if "counts" in outcomes.get(step, {})}


def _end(ballot: Mapping[str, Any], options: Sequence[str]) -> str | None:
    if not ballot["voters"]:
        return None  # nobody could be heard
    return options[int(ballot["decided"]) - 1] if ballot["decided"] else HUNG


def _counts(ballot: Mapping[str, Any], options: int) -> list[float]:
    if not ballot["voters"]:
        return [float("nan")] * options
    return [float(ballot["counts"].get(str(k), 0)) for k in range(1, options + 1)]
