"""Answers a batch of requests with one model and one adapter; runs in the batcher's thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..errors import ContextLengthError, ModelError, ModelSpecError, RequestRefusedError, SetupError
from ..protocol import Choice, ChooseRequest, Generation, Request, Score, ScoreRequest, Usage
from .prefix import Reader, Row
from .reading import score
from .sampling import Draw, check_sampling, write
from .tokens import continuation_ids, prompt_ids
from .weights import Weights

Result = Choice | Score | Generation | ModelError


class Answerer:
    """Answers requests.

    Args:
        weights: The base model.
        adapter: A folder and its hash, or None.
        chat: Write prompts by the chat template.
        keep: How many starts of prompts are kept for later batches.
    """

    def __init__(self, weights: Weights, adapter: tuple[str, str] | None, chat: bool, keep: int) -> None:
        self.weights, self._adapter, self._chat, self._keep = weights, adapter, chat, keep
        self._tokenizer: Any = None
        self.reader: Reader | None = None

    def __call__(self, requests: Sequence[Request]) -> list[Result]:
        """One result per request, in order: of the first token, of a continuation, or a text.

        Raises:
            ModelSpecError: The weights or the adapter do not load.
        """
        with self.weights.using(self._adapter) as model:
            if self.reader is None:
                self._tokenizer = self.weights.tokenizer_with(self._adapter)
                self.reader = Reader(model, self._keep)
            try:
                return self._halving(requests)
            except ModelError:
                raise
            except Exception as error:  # torch raises what it likes
                # After an error of the device itself no later call succeeds.
                kind = SetupError if "CUDA error" in str(error) else ModelError
                raise kind(f"the model failed on a batch of {len(requests)}: {error}") from error

    def _halving(self, requests: Sequence[Request]) -> list[Result]:
        try:
            return self._answer(requests)
        except torch.cuda.OutOfMemoryError as error:
            said = f"the GPU's memory is too small for a batch of {len(requests)} ({str(error).splitlines()[0]})"
        # Outside the handler, which would keep the failed batch in memory.
        self._reader.clear()
        torch.cuda.empty_cache()
        if len(requests) == 1:
            return [ContextLengthError(f"{said}; shorten the prompt, or lower prefix_cache")]
        half = len(requests) // 2
        return [*self._halving(requests[:half]), *self._halving(requests[half:])]

    def _answer(self, requests: Sequence[Request]) -> list[Result]:
        read = [self._tokens(request) for request in requests]
        results: dict[int, Result] = {k: held for k, held in enumerate(read) if isinstance(held, ModelError)}
        rows = {k: held for k, held in enumerate(read) if isinstance(held, Row)}
        draws = {k: held for k, held in enumerate(read) if isinstance(held, Draw)}
        if rows:
            results |= self._read(requests, rows)
        if draws:
            held = list(draws.values())
            pasts = self._reader.pasts([draw.ids[:-1] for draw in held])
            written = write(self._reader.model, self._tokenizer, self.weights.ends, held, pasts)
            results |= zip(draws, written, strict=True)
        return [results[k] for k in range(len(requests))]

    @property
    def _reader(self) -> Reader:
        assert self.reader is not None
        return self.reader

    def _tokens(self, request: Request) -> Row | Draw | ModelError:
        """What the model has to do for a request, or why it cannot."""
        try:
            if isinstance(request, ScoreRequest):
                ids, first = continuation_ids(self._tokenizer, request.prompt, request.continuation, self._chat)
                self._check_length(len(ids))
                return Row(tuple(ids), first - 1)
            ids = prompt_ids(self._tokenizer, request.prompt, self._chat)
            if not ids:
                raise ModelSpecError("the prompt is empty; give the model something to continue")
            if isinstance(request, ChooseRequest):
                self._check_length(len(ids) + 1)
                return Row(tuple(ids), len(ids) - 1)
            check_sampling(request.sampling)
            self._check_length(len(ids) + request.sampling.max_tokens)
            return Draw(tuple(ids), request.sampling, request.seed)
        except ModelError as error:
            return error
        except Exception as error:  # tokenisers raise what they like
            return RequestRefusedError(f"the model's tokeniser refuses the prompt: {error}")

    def _check_length(self, tokens: int) -> None:
        if tokens > self.weights.context:
            raise ContextLengthError(
                f"prompt and answer have {tokens} tokens, and the model's context {self.weights.context}; shorten the "
                "prompt or max_tokens"
            )

    def _read(self, requests: Sequence[Request], rows: dict[int, Row]) -> dict[int, Result]:
        logits = dict(zip(rows, self._reader.logits(list(rows.values())), strict=True))
        usages = {k: Usage(len(row.ids), 0) for k, row in rows.items()}
        results: dict[int, Result] = {}
        chosen = {k: r for k in rows if isinstance(r := requests[k], ChooseRequest)}
        if chosen:
            last = torch.stack([logits[k][-1] for k in chosen])
            counts = [len(request.options) for request in chosen.values()]
            found = self.weights.letters.choices(last, counts, [usages[k] for k in chosen])
            results |= zip(chosen, found, strict=True)
        for k in rows.keys() - chosen.keys():
            said = rows[k].ids[rows[k].first + 1 :]
            results[k] = score(logits[k][:-1], said, usages[k])
        return results
