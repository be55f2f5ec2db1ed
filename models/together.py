"""Several choices at once: in one request where the model takes a list, else one call each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from .errors import ModelError
from .protocol import Choice, ChooseRequest, LanguageModel

Result = TypeVar("Result")


async def choose_all(model: LanguageModel, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
    """Asks a model for several independent choices, such as a persona's answers to a questionnaire.

    A model with a method `choose_all` of its own takes them together (where it has a method `takes_together`, those of which
    that is true); any other is called once for each, at the same time.

    Args:
        model: Who answers.
        requests: What is asked.

    Returns:
        A choice for every request in order, or the error that it met: one that fails does not lose the others.
    """
    together = getattr(model, "choose_all", None)
    if together is not None:
        return await together(requests)  # type: ignore[no-any-return]
    return await one_by_one(model, requests)


async def one_by_one(model: LanguageModel, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
    """A call for each choice, all at the same time; a choice or the error it met, in order."""
    return list(await asyncio.gather(*(attempt(model.choose(request)) for request in requests)))


def travel_together(model: LanguageModel, requests: Sequence[ChooseRequest]) -> bool:
    """Whether `choose_all` asks for these together; else each is a call of its own, with an end of its own."""
    if getattr(model, "choose_all", None) is None:
        return False
    takes = getattr(model, "takes_together", None)
    return takes is None or bool(takes(requests))


async def attempt(call: Awaitable[Result]) -> Result | ModelError:
    """What a call returns, or the model error it met."""
    try:
        return await call
    except ModelError as error:
        return error


def or_raise(result: Result | ModelError) -> Result:
    """The result; an error is raised."""
    if isinstance(result, ModelError):
        raise result
    return result
