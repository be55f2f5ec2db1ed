"""Nodes and routes of a protocol: written once, they run in `ainvoke` and in `invoke`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.runtime import Runtime, get_runtime

from .context import Context


class Node(Runnable[Any, dict[str, Any]]):
    """Runs a coroutine function `(state, runtime) -> update` as a node.

    `invoke` hands the coroutine to one event loop of a thread of its own, so that a model's connections belong to one
    loop however many nodes run at once. What LangGraph keeps for the node (its config, `interrupt`, the stream's writer) is
    there too. A context that came as plain JSON is opened first (see `graphs.opening`).

    Args:
        run: The coroutine function.
    """

    def __init__(self, run: Callable[..., Awaitable[Any]]) -> None:
        self.run = run
        self.name = run.__name__

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
        """The update that the coroutine returns."""
        return await self._answer(input, get_runtime(Context))

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
        """The same, from code that has no event loop."""
        # asyncio hands the coroutine this thread's context variables: what LangGraph keeps for the node is in them.
        return asyncio.run_coroutine_threadsafe(self._answer(input, get_runtime(Context)), _loop()).result()

    async def _answer(self, state: Any, runtime: Runtime[Context]) -> dict[str, Any]:
        if not isinstance(runtime.context, Context):
            from .opening import opened  # which knows protocols, and these know nodes

            runtime = runtime.override(context=await opened(runtime.context))
        return await self.run(state, runtime=runtime)  # type: ignore[no-any-return]


class Route(Runnable[Any, Any]):
    """Runs a plain function `state -> where to go` as a route.

    LangGraph hands a plain function to a thread whenever a graph runs asynchronously, in case it waits for something.
    Ours only look at the state, and the thread costs more than they do (benchmarks/protocols.py).

    Args:
        to: The function.
    """

    def __init__(self, to: Callable[[Any], Any]) -> None:
        self.to = to
        self.name = to.__name__

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Where to go."""
        return self.to(input)

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Where to go."""
        return self.to(input)


_starting = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    with _starting:  # nodes that run in several threads must share one loop
        return _started()


@lru_cache(maxsize=1)
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="minipublic-nodes", daemon=True).start()
    return loop
