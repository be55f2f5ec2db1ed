"""The section `seats` of a study file: which seats people hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...graphs.humans import Human, Otherwise


class SeatConfig(BaseModel):
    """Who holds a seat, in every group.

    Args:
        human: True, or the person's name.
        deadline: How long each reply may take, in seconds; for ever when left out.
        otherwise: What stands for a reply that does not come in time: `missing`, or what the seat's `representative`,
            its persona, says through its model.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    human: bool | str = True
    deadline: float | None = Field(default=None, gt=0)
    otherwise: Otherwise = "missing"

    @property
    def person(self) -> Human:
        """The person, as a protocol's context takes it."""
        return Human(self.human if isinstance(self.human, str) else "", self.deadline, self.otherwise)


Seats = Mapping[str, SeatConfig]


def people_in(seats: Seats) -> dict[str, Human]:
    """The people who hold seats, by seat."""
    return {seat: config.person for seat, config in seats.items() if config.human}


def identity_of_seats(seats: Seats) -> dict[str, Any]:
    """What the people in seats add to a study's identity: nothing where there are none."""
    people = {seat: config.model_dump(mode="json") for seat, config in seats.items() if config.human}
    return {"seats": people} if people else {}


def notes_on_seats(seats: Seats) -> list[str]:
    """What whoever reads the results has to know of the people in seats."""
    return [
        f"{seat} is held by a person ({person.label}) in every group; a rating of theirs counts as certain"
        for seat, person in people_in(seats).items()
    ]


def check_seats(seats: Seats, known: Collection[str]) -> None:
    """Looks whether the seats are there.

    Args:
        seats: The section.
        known: The seats of a group; empty for a study that is no deliberation.

    Raises:
        ValueError: They are not.
    """
    if seats and not known:
        raise ValueError("`seats` (and --human) are for deliberations; nobody sits in a survey")
    for seat in seats:
        if seat not in known:
            raise ValueError(f"`seats`: no seat is called {seat!r}; a group has {', '.join(known)}")
