"""Any LangChain chat model as a model: every provider LangChain supports works."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from .choosing import check_choose, from_draws
from .errors import (
    BadResponseError,
    ConnectionLostError,
    ModelError,
    ModelSpecError,
    ModelTimeoutError,
    UnsupportedError,
)
from .protocol import (
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    Message,
    Request,
    Sampling,
    Score,
    ScoreRequest,
    Usage,
)
from .seeds import derive_seed
from .wire import status_error

_MESSAGES: dict[str, Callable[[str], BaseMessage]] = {
    "system": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}
DRAWN = Sampling(max_tokens=16, stop=("\n",))


class LangChainModel:
    """Wraps a LangChain chat model; it writes texts, and chooses by counting drawn answers.

    Args:
        chat: The chat model.
        name: Names it in records and in the journal's keys.
        max_in_flight: The most calls at once.
        settings: Which of temperature, top_p, max_tokens, seed are handed to each call under which name; providers
            differ. What is left out keeps the chat model's own value.
    """

    capabilities = Capabilities(choose=("sampled",))

    def __init__(
        self, chat: BaseChatModel, name: str, *, max_in_flight: int = 64, settings: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self._chat = chat
        self._settings = {} if settings is None else settings
        self._most = max_in_flight
        self._slots: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    async def aclose(self) -> None:
        """Leaves the chat model, which is the caller's, as it is."""

    async def generate(self, request: Request) -> Generation:
        """A text."""
        messages = [_message(m) for m in request.prompt.messages]
        try:
            async with self._slot():
                said = await self._chat.ainvoke(messages, **self._call_settings(request))
        except ModelError:
            raise
        except Exception as error:
            raise vendor_error(error, self.name) from error
        usage = said.usage_metadata
        counted = Usage(usage["input_tokens"], usage["output_tokens"]) if usage else Usage()
        refusal = said.additional_kwargs.get("refusal")
        if refusal:
            return Generation(str(refusal), "refusal", counted)
        return Generation(str(said.text), str(said.response_metadata.get("finish_reason") or "stop"), counted)

    async def choose(self, request: ChooseRequest) -> Choice:
        """The shares of `request.draws` drawn answers."""
        check_choose(self.name, self.capabilities, request)
        seeds = [derive_seed(request.seed or 0, request.replicate, "draw", k) for k in range(request.draws)]
        drawn = await asyncio.gather(
            *(self.generate(Request(request.prompt, DRAWN, seed, request.replicate)) for seed in seeds)
        )
        usage = Usage(
            sum(g.usage.prompt_tokens or 0 for g in drawn), sum(g.usage.completion_tokens or 0 for g in drawn)
        )
        return from_draws([g.text for g in drawn], request.options, usage)

    async def score(self, request: ScoreRequest) -> Score:
        """Is not to be had from a chat model."""
        raise UnsupportedError(f"{self.name}: LangChain chat models give no likelihoods; use openai-completions")

    def _slot(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._slots is None or self._slots[0] is not loop:
            self._slots = (loop, asyncio.Semaphore(self._most))
        return self._slots[1]

    def _call_settings(self, request: Request) -> dict[str, Any]:
        sampling = request.sampling
        values = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "seed": request.seed,
        }
        named = {self._settings[k]: v for k, v in values.items() if k in self._settings and v is not None}
        return named | ({"stop": list(sampling.stop)} if sampling.stop else {})


def vendor_error(error: Exception, where: str) -> ModelError:
    """Our error for a provider's, told by its HTTP status or its class's name."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        body = getattr(error, "body", None)
        return status_error(status, json.dumps({"error": body or str(error)}, default=str).encode(), where)
    names = {c.__name__ for c in type(error).__mro__}
    if any("Timeout" in n for n in names):
        return ModelTimeoutError(f"{where}: {error}; raise timeout_s")
    if any("Connection" in n or "Connect" in n or n in ("OSError", "RemoteProtocolError") for n in names):
        return ConnectionLostError(f"{where}: {error}; is the server running, and is the address right?")
    return BadResponseError(f"{where}: {type(error).__name__}: {error}")


def _message(message: Message) -> BaseMessage:
    return _MESSAGES[message.role](message.content)


def from_langchain_spec(
    name: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    max_in_flight: int = 64,
    timeout_s: float = 120.0,
    retries: int = 6,
    provider_options: dict[str, Any] | None = None,
) -> LangChainModel:
    """The model that `langchain:openai:NAME[@URL]` names: the official OpenAI SDK through LangChain.

    Args:
        name: `openai:NAME`. Wrap any other chat model in `LangChainModel` yourself, or register a plugin.
        base_url: Another server than OpenAI's own.
        api_key_env: The environment variable with the key.
        max_in_flight: The most calls at once.
        timeout_s: How long one try may take, in seconds.
        retries: How often a failed try is repeated.
        provider_options: Further arguments of `ChatOpenAI` (organisation, Azure settings …).

    Raises:
        ModelSpecError: The provider is unknown, or the extra is not installed.
    """
    import os

    provider, _, model = name.partition(":")
    if provider != "openai" or not model:
        raise ModelSpecError(
            f"langchain:{name}: write langchain:openai:NAME, or wrap another chat model in LangChainModel"
        )
    try:
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr
    except ImportError as error:
        raise ModelSpecError("langchain:openai needs an extra: pip install 'minipublic[hosted]'") from error
    variable = api_key_env or "OPENAI_API_KEY"
    # A server of one's own wants no key, but the SDK insists on having one.
    key = os.environ.get(variable) or ("none" if base_url and not api_key_env else "")
    if not key:
        raise ModelSpecError(f"langchain:{name}: the environment variable {variable} is not set; put the API key there")
    chat = ChatOpenAI(
        model=model,
        base_url=base_url,
        api_key=SecretStr(key),
        timeout=timeout_s,
        max_retries=retries,
        **(provider_options or {}),
    )
    known = {k: k for k in ("temperature", "top_p", "max_tokens", "seed")}
    return LangChainModel(chat, f"langchain:{name}", max_in_flight=max_in_flight, settings=known)
