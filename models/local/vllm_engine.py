"""A vLLM engine in this process: calls are batched, and shared starts of prompts are read once.

vllm_engine:FOLDER_OR_HUB_ID        with the options adapter, chat, dtype, max_model_len, gpu_memory_utilization, ...
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..choosing import check_choose
from ..errors import ModelError, ModelSpecError
from ..protocol import Capabilities, Choice, ChooseRequest, Generation, Request, Score, ScoreRequest
from ..together import attempt
from .naming import adapter_name, base_name

if TYPE_CHECKING:
    from ..vllm.metrics import ServerMetrics
    from .engine_answering import EngineAnswerer
    from .engine_lease import Lease


class VLLMEngineModel:
    """A model on a vLLM engine, with or without a LoRA adapter. The engine is started by the first call.

    Models on the same weights with the same settings share one engine, whatever their adapters. Make them all before
    the first call: an adapter for which the engine has no room has it started anew.

    vLLM computes in a process of its own, which is started by spawn and imports the script: what a script does stands
    under `if __name__ == "__main__":`, or the first call fails and says so. (VLLM_WORKER_MULTIPROC_METHOD=fork needs no
    such line, and hangs where a library holds a lock at that moment.) vLLM's warnings go to stderr; VLLM_LOGGING_LEVEL
    and VLLM_LOGGING_STREAM change that.

    Args:
        name: A folder, or a hub id.
        adapter: The folder of a LoRA adapter.
        chat: Write prompts by the chat template; otherwise the model continues their text.
        settings: As `EngineSettings`.

    Raises:
        ModelSpecError: vLLM is not installed, a folder holds no model or no adapter, or an option is wrong.
    """

    def __init__(self, name: str, *, adapter: str | None = None, chat: bool = False, **settings: Any) -> None:
        if find_spec("vllm") is None:
            raise ModelSpecError(f"vllm_engine:{name} needs vLLM: pip install 'minipublic[vllm]'")
        from .engine import shared_engine
        from .engine_settings import Adapter, EngineSettings

        shown, hash = base_name(name)
        kind = "vllm_engine-chat" if chat else "vllm_engine"
        self.name = f"{kind}:{shown}#{hash}"
        self._adapter = None
        folder = Path(name).expanduser()
        path = str(folder.resolve()) if folder.is_dir() else name
        self._engine = shared_engine(EngineSettings(path, hash, **settings))
        if adapter is not None:
            adapter_shown = "#".join(adapter_name(adapter))
            self.name += f"+{adapter_shown}"
            self._adapter = Adapter.of(adapter, adapter_shown)
            self._engine.declare(self._adapter)
        self.capabilities = Capabilities(
            score=True, choose=("first_token", "full_option", "sampled", "structured"), chat=chat, schema=True
        )
        self._tokens = path
        self._answerer: EngineAnswerer | None = None
        self._user = object()
        weakref.finalize(self, self._engine.forget, self._user).atexit = False

    def __repr__(self) -> str:
        return f"VLLMEngineModel({self.name!r})"

    async def aclose(self) -> None:
        """Ends the engine once no other model uses it; a later call starts it again."""
        await self._engine.leave(self._user)

    @property
    def address(self) -> str:
        """Names the engine, for models that share it."""
        return self._engine.address

    async def metrics(self) -> ServerMetrics:
        """What the engine counts, of the calls of all models that share it."""
        return await self._engine.metrics()

    async def generate(self, request: Request) -> Generation:
        """A text; ends at an end token, before a stop string, or after `max_tokens`."""
        return await self._engine.run(self._user, self._adapter, lambda lease: self._held.generate(lease, request))

    async def score(self, request: ScoreRequest) -> Score:
        """The log-likelihood of a continuation.

        Raises:
            ModelSpecError: Prompt or continuation is empty, or the tokeniser cannot tell where tokens end.
            BadResponseError: The prompt's and the continuation's tokens cannot be parted.
            ContextLengthError: They are too long for the model.
        """
        return await self._engine.run(self._user, self._adapter, lambda lease: self._held.score(lease, request))

    async def choose(self, request: ChooseRequest) -> Choice:
        """A probability for every option."""
        check_choose(self.name, self.capabilities, request)
        return await self._engine.run(self._user, self._adapter, lambda lease: self._held.choose(lease, request))

    async def choose_all(self, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
        """A choice for every request in their order, or what went wrong with that one."""

        async def all_of_them(lease: Lease) -> list[Choice | ModelError]:
            return list(await asyncio.gather(*(attempt(self._choose(lease, request)) for request in requests)))

        try:
            return await self._engine.run(self._user, self._adapter, all_of_them)
        except ModelError as error:
            return [error for _ in requests]

    async def _choose(self, lease: Lease, request: ChooseRequest) -> Choice:
        check_choose(self.name, self.capabilities, request)
        return await self._held.choose(lease, request)

    @property
    def _held(self) -> EngineAnswerer:
        if self._answerer is None:
            from .engine_answering import EngineAnswerer
            from .weights import tokenizer_folder

            folder = tokenizer_folder(self._tokens, self._adapter.folder if self._adapter else None)
            self._answerer = EngineAnswerer(folder, self.capabilities.chat)
        return self._answerer


def vllm_engine_from_spec(
    name: str,
    base_url: str | None = None,
    adapter: str | None = None,
    chat: bool = False,
    dtype: str | None = None,
    max_model_len: int | None = None,
    gpu_memory_utilization: float | None = None,
    max_num_seqs: int | None = None,
    enforce_eager: bool = False,
    prefix_caching: bool = True,
    num_gpu_blocks_override: int | None = None,
    tensor_parallel_size: int = 1,
) -> VLLMEngineModel:
    """The model that `vllm_engine:NAME` names; see `VLLMEngineModel` and `EngineSettings` for the options.

    Raises:
        ModelSpecError: A URL is given, the extra is not installed, a folder holds no model, or an option is wrong.
    """
    if base_url:
        raise ModelSpecError(f"vllm_engine:{name} runs in this process; for the server at {base_url} write vllm:{name}")
    return VLLMEngineModel(
        name,
        adapter=adapter,
        chat=chat,
        dtype=dtype,
        max_model_len=max_model_len,
        gpu_memory_utilization=gpu_memory_utilization,
        max_num_seqs=max_num_seqs,
        enforce_eager=enforce_eager,
        prefix_caching=prefix_caching,
        num_gpu_blocks_override=num_gpu_blocks_override,
        tensor_parallel_size=tensor_parallel_size,
    )
