"""A running vLLM engine with one adapter or none: asked for tokens, it answers or raises one of our errors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from ..errors import ContextLengthError, ModelError, RequestRefusedError, SetupError
from .engine_settings import MOST_TOKEN_IDS

_numbers = count()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to ask.

    Args:
        llm: vLLM's asynchronous engine.
        adapter: vLLM's name for the adapter, or None.
        path: The weights, for messages.
    """

    llm: Any
    adapter: Any
    path: str

    async def load(self) -> None:
        """Loads the adapter, by a call of its own: one that fails with the first question would end the engine.

        Raises:
            SetupError: It does not fit the base, or the engine has died.
        """
        try:
            await self.llm.add_lora(self.adapter)
        except Exception as error:  # vLLM raises what it likes
            self._check_alive(error)
            raise SetupError(
                f"vLLM does not load the adapter {self.adapter.lora_path} ({said(error)}); was it trained on "
                f"{self.path}?"
            ) from error

    def check_length(self, tokens: int) -> None:
        """Refuses what is too long.

        Raises:
            ContextLengthError: It is.
        """
        context = self.llm.model_config.max_model_len
        if tokens > context:
            raise ContextLengthError(
                f"prompt and answer have {tokens} tokens, and the model's context {context}; shorten the prompt or "
                "max_tokens"
            )

    async def next_token(self, ids: Sequence[int], wanted: Sequence[int]) -> tuple[dict[int, float], int]:
        """How likely tokens are to come next.

        Args:
            ids: What stands before.
            wanted: Which tokens.

        Returns:
            Their log-probabilities and that of the likeliest token of all; and which token that is.
        """
        from vllm import SamplingParams

        parts = [list(wanted[at : at + MOST_TOKEN_IDS]) for at in range(0, len(wanted), MOST_TOKEN_IDS)]
        # Temperature 0 only says which token is reported besides; log-probabilities are those before the temperature.
        asked = [
            SamplingParams(temperature=0, max_tokens=1, logprobs=len(p), logprob_token_ids=p, detokenize=False)
            for p in parts
        ]
        outputs = await asyncio.gather(*(self.write(ids, params) for params in asked))
        found = {token: float(held.logprob) for output in outputs for token, held in output.logprobs[0].items()}
        return found, outputs[0].token_ids[0]

    async def write(self, ids: Sequence[int], params: Any) -> Any:
        """One continuation, vLLM's `CompletionOutput`.

        Args:
            ids: What stands before.
            params: vLLM's `SamplingParams`.

        Raises:
            RequestRefusedError: vLLM refuses the request.
            SetupError: The engine has died.
            ModelError: It failed at this request.
        """
        from vllm.exceptions import VLLMClientError
        from vllm.inputs import tokens_input
        from vllm.sampling_params import RequestOutputKind

        params.output_kind = RequestOutputKind.FINAL_ONLY
        number, prompt = f"minipublic-{next(_numbers)}", tokens_input(list(ids))
        try:
            async for held in self.llm.generate(prompt, params, number, lora_request=self.adapter):
                last = held.outputs[0]
        except (VLLMClientError, ValueError) as error:
            raise RequestRefusedError(f"vLLM refuses the request: {said(error)}") from error
        except Exception as error:  # vLLM raises what it likes
            self._check_alive(error)
            raise ModelError(f"vLLM failed at a request: {said(error.__cause__ or error)}") from error
        if last.finish_reason not in ("stop", "length"):
            raise ModelError(f"vLLM ended a request early ({last.finish_reason}); ask again")
        return last

    def _check_alive(self, error: Exception) -> None:
        from vllm.v1.engine.exceptions import EngineDeadError

        if isinstance(error, EngineDeadError) or self.llm.errored:
            raise SetupError(
                f"the vLLM engine with {self.path} has died; its log above says why. Start the run again to go on from "
                "here; where the memory was too small, lower max_num_seqs, max_model_len or gpu_memory_utilization"
            ) from error


def said(error: BaseException) -> str:
    """The first line of an error, or its kind."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
