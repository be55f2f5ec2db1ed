"""Many calls at once: bounded, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from ....models.limiter import AdaptiveLimit
from ...engine import run_units

Unit = TypeVar("Unit")
Result = TypeVar("Result")


async def each(
    units: Iterable[Unit],
    work: Callable[[Unit], Awaitable[Result]],
    at_once: int,
    done: Callable[[], None] | None = None,
) -> list[Result]:
    """What the work makes of every unit, in the units' order.

    Args:
        units: What is worked on.
        work: Never returns None.
        at_once: The most under way.
        done: Told after every unit.
    """
    results: list[Result] = []

    def emit(unit: Unit, result: Result) -> None:
        results.append(result)
        if done:
            done()

    await run_units(units, work, emit, places=AdaptiveLimit(at_once), stop=asyncio.Event())
    return results
