"""Any OpenAI-compatible server: the chat endpoint, and the raw completions endpoint that base models need.

Log-probabilities are asked for at temperature 1: they are the model's own distribution.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from .choosing import check_choose, draws_of, from_draws, from_first_token, from_log_likelihoods, total_usage
from .completing import Completions
from .errors import ModelError, ModelSpecError, UnsupportedError
from .openai_answers import (
    chat_generation,
    choices_of,
    echoed_score,
    refusal_of,
    text_generation,
    top_tokens,
    usage_of,
)
from .protocol import Capabilities, Choice, ChooseRequest, Generation, Request, Sampling, Score, ScoreRequest, Usage
from .schemas import check_schema, response_format
from .together import attempt, one_by_one, or_raise
from .wire import Wire

HOSTED = "https://api.openai.com/v1"
HOSTED_KEY_ENV = "OPENAI_API_KEY"
FIRST_TOKEN = Sampling(max_tokens=1)


class OpenAIModel:
    """A model behind an OpenAI-compatible server.

    Args:
        name: The model's name on the server.
        base_url: The server; OpenAI's own by default.
        endpoint: `chat`, or `completions` for the raw one.
        api_key_env: The environment variable with the key; `OPENAI_API_KEY` for OpenAI's own server, else none.
        max_in_flight: The most calls at once.
        timeout_s: How long one try may take, in seconds.
        retries: How often a failed try is repeated.
        top_logprobs: How many first tokens to ask for; servers allow 5 to 20.
        prompts_per_request: How many prompts travel in one request to the completions endpoint, where the server takes
            a list of them.
        token_limit: What the server calls the limit on an answer's length (some hosted chat models want
            `max_completion_tokens`).
        schema: Whether the server can hold an answer to a JSON schema; False for one that refuses to.

    Raises:
        AuthenticationError: The variable with the key is not set.
        ModelSpecError: The endpoint or the address is none.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        endpoint: Literal["chat", "completions"] = "chat",
        api_key_env: str | None = None,
        max_in_flight: int = 64,
        timeout_s: float = 120.0,
        retries: int = 6,
        top_logprobs: int = 20,
        prompts_per_request: int = 32,
        token_limit: str = "max_tokens",
        schema: bool = True,
    ) -> None:
        if endpoint not in ("chat", "completions"):
            raise ModelSpecError(f"unknown endpoint {endpoint!r}; there are chat and completions")
        chat = endpoint == "chat"
        self.name = f"{'openai' if chat else 'openai-completions'}:{name}"
        self.capabilities = Capabilities(
            score=not chat,
            choose=("first_token", "sampled") if chat else ("first_token", "full_option", "sampled"),
            chat=chat,
            schema=schema,
        )
        url = base_url or HOSTED
        # Only OpenAI itself is sent OpenAI's key unasked.
        key = api_key_env or (HOSTED_KEY_ENV if urlsplit(url).hostname == urlsplit(HOSTED).hostname else None)
        self._wire = Wire(url, api_key_env=key, max_in_flight=max_in_flight, timeout_s=timeout_s, retries=retries)
        self._model, self._chat = name, chat
        self._path = "/chat/completions" if chat else "/completions"
        self._top, self._token_limit = top_logprobs, token_limit
        self._texts = Completions(self.name, self._post, prompts_per_request)

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self._wire.base_url!r})"

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()

    async def _post(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        return await self._wire.post(path, payload)

    async def post(self, request: Request, more: dict[str, Any]) -> dict[str, Any]:
        """The server's whole answer to a request for text, with more fields in its payload."""
        return await self._post(self._path, self._payload(request, request.sampling) | more)

    async def generate(self, request: Request) -> Generation:
        """A text; a refusal is one too, with `finish_reason` "refusal" or "content_filter"."""
        check_schema(self.name, self.capabilities, request)
        answer = await self._post(self._path, self._payload(request, request.sampling))
        (choice,) = choices_of(self.name, answer)
        return (chat_generation if self._chat else text_generation)(self.name, choice, usage_of(answer))

    async def choose(self, request: ChooseRequest) -> Choice:
        """A probability for every option."""
        check_choose(self.name, self.capabilities, request)
        if request.method == "first_token":
            return or_raise((await self._first_tokens([request]))[0])
        return await (self._full_option(request) if request.method == "full_option" else self._draws(request))

    def takes_together(self, requests: Sequence[ChooseRequest]) -> bool:
        """Whether these travel in few requests: by `first_token` on the completions endpoint they do."""
        return not self._chat and all(request.method == "first_token" for request in requests)

    async def choose_all(self, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
        """Several independent choices, in few requests where they can (see `takes_together`).

        Returns:
            A choice or the error it met, in the order asked.
        """
        if not requests or not self.takes_together(requests):
            return await one_by_one(self, requests)
        for request in requests:
            check_choose(self.name, self.capabilities, request)
        return await self._first_tokens(requests)

    async def _first_tokens(self, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
        # No seed: it draws a token nobody reads, and the probabilities do not depend on it.
        settings = self._settings(FIRST_TOKEN) | await self._token_request(max(len(r.options) for r in requests))
        if self._chat:
            return [await attempt(self._chat_first_token(requests[0], settings))]

        def read(k: int, choice: dict[str, Any], usage: Usage) -> Choice:
            return self._first_token(choice, len(requests[k].options), usage)

        return await self._texts.complete([r.prompt.text for r in requests], settings, read)

    async def _chat_first_token(self, request: ChooseRequest, settings: dict[str, Any]) -> Choice:
        answer = await self._post(self._path, settings | {"messages": _messages(request)})
        (choice,) = choices_of(self.name, answer)
        return self._first_token(choice, len(request.options), usage_of(answer))

    def _first_token(self, choice: dict[str, Any], options: int, usage: Usage) -> Choice:
        refusal = refusal_of(choice)
        if refusal is not None:  # a result, too: nothing was captured
            return Choice((0.0,) * options, 0.0, raw=refusal, usage=usage)
        return from_first_token(self._tokens(choice), options, usage)

    async def _token_request(self, options: int) -> dict[str, Any]:
        """What asks for the probabilities of the letters of so many options."""
        return {"logprobs": True, "top_logprobs": self._top} if self._chat else {"logprobs": self._top}

    def _tokens(self, choice: dict[str, Any]) -> list[tuple[str, float]]:
        return top_tokens(self.name, choice)

    async def _full_option(self, request: ChooseRequest) -> Choice:
        scores = await self._scores(request, [f" {option}" for option in request.options])
        return from_log_likelihoods([s.log_likelihood for s in scores], total_usage(s.usage for s in scores))

    async def _draws(self, request: ChooseRequest) -> Choice:
        drawn = await asyncio.gather(*map(self.generate, draws_of(request)))
        return from_draws([g.text for g in drawn], request.options, total_usage(g.usage for g in drawn))

    async def score(self, request: ScoreRequest) -> Score:
        """The log-likelihood of a continuation, from the echoed prompt's log-probabilities.

        Raises:
            UnsupportedError: On the chat endpoint, which gives none.
            BadResponseError: The server does not echo, or echoes tokens that do not spell the continuation.
            ModelSpecError: Prompt or continuation is empty.
        """
        if self._chat:
            raise UnsupportedError(
                f"{self.name}: chat endpoints give no prompt log-probabilities; use openai-completions"
            )
        return (await self._scores(request, [request.continuation]))[0]

    async def _scores(self, request: Request, continuations: Sequence[str]) -> list[Score]:
        prompt = request.prompt.text
        if not prompt or not all(continuations):
            raise ModelSpecError(f"{self.name}: a score needs a prompt and a continuation, and one of them is empty")

        def read(k: int, choice: dict[str, Any], usage: Usage) -> Score:
            return echoed_score(self.name, choice, prompt, continuations[k], usage)

        asked = self._settings(FIRST_TOKEN) | {"echo": True, "logprobs": 1}
        return [
            or_raise(score) for score in await self._texts.complete([prompt + c for c in continuations], asked, read)
        ]

    def _settings(self, sampling: Sampling) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "model": self._model,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self._token_limit: sampling.max_tokens,
        }
        return settings | ({"stop": sampling.stop} if sampling.stop else {})

    def _payload(self, request: Request, sampling: Sampling) -> dict[str, Any]:
        payload = self._settings(sampling)
        if self._chat:
            payload["messages"] = _messages(request)
        else:
            payload["prompt"] = request.prompt.text
        if request.seed is not None:
            payload["seed"] = request.seed
        return payload | (self._held_to(request.schema) if request.schema else {})

    def _held_to(self, schema: str) -> dict[str, Any]:
        """What holds an answer to a JSON schema; the completions endpoints that know one take it as chat does."""
        return response_format(schema)


def _messages(request: Request) -> list[dict[str, str]]:
    return [{"role": m.role, "content": m.content} for m in request.prompt.messages]


def chat_from_spec(
    name: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    max_in_flight: int = 64,
    timeout_s: float = 120.0,
    retries: int = 6,
    top_logprobs: int = 20,
    token_limit: str = "max_tokens",
    schema: bool = True,
) -> OpenAIModel:
    """The model that `openai:NAME[@URL]` names."""
    return OpenAIModel(
        name,
        base_url=base_url,
        api_key_env=api_key_env,
        max_in_flight=max_in_flight,
        timeout_s=timeout_s,
        retries=retries,
        top_logprobs=top_logprobs,
        token_limit=token_limit,
        schema=schema,
    )


def completions_from_spec(
    name: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    max_in_flight: int = 64,
    timeout_s: float = 120.0,
    retries: int = 6,
    top_logprobs: int = 20,
    prompts_per_request: int = 32,
    schema: bool = True,
) -> OpenAIModel:
    """The model that `openai-completions:NAME[@URL]` names."""
    return OpenAIModel(
        name,
        base_url=base_url,
        endpoint="completions",
        api_key_env=api_key_env,
        max_in_flight=max_in_flight,
        timeout_s=timeout_s,
        retries=retries,
        top_logprobs=top_logprobs,
        prompts_per_request=prompts_per_request,
        schema=schema,
    )
