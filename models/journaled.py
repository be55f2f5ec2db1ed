"""A model that asks the journal first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from .errors import ContentFilterError
from .journal import Entry, Journal, call_key, encode
from .protocol import (
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

Result = TypeVar("Result", Generation, Choice, Score)


@dataclass(slots=True)
class CallCounts:
    """How many calls were asked of the model in this process, and how many the journal answered."""

    asked: int = 0
    replayed: int = 0


class JournaledModel:
    """Wraps a model so that every call is written before its result is used, and never asked twice.

    A prompt that the provider's filter stops is a result too: it is written, and replays as the same error.

    Args:
        model: Who answers.
        journal: Where calls are written.
    """

    def __init__(self, model: LanguageModel, journal: Journal) -> None:
        self.model = model
        self.journal = journal
        self.counts = CallCounts()
        self._pending: dict[bytes, asyncio.Future[Any]] = {}

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
        return await self._call("generate", request, (), self.model.generate, Generation)

    async def choose(self, request: ChooseRequest) -> Choice:
        """As the model, through the journal."""
        # Only `sampled` depends on the number of draws.
        draws = request.draws if request.method == "sampled" else 0
        own = (request.options, request.method, draws)
        return await self._call("choose", request, own, self.model.choose, Choice)

    async def score(self, request: ScoreRequest) -> Score:
        """As the model, through the journal."""
        return await self._call("score", request, (request.continuation,), self.model.score, Score)

    async def aclose(self) -> None:
        """Closes the model; the journal stays open."""
        await self.model.aclose()

    async def _call(
        self,
        operation: str,
        request: Any,
        own: tuple[Any, ...],
        ask: Callable[[Any], Awaitable[Result]],
        kind: type[Result],
    ) -> Result:
        described = encode((request.sampling, request.seed, request.replicate, own))
        key = call_key(operation, self.name, request.prompt, described)
        stored = self.journal.get(key)
        if stored is not None:
            self.counts.replayed += 1
            return _decode(stored, kind)
        if key in self._pending:  # the very same call is under way: wait for it, do not pay twice
            return await asyncio.shield(self._pending[key])
        return await self._ask(key, operation, request, described, ask)

    async def _ask(
        self,
        key: bytes,
        operation: str,
        request: Any,
        described: bytes,
        ask: Callable[[Any], Awaitable[Result]],
    ) -> Result:
        pending = self._pending[key] = asyncio.get_running_loop().create_future()
        try:
            self.counts.asked += 1
            try:
                result: Result | ContentFilterError = await ask(request)
            except ContentFilterError as error:
                result = error
            await self.journal.put(self._entry(key, operation, request, described, result))
            if isinstance(result, ContentFilterError):
                raise result
            pending.set_result(result)
            return result
        except BaseException as error:
            pending.set_exception(error)
            pending.exception()  # read, so that nobody waiting is no warning
            raise
        finally:
            del self._pending[key]

    def _entry(self, key: bytes, operation: str, request: Any, described: bytes, result: Any) -> Entry:
        if isinstance(result, ContentFilterError):
            body, usage = {"content_filter": str(result), "raw": result.raw}, Usage()
        else:
            body, usage = result, result.usage
        return Entry(
            key=key,
            operation=operation,
            model=self.name,
            prompt=request.prompt,
            request=described,
            result=encode(body),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
        )


def _decode(stored: bytes, kind: type[Result]) -> Result:
    fields = orjson.loads(stored)
    if "content_filter" in fields:
        raise ContentFilterError(fields["content_filter"], raw=fields["raw"])
    fields["usage"] = Usage(**fields["usage"])
    if "probabilities" in fields:
        fields["probabilities"] = tuple(fields["probabilities"])
    return kind(**fields)
