"""A node of a protocol: written once as a coroutine, runs in `ainvoke` and in `invoke`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.runtime import get_runtime

from .context import Context


class Node(Runnable[Any, dict[str, Any]]):
    """Runs a coroutine function `(state, runtime) -> update` as a node.

    `invoke` hands the coroutine to one event loop of a thread of its own, so that a model's connections belong to one
    loop however many nodes run at once.

    Args:
        run: The coroutine function.
    """

    def __init__(self, run: Callable[..., Awaitable[Any]]) -> None:
        self.run = run
        self.name = run.__name__

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
        """The update that the coroutine returns."""
        return await self.run(input, runtime=get_runtime(Context))  # type: ignore[no-any-return]

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
        """The same, from code that has no event loop."""
        runtime = get_runtime(Context)

        async def run() -> Any:
            return await self.run(input, runtime=runtime)

        return asyncio.run_coroutine_threadsafe(run(), _loop()).result()  # type: ignore[no-any-return]


_starting = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    with _starting:  # nodes that run in several threads must share one loop
        return _started()


@lru_cache(maxsize=1)
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="minipublic-nodes", daemon=True).start()
    return loop
