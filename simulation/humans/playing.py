"""Plays an episode with people in it: hands out what they are asked, keeps what they reply, and takes the graph on."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from ...graphs.context import Context
from ...graphs.humans import DEADLINE, Human, ReplyError, Wanted, as_reply, read_reply
from ...personas.answers import Missing
from .replies import Replies

Answerer = Callable[[Wanted], Awaitable[Any]]


class PlayStopped(Exception):
    """The run was stopped while a person was waited for; what was replied before is kept."""


@dataclass(frozen=True)
class Host:
    """Who puts before people what they are asked.

    Args:
        answer: A coroutine function that takes what is asked (see `graphs.humans`) and returns the reply. Each seat is
            asked one thing at a time. It is cancelled when the time is up, and called again, with the `problem` said,
            after a reply that does not fit.
        one_by_one: All seats are asked in one place, such as a terminal: nobody's clock begins before their turn.
    """

    answer: Answerer
    one_by_one: bool = False


@dataclass(frozen=True)
class Table:
    """The people of a run.

    Args:
        people: Who holds which seat.
        host: Who asks them.
        replies: What was replied before is not asked again.
        stop: When set, nobody is waited for any more.
    """

    people: Mapping[str, Human]
    host: Host
    replies: Replies = field(default_factory=Replies)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def turn(self, wanted: Wanted) -> asyncio.Lock:
        """What is held by whoever is being asked: nobody is asked two things at once, in whichever episodes they sit."""
        return self.turns["" if self.host.one_by_one else f"{wanted['unit']} {wanted['seat']}"]


async def play(graph: Any, start: Mapping[str, Any], context: Context, table: Table | None) -> dict[str, Any]:
    """Runs a protocol to its end.

    Args:
        graph: A compiled graph; without a checkpointer of its own it gets one in memory.
        start: What goes in.
        context: Its `humans` are the seats that are asked.
        table: Where they are asked; None where nobody is.

    Returns:
        The last state.

    Raises:
        PlayStopped: The run was stopped while somebody was waited for.
    """
    if table is None:
        return dict(await graph.ainvoke(start, context=context))
    stage = graph if graph.checkpointer else graph.copy({"checkpointer": InMemorySaver()})
    config = {"configurable": {"thread_id": uuid.uuid4().hex}}
    state = await stage.ainvoke(start, config, context=context)
    async with _Asking(table) as asking:
        while "__interrupt__" in state:
            replies = await asking.some({i.id: i.value for i in state["__interrupt__"]})
            # Whoever has not replied stays open: only the seats named here go on.
            state = await stage.ainvoke(Command(resume=replies), config, context=context)
    return dict(state)


class _Asking:
    """Everybody of an episode who is being asked something; on leaving, nobody is any longer."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._open: dict[str, asyncio.Task[dict[str, Any]]] = {}

    async def __aenter__(self) -> _Asking:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._open.values():
            task.cancel()
        await asyncio.gather(*self._open.values(), return_exceptions=True)

    async def some(self, asked: Mapping[str, Wanted]) -> dict[str, dict[str, Any]]:
        """Asks what is not being asked yet, and waits for one reply or more, by the interrupt's id."""
        for name, wanted in asked.items():
            if name not in self._open:
                self._open[name] = asyncio.create_task(self._hear(wanted))
        stopped = asyncio.create_task(self._table.stop.wait())
        try:
            await asyncio.wait([stopped, *self._open.values()], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        done = [name for name, task in self._open.items() if task.done()]
        if not done:
            raise PlayStopped("stopped while a person was waited for")
        return {name: self._open.pop(name).result() for name in done}

    async def _hear(self, wanted: Wanted) -> dict[str, Any]:
        if not (isinstance(wanted, dict) and "seat" in wanted):
            raise ValueError(f"an interrupt that no seat made cannot be put before a person: {wanted!r}")
        replies = self._table.replies
        held = replies.find(wanted)
        if held is None:
            async with self._table.turn(wanted):
                # Another condition may have asked the same while this one waited for its turn.
                held = replies.find(wanted) or await self._ask_anew(wanted)
        return held

    async def _ask_anew(self, wanted: Wanted) -> dict[str, Any]:
        began = time.monotonic()
        reply = as_reply(wanted, await self._ask(wanted))
        self._table.replies.keep(wanted, reply, time.monotonic() - began)
        return reply

    async def _ask(self, wanted: Wanted) -> str | Missing:
        """Asks until a reply fits or the time is up."""
        until = asyncio.timeout(wanted["deadline_s"])
        try:
            async with until:
                while True:
                    try:
                        return read_reply(wanted, await self._table.host.answer(wanted))
                    except ReplyError as error:
                        wanted = {**wanted, "problem": str(error)}
                        await asyncio.sleep(0)  # a host that never waits would keep the clock from running
        except TimeoutError:
            if not until.expired():
                raise
            return Missing(DEADLINE)
