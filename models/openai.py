"""Any OpenAI-compatible server: the chat endpoint, and the raw completions endpoint that base models need.

Log-probabilities are asked for at temperature 1: they are the model's own distribution.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from .choosing import check_choose, from_draws, from_first_token, from_log_likelihoods, probability
from .errors import BadResponseError, UnsupportedError
from .protocol import Capabilities, Choice, ChooseRequest, Generation, Request, Sampling, Score, ScoreRequest, Usage
from .seeds import derive_seed
from .wire import Wire

HOSTED = "https://api.openai.com/v1"
DRAWN = Sampling(max_tokens=16, stop=("\n",))


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
        chat = endpoint == "chat"
        self.name = f"{'openai' if chat else 'openai-completions'}:{name}"
        self.capabilities = Capabilities(
            score=not chat,
            choose=("first_token", "sampled") if chat else ("first_token", "full_option", "sampled"),
            chat=chat,
        )
        url = base_url or HOSTED
        key = api_key_env or ("OPENAI_API_KEY" if url == HOSTED else None)
        self._wire = Wire(url, api_key_env=key, max_in_flight=max_in_flight, timeout_s=timeout_s, retries=retries)
        self._model, self._chat = name, chat
        self._path = "/chat/completions" if chat else "/completions"
        self._top, self._token_limit = top_logprobs, token_limit

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self._wire.base_url!r})"

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()

    async def generate(self, request: Request) -> Generation:
        """A text; a refusal is one too, with `finish_reason` "refusal" or "content_filter"."""
        answer = await self._wire.post(self._path, self._payload(request, request.sampling))
        choice = self._first_choice(answer)
        if not self._chat:
            return Generation(_text(choice.get("text")), choice.get("finish_reason") or "stop", _usage(answer))
        message = choice.get("message")
        if not isinstance(message, dict):
            raise BadResponseError(f"{self.name}: the answer has no message", raw=str(choice))
        if message.get("refusal"):
            return Generation(_text(message["refusal"]), "refusal", _usage(answer))
        return Generation(_text(message.get("content")), choice.get("finish_reason") or "stop", _usage(answer))

    async def choose(self, request: ChooseRequest) -> Choice:
        """A probability for every option."""
        check_choose(self.name, self.capabilities, request)
        if request.method == "first_token":
            return await self._first_token(request)
        return await (self._full_option(request) if request.method == "full_option" else self._sampled(request))

    async def _first_token(self, request: ChooseRequest) -> Choice:
        payload = self._payload(request, Sampling(max_tokens=1))
        payload |= {"logprobs": True, "top_logprobs": self._top} if self._chat else {"logprobs": self._top}
        answer = await self._wire.post(self._path, payload)
        top = self._top_tokens(self._first_choice(answer))
        return from_first_token(top, len(request.options), _usage(answer))

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
        scores = await asyncio.gather(
            *(
                self.score(ScoreRequest(request.prompt, seed=request.seed, continuation=f" {o}"))
                for o in request.options
            )
        )
        usage = Usage(
            sum(s.usage.prompt_tokens or 0 for s in scores), sum(s.usage.completion_tokens or 0 for s in scores)
        )
        return from_log_likelihoods([s.log_likelihood for s in scores], usage)

    async def _sampled(self, request: ChooseRequest) -> Choice:
        base = Request(request.prompt, DRAWN, replicate=request.replicate, context=request.context)
        seeds = [derive_seed(request.seed or 0, request.replicate, "draw", k) for k in range(request.draws)]
        drawn = await asyncio.gather(*(self.generate(replace(base, seed=seed)) for seed in seeds))
        usage = Usage(
            sum(g.usage.prompt_tokens or 0 for g in drawn), sum(g.usage.completion_tokens or 0 for g in drawn)
        )
        return from_draws([g.text for g in drawn], request.options, usage)

    async def score(self, request: ScoreRequest) -> Score:
        """The log-likelihood of a continuation, from the echoed prompt's log-probabilities.

        Raises:
            UnsupportedError: On the chat endpoint, which gives none.
        """
        if self._chat:
            raise UnsupportedError(
                f"{self.name}: chat endpoints give no prompt log-probabilities; use openai-completions"
            )
        prompt = request.prompt.text
        payload = self._payload(request, Sampling(max_tokens=1)) | {
            "prompt": prompt + request.continuation,
            "echo": True,
            "logprobs": 1,
        }
        answer = await self._wire.post(self._path, payload)
        found = _continuation(
            self._first_choice(answer), len(prompt), len(prompt) + len(request.continuation), self.name
        )
        return Score(sum(found), len(found), _usage(answer))

    def _payload(self, request: Request, sampling: Sampling) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "model": self._model,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self._token_limit: sampling.max_tokens,
        }
        if self._chat:
            payload["messages"] = request.prompt.messages
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


def _continuation(choice: dict[str, Any], start: int, stop: int, name: str) -> Sequence[float]:
    """The log-probabilities of the tokens between two places of the echoed text.

    A token that reaches over the start counts as the continuation's: the tokeniser did not part them there.
    """
    try:
        held = choice["logprobs"]
        rows = zip(held["tokens"], held["token_logprobs"], held["text_offset"], strict=True)
        found = [logprob for token, logprob, at in rows if at + len(token) > start and at < stop]
    except (KeyError, TypeError, ValueError) as error:
        raise BadResponseError(
            f"{name}: the server did not echo the prompt with log-probabilities; it cannot score", raw=str(choice)
        ) from error
    if not found:
        raise BadResponseError(f"{name}: the echoed text has no token of the continuation", raw=str(choice))
    for value in found:
        probability(value)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _usage(answer: dict[str, Any]) -> Usage:
    usage = answer.get("usage") or {}
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
