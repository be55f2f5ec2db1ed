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

    A model with a method `choose_all` of its own takes them together; any other is called once for each, at the same time.

    Args:
        model: Who answers.
        requests: What is asked.

    Returns:
        A choice for every request in order, or the error that it met: one that fails does not lose the others.
    """
    together = getattr(model, "choose_all", None)
    if together is not None:
        return await together(requests)  # type: ignore[no-any-return]
    return list(await asyncio.gather(*(attempt(model.choose(request)) for request in requests)))


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
