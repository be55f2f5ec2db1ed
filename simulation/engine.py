"""Runs many units at once: bounded, in order, stoppable."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

from ..models.limiter import AdaptiveLimit

Unit = TypeVar("Unit")
Result = TypeVar("Result")

# Finished units wait for slower ones before them, so that rows come out in order; this bounds how many wait.
WAITING_PER_SLOT = 4


@contextlib.contextmanager
def rare_collections() -> Iterator[None]:
    """Collects garbage less often: a collection walks the half a million objects that the libraries hold.

    Measured by benchmarks/calls.py: a fifth to a quarter of a survey's client CPU.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def run_units(
    units: Iterable[Unit],
    work: Callable[[Unit], Awaitable[Result | None]],
    emit: Callable[[Unit, Result], None],
    *,
    places: AdaptiveLimit,
    stop: asyncio.Event,
) -> int:
    """Runs every unit and hands the results on in the units' order.

    Units are taken from the iterable only as places become free, so memory does not grow with their number.

    Args:
        units: What is run, in order.
        work: Runs one; None is a unit that came to nothing, and is not handed on.
        emit: Takes a unit and its result, in the units' order.
        places: How many run at once; may change while they run.
        stop: When set, no new unit is started; those under way are finished and handed on.

    Returns:
        How many units were handed on.

    Raises:
        Exception: What `work` or `emit` raised; everything else under way is cancelled, and the units before the
            one that failed have been handed on.
    """
    failed = asyncio.Event()
    source = iter(units)
    waiting: deque[tuple[Unit, asyncio.Task[Result | None]]] = deque()
    emitted = 0

    async def run(unit: Unit) -> Result | None:
        await places.acquire()
        try:
            if stop.is_set() or failed.is_set():
                return None  # it had not begun
            return await work(unit)
        except Exception:
            failed.set()  # the same would meet those that have not begun
            raise
        finally:
            places.release()

    def fill() -> None:
        while len(waiting) < places.most * WAITING_PER_SLOT and not stop.is_set():
            unit = next(source, None)
            if unit is None:
                return
            waiting.append((unit, asyncio.create_task(run(unit))))

    try:
        fill()
        while waiting:
            unit, task = waiting.popleft()
            result = await task
            if result is not None:
                emit(unit, result)
                emitted += 1
            fill()
    finally:
        for _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)
    return emitted
