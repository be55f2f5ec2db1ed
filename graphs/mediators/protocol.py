"""What a mediator is: a function from what a group wrote to the statement that is put to it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ...personas.answers import Missing

if TYPE_CHECKING:
    from .desk import Desk


@dataclass(frozen=True, slots=True)
class Case:
    """What a mediator is given: the words of those present, and nobody's name or traits.

    Args:
        step: The step of the protocol that is under way, such as `draft` or `revised`; seeds derive from it.
        question: What is discussed.
        proposition: Its declarative form.
        opinions: By seat, in the seats' order; seats that were lost are not there.
        critiques: Of the previous statement, by seat; empty where none was asked for.
        previous: The statement that the critiques are about; None at first.
        positions: By seat, how far it agrees with the proposition, coded 1..K; seats that did not say are not there.
        weights: By seat, for how many people it stands.
    """

    step: str
    question: str
    proposition: str
    opinions: Mapping[str, str]
    critiques: Mapping[str, str] = field(default_factory=dict)
    previous: str | None = None
    positions: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a mediator decides.

    Args:
        statement: What is put to the group, or why there is nothing.
        record: How it came about, as plain data: candidates, shuffles, predictions, the social ranking, the winner.
    """

    statement: str | Missing
    record: Mapping[str, Any] = field(default_factory=dict)


class Mediator(Protocol):
    """A mechanism: any callable of this form, a coroutine function too; a plain function that returns a text will do.

    Its name is its attribute `name`, or else its `__name__`.
    """

    def __call__(
        self, case: Case, desk: Desk
    ) -> str | Missing | Ruling | Awaitable[str | Missing] | Awaitable[Ruling] | Awaitable[str | Missing | Ruling]:
        """Decides what is put to the group.

        Args:
            case: What the group wrote.
            desk: Makes calls to models, and draws at random, by seeds that no mechanism changes.
        """
        ...


class MediatorError(TypeError):
    """A mediator gave something else than a statement."""


def name_of(mediator: Mediator) -> str:
    """A mediator's name, as records and reports show it."""
    named = getattr(mediator, "name", None) or getattr(mediator, "__name__", None)
    return str(named or type(mediator).__name__)


async def rule(mediator: Mediator, case: Case, desk: Desk) -> Ruling:
    """A mediator's ruling on a case.

    Raises:
        MediatorError: It gave no text, `Missing` or `Ruling`.
    """
    found = mediator(case, desk)
    given = await found if inspect.isawaitable(found) else found
    ruling = given if isinstance(given, Ruling) else Ruling(given)
    said, record = ruling.statement, {**desk.kept, **ruling.record}
    if isinstance(said, str):
        return Ruling(said if said.strip() else Missing("empty", said), record)
    if isinstance(said, Missing):
        return Ruling(said, record)
    raise MediatorError(
        f"the mediator {name_of(mediator)!r} gave {said!r} at {case.step!r}; it must return a text, `Missing` or a `Ruling`"
    )
