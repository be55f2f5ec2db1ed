"""What model servers count while a run goes on: tokens, prefix cache, queue."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ..models.errors import ModelError
from ..models.protocol import LanguageModel
from ..models.vllm.metrics import ServerMetrics

EVERY_S = 5.0
NOTE = "the server's own counts while this run went on, whoever asked"


@runtime_checkable
class Counting(Protocol):
    """A model whose server says what it does."""

    @property
    def address(self) -> str:
        """Where it is, for several models on one server."""
        ...

    async def metrics(self) -> ServerMetrics:
        """What it counts."""
        ...


@dataclass(slots=True)
class _Server:
    model: Counting
    last: ServerMetrics | None = None
    grown: ServerMetrics = field(default_factory=ServerMetrics)
    most_running: float = 0.0
    most_waiting: float = 0.0

    async def look(self) -> None:
        with contextlib.suppress(ModelError):  # it may be down, or not say: that stops no run
            now = await self.model.metrics()
            before = self.last or now
            # A server that was started again counts from 0.
            self.grown = self.grown.plus(
                now.since(before if now.prompt_tokens >= before.prompt_tokens else ServerMetrics())
            )
            self.last = now
            self.most_running = max(self.most_running, now.running)
            self.most_waiting = max(self.most_waiting, now.waiting)

    def described(self) -> dict[str, Any]:
        g = self.grown
        return {
            "prompt_tokens": g.prompt_tokens,
            "generation_tokens": g.generation_tokens,
            "prefix_cache_queries": g.prefix_queries,
            "prefix_cache_hits": g.prefix_hits,
            "prefix_cache_hit_rate": g.prefix_hits / g.prefix_queries if g.prefix_queries else None,
            "preemptions": g.preemptions,
            "most_running": self.most_running,
            "most_waiting": self.most_waiting,
            "kv_cache_tokens": self.last.cache_tokens if self.last else None,
            "note": NOTE,
        }


class ServerWatch:
    """Looks at the servers of some models at the start, every few seconds, and at the end.

    Args:
        models: Those that do not count are passed over.
    """

    def __init__(self, models: Mapping[str, LanguageModel]) -> None:
        self._servers = {m.address: _Server(m) for m in models.values() if isinstance(m, Counting)}
        self._task: asyncio.Task[None] | None = None
        self._looked_again, self._looking = False, asyncio.Lock()

    async def __aenter__(self) -> ServerWatch:
        await self._look()
        if self._servers:
            self._task = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._look()

    @property
    def counting(self) -> bool:
        """Whether there is a server that may say what it does."""
        return bool(self._servers)

    async def first_look_after_an_answer(self) -> None:
        """Looks once more: an engine in this process starts, and knows its cache, only with the first call."""
        async with self._looking:  # who comes second must not go on without knowing
            if not self._looked_again:
                await self._look()
                self._looked_again = True

    @property
    def cache_tokens(self) -> int | None:
        """How many tokens the smallest KV cache holds; None where no server says."""
        known = [s.last.cache_tokens for s in self._servers.values() if s.last and s.last.cache_tokens]
        return min(known, default=None)

    def described(self) -> dict[str, Any]:
        """For `run.json`, by address; servers that never said anything are left out."""
        return {address: server.described() for address, server in self._servers.items() if server.last}

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self._look()

    async def _look(self) -> None:
        await asyncio.gather(*(server.look() for server in self._servers.values()))
