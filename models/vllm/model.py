"""A vLLM server: what it offers beyond the OpenAI interface.

- The log-probability of every token asked for by its id: `first_token` counts all the tokens of the option letters, not only
  those among the likeliest 20.
- Answers forced to be an option's letter (`structured`), and texts held to a JSON schema.
- LoRA adapters loaded and unloaded while it serves, and `/metrics`.
- Log-likelihoods of given texts (`score`, `full_option`) that use the prefix cache (see `stepwise`).

A seed does not promise the same text when other requests share the batch; the journal is what replays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any, Literal

from ..choosing import DRAWN, draws_of, forced_forms, from_forced, total_usage
from ..errors import ModelError, RequestRefusedError, UnknownModelError
from ..openai import FIRST_TOKEN, OpenAIModel
from ..openai_answers import Answer, chat_generation, choices_of, text_generation, top_tokens, usage_of
from ..protocol import Capabilities, Choice, ChooseRequest, Generation, Request, Score, Usage
from ..schemas import parsed_schema
from ..together import or_raise
from .adapters import ServedAdapter
from .letters import letter_tokens, token_ids
from .metrics import ServerMetrics, read_metrics
from .once import Once
from .stepwise import Steps, add_up, plan_steps

LOCAL = "http://localhost:8000/v1"
MOST_TOKEN_IDS = 128  # as many as one request to vLLM may ask for
_TOKEN_ID = "token_id:"


class VLLMModel(OpenAIModel):
    """A model on a vLLM server.

    Args:
        name: The model's name on the server.
        base_url: The server; this machine's port 8000 by default.
        endpoint: `completions` gives the model the prompt as it stands, `chat` puts it into the chat template.
        adapter: A folder with a LoRA adapter, loaded when it is first needed and unloaded at the end; the server must see
            the folder under the same path. An adapter that the server was started with is a `name` of its own.
        options: As `OpenAIModel`.

    Raises:
        ModelSpecError: The adapter's folder holds none.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        endpoint: Literal["chat", "completions"] = "completions",
        adapter: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, base_url=base_url or LOCAL, endpoint=endpoint, **options)
        self.name = f"{'vllm-chat' if self._chat else 'vllm'}:{name}"
        self._adapter = ServedAdapter(adapter, self._wire) if adapter else None
        if self._adapter:
            self.name += f"+{self._adapter.name}"
            self._model = self._adapter.served_name
        by_text = () if self._chat else ("full_option",)
        self.capabilities = Capabilities(
            score=not self._chat,
            choose=("first_token", *by_text, "sampled", "structured"),
            chat=self._chat,
            schema=self.capabilities.schema,
        )
        self._letters: dict[int, dict[int, str]] = {}  # by number of options: token id -> letter
        self._letter: dict[int, str] = {}  # all of these together
        self._finding: dict[int, Once[dict[int, str]]] = {}
        self._by_id = Once(self._answers_by_id)

    async def aclose(self) -> None:
        """Takes the adapter out of the server, and closes the connections."""
        if self._adapter:
            await self._adapter.unload()
        await super().aclose()

    @property
    def address(self) -> str:
        """Where the server is."""
        return self._wire.base_url

    async def metrics(self) -> ServerMetrics:
        """What the server counts, of everybody's calls.

        Raises:
            ModelError: It does not say.
        """
        return read_metrics(await self._wire.glance("/metrics"))

    async def _post(self, path: str, payload: dict[str, Any]) -> Answer:
        if self._adapter is None:
            return await super()._post(path, payload)
        await self._adapter.load()
        try:
            return await super()._post(path, payload)
        except UnknownModelError:
            await self._adapter.load_again()  # the server was started again
            return await super()._post(path, payload)

    async def _token_request(self, options: int) -> dict[str, Any]:
        if not await self._by_id():
            return await super()._token_request(options)
        return self._ask_by_id(list(await self._letters_of(options))[:MOST_TOKEN_IDS])

    async def _letters_of(self, options: int) -> dict[int, str]:
        if options not in self._letters:
            find = self._finding.setdefault(options, Once(partial(letter_tokens, self._tokenise, options)))
            self._letters[options] = await find()
            self._letter |= self._letters[options]
        return self._letters[options]

    async def _first_tokens(self, requests: Sequence[ChooseRequest]) -> list[Choice | ModelError]:
        sizes = sorted({len(request.options) for request in requests})
        if len(sizes) == 1 or not await self._by_id() or len(await self._letters_of(sizes[-1])) <= MOST_TOKEN_IDS:
            return await super()._first_tokens(requests)
        # Not all tokens can be asked for: which ones must not depend on the questions that travel along.
        groups = [[k for k, request in enumerate(requests) if len(request.options) == size] for size in sizes]
        asked = [super(VLLMModel, self)._first_tokens([requests[k] for k in group]) for group in groups]
        found = dict(zip(chain(*groups), chain(*await asyncio.gather(*asked)), strict=True))
        return [found[k] for k in range(len(requests))]

    def _ask_by_id(self, tokens: list[int]) -> dict[str, Any]:
        asked = {"logprob_token_ids": tokens, "return_tokens_as_token_ids": True}
        return asked | ({"logprobs": True, "top_logprobs": len(tokens)} if self._chat else {"logprobs": len(tokens)})

    async def _tokenise(self, text: str) -> Answer:
        return await self._wire.post_root("/tokenize", {"prompt": text, "add_special_tokens": False})

    async def _answers_by_id(self) -> bool:
        """Finds out by trying: older servers ignore the wish, or refuse it."""
        tokens = list(await self._letters_of(2))
        prompt = {"messages": [{"role": "user", "content": "A or B?"}]} if self._chat else {"prompt": "A or B? Answer:"}
        try:
            answer = await self._post(self._path, self._settings(FIRST_TOKEN) | self._ask_by_id(tokens) | prompt)
        except RequestRefusedError:
            return False
        (choice,) = choices_of(self.name, answer)
        held = {token for token, _ in top_tokens(self.name, choice)}
        return held >= {f"{_TOKEN_ID}{token}" for token in tokens}

    def _tokens(self, choice: Answer) -> list[tuple[str, float]]:
        top = super()._tokens(choice)
        if not all(isinstance(token, str) and token.startswith(_TOKEN_ID) for token, _ in top):
            return top
        # Besides those asked for, the token that was drawn is listed: what was said instead of a letter.
        said = (choice["message"]["content"] if self._chat else choice["text"]) or "(nothing)"
        ids = [(int(token.removeprefix(_TOKEN_ID)), logprob) for token, logprob in top]
        return [(self._letter.get(token, f"\n{said}"), logprob) for token, logprob in ids]

    async def _scores(self, request: Request, continuations: Sequence[str]) -> list[Score]:
        if not await self._by_id():
            return await super()._scores(request, continuations)
        prompt = request.prompt.text
        texts = [prompt, *(prompt + continuation for continuation in continuations)]
        before, *wholes = [token_ids(answer) for answer in await asyncio.gather(*map(self._tokenise_whole, texts))]
        steps = plan_steps(before, wholes)
        answers = await self._next_tokens(steps)
        lengths = zip(steps.paths, steps.lengths, strict=True)
        return [Score(add_up(path, answers), len(path), Usage(length, 1)) for path, length in lengths]

    async def _next_tokens(self, steps: Steps) -> list[dict[int, float]]:
        def read(_: int, choice: Answer, __: Usage) -> dict[int, float]:
            top = top_tokens(self.name, choice)
            return {int(token.removeprefix(_TOKEN_ID)): logprob for token, logprob in top}

        answers: list[dict[int, float]] = [{} for _ in steps.contexts]
        for at in range(0, len(steps.wanted), MOST_TOKEN_IDS):
            asked = self._settings(FIRST_TOKEN) | self._ask_by_id(list(steps.wanted[at : at + MOST_TOKEN_IDS]))
            for answer, more in zip(answers, await self._texts.complete(steps.contexts, asked, read), strict=True):
                answer |= or_raise(more)
        return answers

    async def _tokenise_whole(self, text: str) -> Answer:
        return await self._wire.post_root("/tokenize", {"prompt": text})

    async def _draws(self, request: ChooseRequest) -> Choice:
        if request.method != "structured":
            return await super()._draws(request)
        forced = {"structured_outputs": {"choice": forced_forms(len(request.options))}}
        drawn = await asyncio.gather(*(self._forced(draw, forced) for draw in draws_of(request)))
        return from_forced([g.text for g in drawn], request.options, total_usage(g.usage for g in drawn))

    def _held_to(self, schema: str) -> dict[str, Any]:
        return {"structured_outputs": {"json": parsed_schema(schema)}}

    async def _forced(self, request: Request, forced: dict[str, Any]) -> Generation:
        answer = await self._post(self._path, self._payload(request, DRAWN) | forced)
        (choice,) = choices_of(self.name, answer)
        return (chat_generation if self._chat else text_generation)(self.name, choice, usage_of(answer))


def from_spec(
    name: str,
    base_url: str | None = None,
    endpoint: Literal["chat", "completions"] = "completions",
    adapter: str | None = None,
    api_key_env: str | None = None,
    max_in_flight: int = 64,
    timeout_s: float = 120.0,
    retries: int = 6,
    top_logprobs: int = 20,
    prompts_per_request: int = 32,
) -> VLLMModel:
    """The model that `vllm:NAME[@URL]` names."""
    return VLLMModel(
        name,
        base_url=base_url,
        endpoint=endpoint,
        adapter=adapter,
        api_key_env=api_key_env,
        max_in_flight=max_in_flight,
        timeout_s=timeout_s,
        retries=retries,
        top_logprobs=top_logprobs,
        prompts_per_request=prompts_per_request,
    )
