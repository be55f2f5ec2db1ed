"""Any LangChain chat model as a model: every provider LangChain supports works."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.globals import get_llm_cache
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import SecretStr

from .choosing import check_choose, draws_of, from_draws, total_usage
from .errors import (
    BadResponseError,
    ConnectionLostError,
    ContextLengthError,
    ModelError,
    ModelSpecError,
    ModelTimeoutError,
    UnsupportedError,
)
from .protocol import Capabilities, Choice, ChooseRequest, Generation, Message, Request, Score, ScoreRequest, Usage
from .schemas import check_schema, response_format
from .wire import checked_address, key_from
from .wire_errors import status_error

_MESSAGES: dict[str, Callable[[str], BaseMessage]] = {
    "system": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}
NO_KEY = "no-key-needed"  # the SDK insists on having one
HOSTED_KEY_ENV = "OPENAI_API_KEY"
_OPENAI_SETTINGS = {name: name for name in ("temperature", "top_p", "max_tokens", "seed")}


class LangChainModel:
    """Wraps a LangChain chat model; it writes texts, and chooses by counting drawn answers.

    Args:
        chat: The chat model.
        name: Names it in records and in the journal's keys.
        max_in_flight: The most calls at once.
        settings: Which of temperature, top_p, max_tokens, seed are handed to each call under which name; providers
            differ. What is left out keeps the chat model's own value. By default all four for OpenAI's chat
            models, none for others; stop strings are always handed over.
    """

    def __init__(
        self, chat: BaseChatModel, name: str, *, max_in_flight: int = 64, settings: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self._chat = chat
        self._settings = _default_settings(chat) if settings is None else settings
        self.capabilities = Capabilities(choose=("sampled",), seed="seed" in self._settings, schema=_is_openai(chat))
        self._secrets = [v.get_secret_value() for v in vars(chat).values() if isinstance(v, SecretStr)]
        self._most = max_in_flight
        self._slots: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    def __repr__(self) -> str:
        return f"LangChainModel({self.name!r})"

    async def aclose(self) -> None:
        """Leaves the chat model, which is the caller's, as it is."""

    async def generate(self, request: Request) -> Generation:
        """A text; a refusal is one too, with `finish_reason` "refusal" or "content_filter".

        Raises:
            ModelSpecError: The chat model caches, which would turn independent draws into one.
        """
        check_schema(self.name, self.capabilities, request)
        if self._chat.cache or (self._chat.cache is None and get_llm_cache() is not None):
            raise ModelSpecError(f"{self.name}: a cache makes independent draws one; give the chat model cache=False")
        messages = [_message(m) for m in request.prompt.messages]
        try:
            async with self._slot():
                said = await self._chat.ainvoke(messages, **self._call_settings(request))
        except ModelError:
            raise
        except Exception as error:
            raise vendor_error(error, self.name, self._secrets) from error
        usage = said.usage_metadata
        counted = Usage(usage["input_tokens"], usage["output_tokens"]) if usage else Usage()
        refusal = said.additional_kwargs.get("refusal")
        if refusal:
            return Generation(str(refusal), "refusal", counted)
        return Generation(str(said.text), str(said.response_metadata.get("finish_reason") or "stop"), counted)

    async def choose(self, request: ChooseRequest) -> Choice:
        """The shares of `request.draws` drawn answers."""
        check_choose(self.name, self.capabilities, request)
        drawn = await asyncio.gather(*map(self.generate, draws_of(request)))
        return from_draws([g.text for g in drawn], request.options, total_usage(g.usage for g in drawn))

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
        return named | ({"stop": list(sampling.stop)} if sampling.stop else {}) | self._held_to(request.schema)

    def _held_to(self, schema: str) -> dict[str, Any]:
        if not schema:
            return {}
        # As a field of the body: LangChain's own `response_format` parses, and loses an answer that was cut off.
        own = getattr(self._chat, "extra_body", None) or {}
        return {"extra_body": own | response_format(schema)}


def vendor_error(error: Exception, where: str, secrets: Sequence[str] = ()) -> ModelError:
    """Our error for a provider's, told by its HTTP status or its classes' names.

    Args:
        error: What the provider's library raised.
        where: Named in the message.
        secrets: Not to be shown, whatever the provider says.
    """
    status, names = getattr(error, "status_code", None), " ".join(c.__name__ for c in type(error).__mro__)
    if isinstance(status, int) and status >= 300:
        body = json.dumps({"error": getattr(error, "body", None) or str(error)}, default=str)
        return status_error(status, _without(body, secrets).encode(), where)
    said = f"{where}: {type(error).__name__}: {_without(str(error), secrets)}"
    if "ContextOverflow" in names:
        return ContextLengthError(f"{said}; shorten the prompt or max_tokens")
    if "Timeout" in names:
        return ModelTimeoutError(f"{said}; raise timeout_s, or lower max_in_flight")
    if "Connection" in names or "OSError" in names or "RemoteProtocolError" in names:
        cause = f" ({_without(str(error.__cause__), secrets)})" if error.__cause__ else ""
        return ConnectionLostError(f"{said}{cause}; is the server running, and is the address right?")
    return BadResponseError(said)


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "(key)") if secret else text
    return text


def _default_settings(chat: BaseChatModel) -> dict[str, str]:
    # Told by name, so that the extra need not be installed; Azure's chat model is one of them.
    return _OPENAI_SETTINGS if _is_openai(chat) else {}


def _is_openai(chat: BaseChatModel) -> bool:
    return any(c.__name__ == "BaseChatOpenAI" for c in type(chat).__mro__)


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
        AuthenticationError: The variable with the key is not set.
    """
    provider, _, model = name.partition(":")
    if provider != "openai" or not model:
        raise ModelSpecError(
            f"langchain:{name}: write langchain:openai:NAME, or wrap another chat model in LangChainModel"
        )
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise ModelSpecError("langchain:openai needs an extra: pip install 'minipublic[hosted]'") from error
    # Only OpenAI itself is sent OpenAI's key unasked.
    key = key_from(api_key_env or (None if base_url else HOSTED_KEY_ENV)) or NO_KEY
    chat = ChatOpenAI(
        model=model,
        base_url=None if base_url is None else checked_address(base_url),
        api_key=SecretStr(key),
        timeout=timeout_s,
        max_retries=retries,
        **({"cache": False} | (provider_options or {})),
    )
    return LangChainModel(chat, f"langchain:{name}", max_in_flight=max_in_flight)
