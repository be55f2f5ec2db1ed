"""Something that is done once, however many wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Once(Generic[Result]):
    """Awaits a piece of work once; a failed one is tried again by the next who asks.

    Args:
        work: Makes the coroutine.
    """

    def __init__(self, work: Callable[[], Awaitable[Result]]) -> None:
        self._work = work
        self._task: asyncio.Task[Result] | None = None

    async def __call__(self) -> Result:
        """The work's result."""
        task = self._task
        if task is not None and task.done() and not task.cancelled() and not task.exception():
            return task.result()
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            task = self._task = asyncio.create_task(self._run())
        return await asyncio.shield(task)

    async def _run(self) -> Result:
        return await self._work()

    @property
    def done(self) -> bool:
        """Whether the work was done."""
        task = self._task
        return task is not None and task.done() and not task.cancelled() and not task.exception()

    def forget(self) -> None:
        """Has the work done again by the next who asks; work under way goes on."""
        if self.done:
            self._task = None
