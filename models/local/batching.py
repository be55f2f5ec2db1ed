"""Calls queue up, and one thread answers them in batches, so that no event loop waits on a model."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

LINGER_S = 0.002  # calls that were answered together come back one by one; a batch of each alone would be slow
LONGEST_LINGER_S = 0.02


@dataclass(frozen=True)
class Lane:
    """Jobs that may share a batch.

    Args:
        answer: From jobs to results in their order; an exception in a place fails that job alone.
        batch_size: The most jobs at once.
    """

    answer: Callable[[Sequence[Any]], Sequence[Any]]
    batch_size: int


@dataclass(eq=False)
class _Waiting:
    lane: Lane
    job: Any
    future: Future[Any] = field(default_factory=Future)


class Batcher:
    """One queue with one worker thread; any number of event loops may wait on it."""

    def __init__(self) -> None:
        self._queue: deque[_Waiting] = deque()
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="minipublic-model")

    async def ask(self, lane: Lane, jobs: Sequence[Any]) -> list[Any]:
        """The results of jobs in their order; what fails stands in its place as an exception.

        Cancelling the call takes its waiting jobs out of the queue; a batch that has begun is finished first.
        """
        waiting = [_Waiting(lane, job) for job in jobs]
        with self._lock:
            self._queue.extend(waiting)
        for _ in waiting:  # as many as could be needed: the last ones may find nothing left
            self._thread.submit(self._work)
        return await asyncio.gather(*(asyncio.wrap_future(w.future) for w in waiting), return_exceptions=True)

    def _work(self) -> None:
        self._linger()
        batch = self._take()
        if not batch:
            return
        try:
            results = batch[0].lane.answer([w.job for w in batch])
        except BaseException as error:
            results = [error] * len(batch)
        for waiting, result in zip(batch, results, strict=True):
            if isinstance(result, BaseException):
                waiting.future.set_exception(result)
            else:
                waiting.future.set_result(result)

    def _linger(self) -> None:
        before, until = 0, time.monotonic() + LONGEST_LINGER_S
        while before < len(self._queue) and time.monotonic() < until:
            before = len(self._queue)
            if before >= self._queue[0].lane.batch_size:  # only this thread takes any out
                return
            time.sleep(LINGER_S)

    def _take(self) -> list[_Waiting]:
        """The first job in the queue that is still wanted, and others of its lane."""
        batch: list[_Waiting] = []
        with self._lock:
            left: deque[_Waiting] = deque()
            for waiting in self._queue:
                full = batch and (waiting.lane is not batch[0].lane or len(batch) == batch[0].lane.batch_size)
                if full:
                    left.append(waiting)
                elif waiting.future.set_running_or_notify_cancel():
                    batch.append(waiting)
            self._queue = left
        return batch
