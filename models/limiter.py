"""How many calls are in flight: fewer when the server says it is too many, more again when it copes."""

from __future__ import annotations

import asyncio
from collections import deque

GROWTH = 1.0  # by how much the limit grows while as many calls succeed as it allows


class AdaptiveLimit:
    """A limit on calls in flight that halves on congestion and recovers additively (Chiu and Jain 1989).

    Args:
        most: The limit at first, and the highest it gets.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._cut_at = 0
        self._started = 0

    async def acquire(self) -> int:
        """Waits for a place, first come first served; returns the call's number, for `congested`."""
        if self._waiting or self.in_flight >= int(self.limit):
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self.release()  # the place was ours already: hand it on
                raise
        else:
            self.in_flight += 1
        self._started += 1
        return self._started

    def set_limit(self, limit: float) -> None:
        """Sets the limit, at most what it was at first; places that are taken stay taken."""
        self.limit = min(limit, float(self.most))
        self._wake()

    def release(self) -> None:
        """Gives a place back."""
        self.in_flight -= 1
        self._wake()

    def succeeded(self) -> None:
        """A call got its answer: the limit recovers a little."""
        if self.limit < self.most:
            self.limit = min(float(self.most), self.limit + GROWTH / self.limit)

    def congested(self, number: int) -> None:
        """The server turned a call down; calls that were in flight together cut the limit once."""
        if number > self._cut_at:
            self.limit = max(1.0, self.limit / 2)
            self._cut_at = self._started

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1  # taken on behalf of the one who waits, so that no newcomer overtakes
                place.set_result(None)
