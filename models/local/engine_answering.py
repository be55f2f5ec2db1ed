"""Answers requests with a vLLM engine, over the same tokens that `hf` reads; runs in the engine's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from ..choosing import (
    draws_of,
    forced_forms,
    from_draws,
    from_first_token,
    from_forced,
    from_log_likelihoods,
    total_usage,
)
from ..errors import BadResponseError, ModelError, ModelSpecError, RequestRefusedError
from ..protocol import LETTERS, Choice, ChooseRequest, Generation, Request, Score, ScoreRequest, Usage
from ..schemas import parsed_schema
from ..vllm.stepwise import Steps, add_up, lay_out
from .engine_lease import Lease
from .sampling import check_sampling
from .tokens import continuation_ids, letter_tokens, prompt_ids, token_text
from .weights import tokenizer_of

Tokens = TypeVar("Tokens")


class EngineAnswerer:
    """Answers requests.

    Args:
        tokenizer: The folder or hub id of the tokeniser.
        chat: Write prompts by the chat template.
    """

    def __init__(self, tokenizer: str, chat: bool) -> None:
        self._path, self._chat = tokenizer, chat

    async def choose(self, lease: Lease, request: ChooseRequest) -> Choice:
        """A probability for every option."""
        if request.method == "first_token":
            return await self._first_token(lease, request)
        if request.method == "full_option":
            scores = await self._scores(lease, request, [f" {option}" for option in request.options])
            return from_log_likelihoods([s.log_likelihood for s in scores], total_usage(s.usage for s in scores))
        forced = {"choice": forced_forms(len(request.options))} if request.method == "structured" else None
        ids = self._prompt(request)
        drawn = await asyncio.gather(*(self._written(lease, ids, draw, forced) for draw in draws_of(request)))
        count = from_forced if forced else from_draws
        return count([g.text for g in drawn], request.options, total_usage(g.usage for g in drawn))

    async def score(self, lease: Lease, request: ScoreRequest) -> Score:
        """The log-likelihood of a continuation."""
        return (await self._scores(lease, request, [request.continuation]))[0]

    async def generate(self, lease: Lease, request: Request) -> Generation:
        """A text."""
        held_to = {"json": parsed_schema(request.schema)} if request.schema else None
        return await self._written(lease, self._prompt(request), request, held_to)

    @cached_property
    def _tokenizer(self) -> Any:
        return tokenizer_of(self._path)

    @cached_property
    def _letters(self) -> dict[str, tuple[int, ...]]:
        return letter_tokens(self._tokenizer)

    def _prompt(self, request: Request) -> list[int]:
        ids = _told(lambda: prompt_ids(self._tokenizer, request.prompt, self._chat))
        if not ids:
            raise ModelSpecError("the prompt is empty; give the model something to continue")
        return ids

    async def _first_token(self, lease: Lease, request: ChooseRequest) -> Choice:
        ids = self._prompt(request)
        lease.check_length(len(ids) + 1)
        wanted = [t for letter in LETTERS[: len(request.options)] for t in self._letters.get(letter, ())]
        if not wanted:
            raise ModelSpecError("no token of the model's vocabulary is an option letter; ask by method `full_option`")
        found, _ = await lease.next_token(ids, wanted)
        top = [(token_text(self._tokenizer, token), logprob) for token, logprob in found.items()]
        try:
            return from_first_token(top, len(request.options), Usage(len(ids), 0))
        except BadResponseError as error:
            raise _no_number(error) from error

    async def _scores(self, lease: Lease, request: Request, continuations: Sequence[str]) -> list[Score]:
        parted = _told(
            lambda: [continuation_ids(self._tokenizer, request.prompt, text, self._chat) for text in continuations]
        )
        lease.check_length(max(len(ids) for ids, _ in parted))
        steps = lay_out(parted)
        answers = await _next_tokens(lease, steps)
        lengths = zip(steps.paths, steps.lengths, strict=True)
        scores = [Score(add_up(path, answers), len(path), Usage(length, 0)) for path, length in lengths]
        if any(score.log_likelihood != score.log_likelihood for score in scores):
            raise _no_number("nan")
        return scores

    async def _written(
        self, lease: Lease, ids: list[int], request: Request, forced: dict[str, Any] | None = None
    ) -> Generation:
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        how = request.sampling
        check_sampling(how)
        lease.check_length(len(ids) + how.max_tokens)
        params = SamplingParams(
            temperature=how.temperature,
            top_p=how.top_p,
            max_tokens=how.max_tokens,
            stop=[stop for stop in how.stop if stop],
            seed=None if request.seed is None else request.seed % 2**63,
            structured_outputs=StructuredOutputsParams(**forced) if forced else None,
        )
        held = await lease.write(ids, params)
        return Generation(held.text, held.finish_reason, Usage(len(ids), len(held.token_ids)))


async def _next_tokens(lease: Lease, steps: Steps) -> list[dict[int, float]]:
    """For every context, the log-probabilities of the tokens that some path continues it with."""
    wanted: list[dict[int, None]] = [{} for _ in steps.contexts]
    for path in steps.paths:
        for context, token in path:
            wanted[context][token] = None
    asked = [lease.next_token(ids, list(tokens)) for ids, tokens in zip(steps.contexts, wanted, strict=True)]
    return [found for found, _ in await asyncio.gather(*asked)]


def _told(read: Callable[[], Tokens]) -> Tokens:
    try:
        return read()
    except ModelError:
        raise
    except Exception as error:  # tokenisers raise what they like
        raise RequestRefusedError(f"the model's tokeniser refuses the prompt: {error}") from error


def _no_number(what: object) -> BadResponseError:
    return BadResponseError(f"the model's prediction is no distribution ({what}); load it with dtype=float32")
