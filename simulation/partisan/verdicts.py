"""What the spread of the answers betrays, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..report.numbers import number, with_interval

Measured = Mapping[str, Any]


def verdicts(name: str, measured: Measured) -> list[str]:
    """A sentence on each party's members: whether they are as different from each other as people are.

    Args:
        name: Whose answers.
        measured: What `measure_partisan` gives.
    """
    if "variance_ratio" not in measured:
        return [f"{name}: no people to compare with (--humans), so whether the spread is right is not known."]
    return [_verdict(name, measured, party, label) for party, label in measured["parties"].items()]


def _verdict(name: str, measured: Measured, party: str, label: str) -> str:
    ratio, mine = measured["variance_ratio"][party], measured["extremes"][party]
    theirs = measured["humans"]["extremes"][party]
    ends = f"{with_interval(mine)} of the answers are at an end of the scale, of people's {with_interval(theirs)}"
    start = f"{name}, {label}: variance of scores {with_interval(ratio)} times people's; {ends}."
    narrow, wide = _against(ratio, (1.0, 1.0))
    fewer, more = _against(mine, theirs["ci"])
    if narrow:
        rarer = ", and avoid the ends of the scale" if fewer else ""
        return f"{start} They are too much alike{rarer}: Cohen's d comes out larger than the same gap among people."
    if wide:
        return f"{start} They differ more than people do: Cohen's d comes out smaller than the same gap among people."
    if fewer or more:
        said = "rarer" if fewer else "more common"
        return f"{start} The spread of scores is not told from people's, but answers at the ends are {said}."
    return f"{start} {_unsure(ratio)}"


def _unsure(ratio: Measured) -> str:
    if ratio["ci"] is None:
        return "Without an interval, chance cannot be told from a wrong spread."
    low, high = (number(end) for end in ratio["ci"])
    return f"A spread like people's is not excluded; nor is any between {low} and {high} times theirs."


def _against(found: Measured, other: Any) -> tuple[bool, bool]:
    """Whether an interval lies wholly below, or wholly above, another one; neither where one is not known."""
    if not found.get("ci") or not other:
        return False, False
    return found["ci"][1] < other[0], found["ci"][0] > other[1]
