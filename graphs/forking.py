"""Forking: an episode that was kept goes on from the middle under another context, such as another mediator's.

    fork = fork_before(graph, config, "draft_statement")
    other = await graph.ainvoke(None, fork, context=replace(context, mediator=mine))

LangGraph does it all: the checkpointer kept every step, and a graph invoked with an earlier checkpoint goes on from there,
beside what came after it before. Steps before the fork are not taken again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.pregel.protocol import PregelProtocol
from langgraph.types import StateSnapshot


class ForkError(ValueError):
    """There is nothing to go on from."""


def fork_before(graph: PregelProtocol[Any, Any, Any, Any], config: RunnableConfig, node: str) -> RunnableConfig:
    """Where a thread can be taken up again so that a node is the next to run; the last time, where it ran several times.

    Args:
        graph: Compiled with a checkpointer.
        config: Names the thread: `{"configurable": {"thread_id": ...}}`.
        node: The node's name. For what everybody does at once, that is before the first of them.

    Returns:
        The config to invoke the graph with, with `None` as its input. (LangGraph's `RemoteGraph` takes a checkpoint
        not there but as `checkpoint=fork["configurable"]`; see docs/studio.md.)

    Raises:
        ForkError: The thread never came to this node.
    """
    return _before(graph.get_state_history(config), node)


async def afork_before(graph: PregelProtocol[Any, Any, Any, Any], config: RunnableConfig, node: str) -> RunnableConfig:
    """As `fork_before`, with a checkpointer that wants to be awaited."""
    return _before([snapshot async for snapshot in graph.aget_state_history(config)], node)


def _before(history: Iterable[StateSnapshot], node: str) -> RunnableConfig:
    passed: dict[str, None] = {}
    for snapshot in history:  # the newest first
        if node in snapshot.next:
            return snapshot.config
        passed |= dict.fromkeys(snapshot.next)
    came_to = ", ".join(reversed([name for name in passed if not name.startswith("__")]))
    raise ForkError(f"the thread never came to {node!r}; it came to {came_to or 'no node, or there is no such thread'}")
