"""A transformers model in this process: calls are batched, and shared starts of prompts are read once.

hf:FOLDER_OR_HUB_ID        with the options adapter, chat, dtype, device, batch_size and prefix_cache
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..choosing import check_choose, draws_of, from_draws, from_log_likelihoods, total_usage
from ..errors import ModelError, ModelSpecError
from ..protocol import Capabilities, Choice, ChooseRequest, Generation, Request, Score, ScoreRequest
from ..schemas import check_schema
from .naming import adapter_name, base_name

if TYPE_CHECKING:
    from .answering import Answerer
    from .batching import Lane

Result = TypeVar("Result", Choice, Generation, Score)


class HFModel:
    """A transformers model, with or without an adapter. The weights are loaded by the first call.

    Args:
        name: A folder, or a hub id.
        adapter: The folder of a peft adapter.
        chat: Write prompts by the chat template; otherwise the model continues their text.
        dtype: `float32`, `bfloat16` or `float16`; bfloat16 on a GPU and float32 elsewhere by default.
        device: Such as `cpu` or `cuda:0`; the GPU where there is one by default.
        batch_size: The most prompts, continuations or texts the model works on at once.
        prefix_cache: How many starts of prompts are kept for later calls, each with the memory of its tokens; a run asks
            no more personas at the same time than these hold. 0 keeps none and shares none.

    Raises:
        ModelSpecError: A folder holds no model or no adapter, or an option is wrong.
    """

    def __init__(
        self,
        name: str,
        *,
        adapter: str | None = None,
        chat: bool = False,
        dtype: str | None = None,
        device: str | None = None,
        batch_size: int = 16,
        prefix_cache: int = 32,
    ) -> None:
        if batch_size < 1 or prefix_cache < 0:
            raise ModelSpecError(
                f"hf:{name}: batch_size is at least 1 and prefix_cache at least 0, got {batch_size} and {prefix_cache}"
            )
        shown, hash = base_name(name)
        # The same weights read a chat's messages as another text, so what they answer is kept under another name.
        self.name = f"{'hf-chat' if chat else 'hf'}:{shown}#{hash}"
        self._adapter: tuple[str, str] | None = None
        if adapter is not None:
            folder, adapter_hash = adapter_name(adapter)
            self.name += f"+{folder}#{adapter_hash}"
            self._adapter = (str(Path(adapter).expanduser().resolve()), adapter_hash)
        self.capabilities = Capabilities(score=True, choose=("first_token", "full_option", "sampled"), chat=chat)
        self._weights = (name, hash, dtype, device)
        self._batch_size, self._prefix_cache = batch_size, prefix_cache
        self._held: tuple[Lane, Answerer] | None = None
        self._lane()

    def __repr__(self) -> str:
        return f"HFModel({self.name!r})"

    async def aclose(self) -> None:
        """Frees the weights once no other model uses them; a later call loads them again."""
        self._held = None

    async def generate(self, request: Request) -> Generation:
        """A text; ends at an end token, before a stop string, or after `max_tokens`."""
        check_schema(self.name, self.capabilities, request)
        return _one(await self._ask([_plain(request)]), Generation)

    async def choose(self, request: ChooseRequest) -> Choice:
        """A probability for every option."""
        return _one(await self.choose_all([request]), Choice)

    async def score(self, request: ScoreRequest) -> Score:
        """The log-likelihood of a continuation.

        Raises:
            ModelSpecError: Prompt or continuation is empty, or the tokeniser cannot tell where tokens end.
            BadResponseError: The prompt's and the continuation's tokens cannot be parted.
            ContextLengthError: They are too long for the model.
        """
        return _one(await self._ask([request]), Score)

    async def choose_all(self, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
        """A choice for every request in their order, or what went wrong with that one.

        One call for many requests fills whole batches; requests of one persona belong side by side.
        """
        needed = [self._needed(request) for request in requests]
        results = iter(await self._ask([r for held in needed if not isinstance(held, ModelError) for r in held]))
        return [
            held if isinstance(held, ModelError) else _gathered(request, [next(results) for _ in held])
            for request, held in zip(requests, needed, strict=True)
        ]

    def _needed(self, request: ChooseRequest) -> list[Request] | ModelError:
        """What the model is asked for one choice."""
        try:
            check_choose(self.name, self.capabilities, request)
        except ModelError as error:
            return error
        if request.method == "sampled":
            return draws_of(request)
        if request.method == "full_option":
            return [ScoreRequest(request.prompt, seed=request.seed, continuation=f" {o}") for o in request.options]
        return [request]

    async def _ask(self, requests: Sequence[Request]) -> list[Any]:
        lane, answerer = self._lane()
        return await answerer.weights.batcher.ask(lane, requests)

    def _lane(self) -> tuple[Lane, Answerer]:
        if self._held is None:
            from .answering import Answerer
            from .batching import Lane
            from .weights import shared_weights

            answerer = Answerer(
                shared_weights(*self._weights), self._adapter, self.capabilities.chat, self._prefix_cache
            )
            self._held = Lane(answerer, self._batch_size), answerer
        return self._held

    @property
    def prefixes_kept(self) -> int:
        """How many starts of prompts are kept for later calls."""
        return self._prefix_cache

    @property
    def tokens_computed(self) -> int:
        """Prompt tokens that went through the model since it was loaded."""
        reader = self._held[1].reader if self._held else None
        return reader.tokens_computed if reader else 0

    @property
    def tokens_reused(self) -> int:
        """Prompt tokens that did not have to, since another prompt started with them."""
        reader = self._held[1].reader if self._held else None
        return reader.tokens_reused if reader else 0


def _plain(request: Request) -> Request:
    # A choice or a score is a request, too; here a text is asked for.
    return Request(request.prompt, request.sampling, request.seed, request.replicate)


def _one(results: Sequence[Any], kind: type[Result]) -> Result:
    if isinstance(results[0], BaseException):
        raise results[0]
    assert isinstance(results[0], kind)
    return results[0]


def _gathered(request: ChooseRequest, results: list[Any]) -> Choice | ModelError:
    """The choice that single answers make up."""
    for result in results:
        if isinstance(result, ModelError):
            return result
        if isinstance(result, BaseException):
            raise result
    if request.method == "sampled":
        return from_draws([g.text for g in results], request.options, total_usage(g.usage for g in results))
    if request.method == "full_option":
        return from_log_likelihoods([s.log_likelihood for s in results], total_usage(s.usage for s in results))
    return results[0]  # type: ignore[no-any-return]


def hf_from_spec(
    name: str,
    base_url: str | None = None,
    adapter: str | None = None,
    chat: bool = False,
    dtype: str | None = None,
    device: str | None = None,
    batch_size: int = 16,
    prefix_cache: int = 32,
) -> HFModel:
    """The model that `hf:NAME` names; see `HFModel` for the options.

    Raises:
        ModelSpecError: A URL is given, the extra is not installed, a folder holds no model, or an option is wrong.
    """
    if base_url:
        raise ModelSpecError(f"hf:{name} runs in this process and has no address; leave @{base_url} out")
    needed = ("torch", "transformers", *(("peft",) if adapter else ()))
    missing = [library for library in needed if find_spec(library) is None]
    if missing:
        raise ModelSpecError(f"hf:{name} needs {' and '.join(missing)}: pip install 'minipublic[local]'")
    return HFModel(
        name,
        adapter=adapter,
        chat=chat,
        dtype=dtype,
        device=device,
        batch_size=batch_size,
        prefix_cache=prefix_cache,
    )
