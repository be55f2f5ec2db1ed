"""What a mediator is: a function from what a group wrote to the statement that is put to it."""

from __future__ import annotations

import inspect
import json
import traceback
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from langgraph.errors import GraphBubbleUp

from ...models.errors import ModelError
from ...models.unicode_text import well_formed
from ...personas.answers import Missing
from ..context import ContextError

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
    """A mediator failed, or gave something else than a statement."""


def name_of(mediator: Mediator) -> str:
    """A mediator's name, as records and reports show it."""
    named = getattr(mediator, "name", None) or getattr(mediator, "__name__", None)
    return str(named or type(mediator).__name__)


async def rule(mediator: Mediator, case: Case, desk: Desk) -> Ruling:
    """A mediator's ruling on a case.

    Raises:
        MediatorError: It failed, gave no text, `Missing` or `Ruling`, or recorded what is no plain data.
    """
    given = await _asked(mediator, case, desk)
    ruling = given if isinstance(given, Ruling) else Ruling(given)
    said = ruling.statement
    if not isinstance(said, str | Missing):
        raise MediatorError(
            f"the mediator {name_of(mediator)!r} gave {said!r} at {case.step!r}; it must return a text, `Missing` or a `Ruling`"
        )
    record = {**desk.kept, **as_plain(ruling.record)}
    if isinstance(said, Missing):
        return Ruling(said, record)
    return Ruling(well_formed(said) if said.strip() else Missing("empty", said), record)


def as_plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as plain data: a float of numpy's as a float, a tuple as a list.

    Raises:
        MediatorError: Something is not plain data (numbers, texts, lists, mappings), or holds NaN or infinity.
    """
    plain = {}
    for name, value in record.items():
        try:
            plain[name] = json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise MediatorError(f"a mediator's record takes plain data, not {name}={value!r}: {error}") from error
    return plain


async def _asked(mediator: Mediator, case: Case, desk: Desk) -> Any:
    """What a mediator gives; a mistake in it is told with its name and place."""
    try:
        found = mediator(case, desk)
        return await found if inspect.isawaitable(found) else found
    except (ModelError, ContextError, GraphBubbleUp, MediatorError, OSError):
        raise  # no mistake of the mediator's: a model, an interrupt, a disk
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        raise MediatorError(
            f"the mediator {name_of(mediator)!r} failed at {case.step!r}: {type(error).__name__}: {error} "
            f"({Path(at.filename).name}, line {at.lineno})"
        ) from error
