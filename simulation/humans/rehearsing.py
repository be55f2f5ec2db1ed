"""People in a rehearsal: they reply in time, and nobody is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...graphs.humans import Wanted
from .config import Seats, people_in
from .playing import Host, Table
from .replies import Replies


def rehearsed_table(seats: Seats, replies: Replies | None = None) -> Table | None:
    """A table at which everybody has something to say; None where no person holds a seat.

    Args:
        seats: The study's section.
        replies: What was replied before.
    """
    people = {seat: replace(human, deadline_s=None) for seat, human in people_in(seats).items()}
    return Table(people, Host(_say_anything), replies or Replies()) if people else None


async def _say_anything(wanted: Wanted) -> dict[str, Any]:
    if wanted["kind"] == "text":
        return {"text": f"[{wanted['step']} of a person]"}
    return {"answer": wanted["options"][0]["key"]}
