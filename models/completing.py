"""Completes texts over the completions endpoint, several in one request.

A request costs the client far more than a prompt in it, so a persona's questions travel together
(benchmarks/calls.py measures it).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from .errors import BadResponseError, ModelError, ModelTimeoutError, RequestRefusedError, ServerError
from .openai_answers import Answer, choices_of, usage_shares
from .protocol import Usage

Result = TypeVar("Result")
Post = Callable[[str, dict[str, Any]], Awaitable[Answer]]
Reader = Callable[[int, Answer, Usage], Result]  # a text's place, its choice and its tokens
Text = str | tuple[int, ...]  # or its tokens, where the server takes them
PATH = "/completions"


class Completions:
    """The completions endpoint of one server.

    Args:
        name: The model's, for errors.
        post: Posts JSON to a path of the server.
        most: How many prompts one request may hold.
    """

    def __init__(self, name: str, post: Post, most: int) -> None:
        self._name, self._post = name, post
        self.most = most

    async def complete(
        self, texts: Sequence[Text], settings: dict[str, Any], read: Reader[Result]
    ) -> list[Result | ModelError]:
        """Completes every text and reads what comes back.

        One prompt that the server refuses does not lose the others: each is then asked alone. A server that takes no
        lists, or is too slow for them, is asked for one at a time from then on.

        Args:
            texts: What is completed.
            settings: The rest of the request.
            read: Makes a result of what came back for a text.

        Returns:
            A result for every text in order, or the error it met.
        """
        groups = [range(at, min(at + self.most, len(texts))) for at in range(0, len(texts), self.most)]
        done = await asyncio.gather(*(self._group(group, texts, settings, read) for group in groups))
        return [result for results in done for result in results]

    async def _group(
        self, group: range, texts: Sequence[Text], settings: dict[str, Any], read: Reader[Result]
    ) -> list[Result | ModelError]:
        prompts = texts[group.start : group.stop]
        prompt = list(prompts) if len(prompts) > 1 else prompts[0]
        try:
            answer = await self._post(PATH, settings | {"prompt": prompt})
            choices = choices_of(self._name, answer, len(prompts))
        except (RequestRefusedError, BadResponseError, ServerError, ModelTimeoutError) as error:
            if len(prompts) == 1:
                return [error]
            results = await self._singly(group, texts, settings, read)
            if not isinstance(error, ServerError) and not any(isinstance(result, ModelError) for result in results):
                self.most = 1  # no prompt was at fault: it is lists that the server does not take, or not in time
            return results
        except ModelError as error:
            return [error] * len(prompts)
        shares = usage_shares(answer, len(prompts))
        return [_attempt(read, *row) for row in zip(group, choices, shares, strict=True)]

    async def _singly(
        self, group: range, texts: Sequence[Text], settings: dict[str, Any], read: Reader[Result]
    ) -> list[Result | ModelError]:
        singles = (self._group(range(k, k + 1), texts, settings, read) for k in group)
        return [result for single in await asyncio.gather(*singles) for result in single]


def _attempt(read: Reader[Result], k: int, choice: Answer, usage: Usage) -> Result | ModelError:
    try:
        return read(k, choice, usage)
    except ModelError as error:
        return error
