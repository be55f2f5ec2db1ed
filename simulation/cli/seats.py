"""Seats of a study that are taken at the terminal: `minipublic run --human SEAT`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from ..humans.playing import Host
    from ..plan import Plan


def seat_overrides(seats: Sequence[str], deadline: float | None) -> list[str]:
    """What --human and --deadline change in a study, as for --set.

    Raises:
        InputError: A deadline is given for nobody.
    """
    if deadline is not None and not seats:
        raise InputError("--deadline is for the replies of --human SEAT; in a study file it is seats.SEAT.deadline")
    given = [f"seats.{seat}.human=true" for seat in seats]
    return given + ([f"seats.{seat}.deadline={deadline}" for seat in seats] if deadline is not None else [])


def people_at_the_terminal(plan: Plan, limit: int | None) -> tuple[Plan, Host | None]:
    """The plan, one episode at a time where people hold seats, and who asks them; says first what they are in for."""
    from ..humans.config import people_in
    from ..humans.playing import Host
    from ..humans.terminal import Terminal

    people = people_in(plan.study.seats)
    if not people:
        return plan, None
    episodes = sum(1 for _ in plan.units(limit))
    print(
        f"You sit in {' and in '.join(people)}, in {episodes} episode{'s' * (episodes > 1)}, one after the other "
        "(--limit 1 plays the first group alone). Every reply is kept as soon as it is given.\n"
        "Ctrl-C stops, and the same command goes on where it stopped; ? shows help.",
        file=sys.stderr,
    )
    return plan.one_by_one(), Host(Terminal().answer, one_by_one=True)
