"""Any OpenAI-compatible server: the chat endpoint, and the raw completions endpoint that base models need.

Log-probabilities are asked for at temperature 1: they are the model's own distribution.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal
from urllib.parse import urlsplit

from .choosing import (
    check_choose,
    draws_of,
    from_draws,
    from_first_token,
    from_log_likelihoods,
    probability,
    total_usage,
)
from .errors import BadResponseError, ModelSpecError, UnsupportedError
from .protocol import Capabilities, Choice, ChooseRequest, Generation, Request, Sampling, Score, ScoreRequest, Usage
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
        token_limit: What the server calls the limit on an answer's length (some hosted chat models want
            `max_completion_tokens`).

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
        token_limit: str = "max_tokens",
    ) -> None:
        if endpoint not in ("chat", "completions"):
            raise ModelSpecError(f"unknown endpoint {endpoint!r}; there are chat and completions")
        chat = endpoint == "chat"
        self.name = f"{'openai' if chat else 'openai-completions'}:{name}"
        self.capabilities = Capabilities(
            score=not chat,
            choose=("first_token", "sampled") if chat else ("first_token", "full_option", "sampled"),
            chat=chat,
        )
        url = base_url or HOSTED
        # Only OpenAI itself is sent OpenAI's key unasked.
        key = api_key_env or (HOSTED_KEY_ENV if urlsplit(url).hostname == urlsplit(HOSTED).hostname else None)
        self._wire = Wire(url, api_key_env=key, max_in_flight=max_in_flight, timeout_s=timeout_s, retries=retries)
        self._model, self._chat = name, chat
        self._path = "/chat/completions" if chat else "/completions"
        self._top, self._token_limit = top_logprobs, token_limit

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self._wire.base_url!r})"

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()

    async def post(self, request: Request, more: dict[str, Any]) -> dict[str, Any]:
        """The server's whole answer to a request for text, with more fields in its payload."""
        return await self._wire.post(self._path, self._payload(request, request.sampling) | more)

    async def generate(self, request: Request) -> Generation:
        """A text; a refusal is one too, with `finish_reason` "refusal" or "content_filter"."""
        answer = await self._wire.post(self._path, self._payload(request, request.sampling))
        choice = self._first_choice(answer)
        finish, usage = choice.get("finish_reason") or "stop", _usage(answer)
        if not self._chat:
            return Generation(self._text(choice.get("text"), choice), finish, usage)
        message = choice.get("message")
        if not isinstance(message, dict):
            raise BadResponseError(f"{self.name}: the answer has no message", raw=str(choice))
        if message.get("refusal"):
            return Generation(self._text(message["refusal"], choice), "refusal", usage)
        return Generation(self._text(message.get("content"), choice), finish, usage)

    async def choose(self, request: ChooseRequest) -> Choice:
        """A probability for every option."""
        check_choose(self.name, self.capabilities, request)
        if request.method == "first_token":
            return await self._first_token(request)
        return await (self._full_option(request) if request.method == "full_option" else self._sampled(request))

    async def _first_token(self, request: ChooseRequest) -> Choice:
        payload = self._payload(request, FIRST_TOKEN)
        payload["logprobs"] = True if self._chat else self._top
        if self._chat:
            payload["top_logprobs"] = self._top
        answer = await self._wire.post(self._path, payload)
        choice = self._first_choice(answer)
        refusal = _refusal(choice)
        if refusal is not None:  # a result, too: nothing was captured
            return Choice((0.0,) * len(request.options), 0.0, raw=refusal, usage=_usage(answer))
        return from_first_token(self._top_tokens(choice), len(request.options), _usage(answer))

    def _top_tokens(self, choice: dict[str, Any]) -> list[tuple[str, float]]:
        try:
            if self._chat:
                return [(t["token"], t["logprob"]) for t in choice["logprobs"]["content"][0]["top_logprobs"]]
            return list(choice["logprobs"]["top_logprobs"][0].items())
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise BadResponseError(
                f"{self.name}: the server gave no log-probabilities; ask with method `sampled`", raw=str(choice)
            ) from error

    async def _full_option(self, request: ChooseRequest) -> Choice:
        requests = [ScoreRequest(request.prompt, seed=request.seed, continuation=f" {o}") for o in request.options]
        scores = await asyncio.gather(*map(self.score, requests))
        return from_log_likelihoods([s.log_likelihood for s in scores], total_usage(s.usage for s in scores))

    async def _sampled(self, request: ChooseRequest) -> Choice:
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
        prompt, continuation = request.prompt.text, request.continuation
        if not prompt or not continuation:
            raise ModelSpecError(f"{self.name}: a score needs a prompt and a continuation, and one of them is empty")
        payload = self._payload(request, FIRST_TOKEN)
        payload |= {"prompt": prompt + continuation, "echo": True, "logprobs": 1}
        answer = await self._wire.post(self._path, payload)
        choice = self._first_choice(answer)
        try:
            found = echoed_logprobs(choice["logprobs"], prompt, continuation)
        except (KeyError, TypeError, ValueError) as error:
            raise BadResponseError(
                f"{self.name}: the server did not echo the text with its log-probabilities ({error}), so it cannot "
                "score; ask with method `first_token` or `sampled`",
                raw=str(choice),
            ) from error
        for value in found:
            probability(value)
        return Score(sum(min(value, 0.0) for value in found), len(found), _usage(answer))

    def _payload(self, request: Request, sampling: Sampling) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "model": self._model,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self._token_limit: sampling.max_tokens,
        }
        if self._chat:
            payload["messages"] = [{"role": m.role, "content": m.content} for m in request.prompt.messages]
        else:
            payload["prompt"] = request.prompt.text
        if request.seed is not None:
            payload["seed"] = request.seed
        if sampling.stop:
            payload["stop"] = sampling.stop
        return payload

    def _first_choice(self, answer: dict[str, Any]) -> dict[str, Any]:
        choices = answer.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            raise BadResponseError(f"{self.name}: the answer has no choices", raw=str(answer))
        return choices[0]

    def _text(self, value: Any, choice: dict[str, Any]) -> str:
        if value is not None and not isinstance(value, str):
            raise BadResponseError(f"{self.name}: the answer is no text", raw=str(choice))
        return value or ""


def echoed_logprobs(held: dict[str, Any], prompt: str, continuation: str) -> list[float]:
    """The log-probabilities of a continuation's tokens in an echoed text.

    A token that reaches over the end of the prompt counts as the continuation's: the tokeniser did not part them there.
    Offsets are counted from where the given text starts, since some servers put a start token before it.

    Args:
        held: `tokens`, `token_logprobs` and `text_offset`, of one length.
        prompt: The text before the continuation.
        continuation: The text whose tokens are wanted.

    Raises:
        KeyError, TypeError, ValueError: They are not there, or do not spell the continuation.
    """
    tokens, offsets, given = held["tokens"], held["text_offset"], prompt + continuation
    first = 0 if given.startswith(tokens[0]) or len(tokens) == 1 else 1
    start, stop = offsets[first] + len(prompt), offsets[first] + len(given)
    rows = zip(tokens, held["token_logprobs"], offsets, strict=True)
    found = [(token, logprob) for token, logprob, at in rows if (at >= start or at + len(token) > start) and at < stop]
    spelt = "".join(token for token, _ in found)
    # A wrong place would give a wrong number that looks like any other.
    if not spelt.endswith(continuation) or not given.endswith(spelt):
        raise ValueError(f"its tokens spell {spelt!r} where {continuation!r} was asked")
    return [logprob for _, logprob in found]


def _refusal(choice: dict[str, Any]) -> str | None:
    """What was said instead of an answer, where the model or a filter refused; else None."""
    message = choice.get("message")
    said = message.get("refusal") if isinstance(message, dict) else None
    if said or choice.get("finish_reason") == "content_filter":
        return said if isinstance(said, str) else "content_filter"
    return None


def _usage(answer: dict[str, Any]) -> Usage:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    return Usage(usage.get("prompt_tokens"), usage.get("completion_tokens"))


def chat_from_spec(
    name: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    max_in_flight: int = 64,
    timeout_s: float = 120.0,
    retries: int = 6,
    top_logprobs: int = 20,
    token_limit: str = "max_tokens",
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
    )


def completions_from_spec(
    name: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    max_in_flight: int = 64,
    timeout_s: float = 120.0,
    retries: int = 6,
    top_logprobs: int = 20,
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
    )
