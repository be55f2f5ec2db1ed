"""A model that asks the journal first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from .budget import Budget
from .errors import ContentFilterError, ModelError, SetupError
from .journal import Entry, Journal, call_key, encode
from .protocol import (
    DRAWING,
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    LanguageModel,
    Request,
    Score,
    ScoreRequest,
    Usage,
)
from .schemas import check_schema
from .together import attempt, choose_all, or_raise, travel_together
from .weights import by_content

Result = TypeVar("Result", Generation, Choice, Score)
Asked = TypeVar("Asked", bound=Request)
DRAIN_S = 60.0  # how long closing waits for calls under way, whose answers are paid for


@dataclass(slots=True)
class CallCounts:
    """How many calls were asked of the model in this process, how many others were the same again, and what they read.

    `replayed` are those the journal answered, and those that the very same call answered which was under way.
    """

    asked: int = 0
    replayed: int = 0
    counted: int = 0
    prompt_tokens: int = 0

    def note(self, usage: Usage) -> None:
        """Counts what a call read, where the server says it."""
        if usage.prompt_tokens is not None:
            self.counted += 1
            self.prompt_tokens += usage.prompt_tokens


@dataclass(slots=True)
class _Call:
    """One call that the journal does not hold yet."""

    key: bytes
    request: Any
    described: bytes
    done: asyncio.Future[Any]


class JournaledModel:
    """Wraps a model so that every call is written before its result is used, and never asked twice.

    A prompt that the provider's filter stops is a result too: it is written, and replays as the same error. A call
    whose caller is cancelled goes on and is written, since it is paid for.

    Args:
        model: Who answers.
        journal: Where calls are written.
        budget: What may be used; without it there is no bound.
    """

    def __init__(self, model: LanguageModel, journal: Journal, budget: Budget | None = None) -> None:
        self.model = model
        self.journal = journal
        self.budget = budget
        self.counts = CallCounts()
        self._weights = by_content(model.name)  # a folder of weights may be renamed
        self._pending: dict[bytes, asyncio.Future[Any]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self.model.name

    @property
    def capabilities(self) -> Capabilities:
        """The wrapped model's capabilities."""
        return self.model.capabilities

    async def generate(self, request: Request) -> Generation:
        """As the model, through the journal."""
        check_schema(self.name, self.capabilities, request)  # a plugin may know of none

        async def ask(requests: Sequence[Request]) -> list[Generation | ModelError]:
            return [await attempt(self.model.generate(requests[0]))]

        return or_raise((await self._calls("generate", [request], ask, Generation))[0])

    async def choose(self, request: ChooseRequest) -> Choice:
        """As the model, through the journal."""
        return or_raise((await self.choose_all([request]))[0])

    async def choose_all(self, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
        """Several choices as `models.together.choose_all`, through the journal."""

        async def ask(fresh: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
            if len(fresh) == 1:
                return [await attempt(self.model.choose(fresh[0]))]
            return await choose_all(self.model, fresh)

        return await self._calls("choose", requests, ask, Choice, travel_together(self.model, requests))

    async def score(self, request: ScoreRequest) -> Score:
        """As the model, through the journal."""

        async def ask(requests: Sequence[ScoreRequest]) -> list[Score | ModelError]:
            return [await attempt(self.model.score(requests[0]))]

        return or_raise((await self._calls("score", [request], ask, Score))[0])

    async def aclose(self) -> None:
        """Waits a while for calls under way, and closes the model; the journal stays open."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.model.aclose()

    async def _calls(
        self,
        operation: str,
        requests: Sequence[Asked],
        ask: Callable[[Sequence[Asked]], Awaitable[list[Result | ModelError]]],
        kind: type[Result],
        together: bool = True,
    ) -> list[Result | ModelError]:
        described = [encode((r.sampling, r.seed, r.replicate, _own(r))) for r in requests]
        keys = [call_key(operation, self._weights, r.prompt, own) for r, own in zip(requests, described, strict=True)]
        stored = self.journal.get(keys)
        found: list[Result | ModelError | asyncio.Future[Any]] = []
        fresh: list[_Call] = []
        for key, own, request in zip(keys, described, requests, strict=True):
            if key in stored:
                self.counts.replayed += 1
                found.append(_decode(stored[key], kind))
                continue
            if key in self._pending:  # the very same call is under way: wait for it, do not pay twice
                self.counts.replayed += 1
            else:
                self._pending[key] = asyncio.get_running_loop().create_future()
                fresh.append(_Call(key, request, own, self._pending[key]))
            found.append(self._pending[key])
        if fresh:
            parts = [fresh] if together else [[call] for call in fresh]
            task = asyncio.create_task(self._ask(operation, parts, ask))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return [await asyncio.shield(f) if isinstance(f, asyncio.Future) else f for f in found]

    async def _ask(
        self, operation: str, parts: list[list[_Call]], ask: Callable[[Any], Awaitable[list[Result | ModelError]]]
    ) -> None:
        """Asks for calls that are held in the budget together; each part is written as soon as it is answered."""
        calls = [call for part in parts for call in part]

        async def asked() -> list[Result | ModelError]:
            # All are heard out: one that breaks does not keep the others from being written.
            done = await asyncio.gather(
                *(self._written(operation, part, ask) for part in parts), return_exceptions=True
            )
            broken = [results for results in done if isinstance(results, BaseException)]
            if broken:
                raise broken[0]
            return [result for results in done if not isinstance(results, BaseException) for result in results]

        try:
            for call, result in zip(calls, await self._within_budget(calls, asked), strict=True):
                call.done.set_result(result)
                if not isinstance(result, ModelError):
                    self.counts.note(result.usage)
        except BaseException as error:
            for call in calls:
                call.done.set_exception(error)
                call.done.exception()  # read, so that nobody waiting is no warning
            if not isinstance(error, Exception):
                raise
        finally:
            for call in calls:
                del self._pending[call.key]

    async def _written(
        self, operation: str, calls: list[_Call], ask: Callable[[Any], Awaitable[list[Result | ModelError]]]
    ) -> list[Result | ModelError]:
        results = await ask([call.request for call in calls])
        entries = [
            self._entry(operation, call, result)
            for call, result in zip(calls, results, strict=True)
            if not isinstance(result, ModelError) or isinstance(result, ContentFilterError)
        ]
        if entries:
            await self.journal.put(entries)
        return results

    async def _within_budget(
        self, calls: list[_Call], asked: Callable[[], Awaitable[list[Result | ModelError]]]
    ) -> list[Result | ModelError]:
        if self.budget is None:
            self.counts.asked += len(calls)
            return await asked()
        try:
            held = await self.budget.reserve(self.name, [call.request for call in calls])
        except SetupError as error:
            return [error] * len(calls)
        usages: list[Usage] = []
        try:
            self.counts.asked += len(calls)
            results = await asked()
            usages = [used for result in results if (used := _used(result)) is not None]
            return results
        finally:
            await self.budget.settle(held, usages)

    def _entry(self, operation: str, call: _Call, result: Any) -> Entry:
        if isinstance(result, ContentFilterError):
            body, usage = {"content_filter": str(result), "raw": result.raw}, Usage()
        else:
            body, usage = result, result.usage
        return Entry(
            key=call.key,
            operation=operation,
            model=self.name,
            prompt=call.request.prompt,
            request=call.described,
            result=encode(body),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
        )


def _used(result: Generation | Choice | Score | ModelError) -> Usage | None:
    """What counts against a budget: a prompt that the filter stopped is a call on record, other failures are asked again."""
    if isinstance(result, ContentFilterError):
        return Usage(0, 0)
    return None if isinstance(result, ModelError) else result.usage


def _own(request: Request) -> tuple[Any, ...]:
    """What determines a call besides prompt, sampling, seed and replicate."""
    if isinstance(request, ChooseRequest):
        # Only methods that draw depend on the number of draws.
        return (request.options, request.method, request.draws if request.method in DRAWING else 0)
    if isinstance(request, ScoreRequest):
        return (request.continuation,)
    # Nothing where there is no schema: journals from before there were any replay.
    return (request.schema,) if request.schema else ()


def _decode(stored: bytes, kind: type[Result]) -> Result | ModelError:
    fields = orjson.loads(stored)
    if "content_filter" in fields:
        return ContentFilterError(fields["content_filter"], raw=fields["raw"])
    fields["usage"] = Usage(**fields["usage"])
    if "probabilities" in fields:
        fields["probabilities"] = tuple(fields["probabilities"])
    return kind(**fields)
