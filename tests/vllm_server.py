"""The fault server with what vLLM adds: log-probabilities by token id, /tokenize, /metrics, and adapters loaded at run time."""

from __future__ import annotations

import math
import string
from collections import Counter

from aiohttp import web
from fault_server import FaultServer

FORMS = ("{}", " {}", "({}", "{})", "{}.", "{}:", " ({}")
VOCABULARY = [form.format(letter) for letter in string.ascii_uppercase for form in FORMS] + [" yes", " no", "three"]
DRAWN = 999  # the token that is drawn, whatever is asked
PROBABILITIES = {"A": 0.1, " A": 0.2, "(A": 0.05, "B": 0.05, " B": 0.1, "B)": 0.02, " C": 0.03, "Z": 0.04}


def tokens_of(text: str) -> list[int]:
    """The longest token of the vocabulary each time, else a character."""
    ids = []
    while text:
        known = max((v for v in VOCABULARY if text.startswith(v)), key=len, default=text[0])
        ids.append(VOCABULARY.index(known) if known in VOCABULARY else 1000 + ord(known))
        text = text[len(known) :]
    return ids


def logprob(context: str | list[int], token: int) -> float:
    """After a text, `PROBABILITIES`; after tokens, a number that depends on both."""
    if isinstance(context, list):
        return -1 - (7 * token + 3 * sum(context)) % 11 / 4
    known = VOCABULARY[token] if token < len(VOCABULARY) else ""
    return math.log(PROBABILITIES.get(known, 0.3 if token == DRAWN else 1e-6))


class VLLMServer(FaultServer):
    """As `FaultServer`; `by_id` says whether it answers, ignores or refuses log-probabilities by token id."""

    def __init__(self) -> None:
        super().__init__()
        self.by_id = "answers"
        self.tokenised: Counter[str] = Counter()
        self.metrics_text, self.metrics_status, self.looks = "", 200, 0
        self.adapters: dict[str, str] = {}
        self.lora: str | None = None  # a fault that meets every request to load an adapter
        self.loads: list[dict] = []

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/tokenize", self.tokenise)
        app.router.add_get("/metrics", self.metrics)
        app.router.add_post("/v1/load_lora_adapter", self.load)
        app.router.add_post("/v1/unload_lora_adapter", self.unload)
        super().add_routes(app)

    async def tokenise(self, request: web.Request) -> web.Response:
        text = (await request.json())["prompt"]
        self.tokenised[text] += 1
        return web.json_response({"tokens": tokens_of(text), "count": len(tokens_of(text))})

    async def metrics(self, request: web.Request) -> web.Response:
        self.looks += 1
        return web.Response(text=self.metrics_text, status=self.metrics_status)

    async def load(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.loads.append(body)
        if self.lora:
            return await self.misbehave(self.lora, request, body)
        if body["lora_name"] in self.adapters:
            said = f"The lora adapter '{body['lora_name']}' has already been loaded."
            return web.json_response({"error": {"message": said, "type": "InvalidUserInput"}}, status=400)
        self.adapters[body["lora_name"]] = body["lora_path"]
        return web.Response(text=f"Success: LoRA adapter '{body['lora_name']}' added successfully.")

    async def unload(self, request: web.Request) -> web.Response:
        found = self.adapters.pop((await request.json())["lora_name"], None)
        return web.Response(text="Success") if found else web.json_response({"error": {"message": "?"}}, status=404)

    def refusal(self, body: dict) -> str | None:
        asked = body.get("logprob_token_ids")
        if asked is None:
            return super().refusal(body)
        if self.by_id == "refuses":
            return "extra fields are not permitted: logprob_token_ids"
        return "at most 128 token ids" if len(asked) > 128 else None

    async def misbehave(self, fault: str, request: web.Request, body: dict) -> web.StreamResponse | None:
        if fault == "unknown adapter" and body.get("model") not in self.adapters:
            return web.json_response({"error": {"message": f"The model `{body['model']}` does not exist."}}, status=404)
        return await super().misbehave(fault, request, body)

    def answer(self, path: str, body: dict, fault: str | None) -> dict:
        prompt = body.get("prompt")
        if isinstance(prompt, list) and isinstance(prompt[0], int):  # one prompt, given as its tokens
            body = body | {"prompt": [prompt]}
        return super().answer(path, body, fault)

    def text(self, body: dict, number: int) -> str:
        forced = body.get("structured_outputs", {}).get("choice")
        return forced[body.get("seed", 0) % len(forced)] if forced else super().text(body, number)

    def logprobs(self, body: dict, chat: bool, fault: str | None) -> dict | None:
        asked = body.get("logprob_token_ids")
        if asked is None or self.by_id == "ignores":
            return super().logprobs(body, chat, fault)
        context = "" if chat else body["prompt"]
        found = {f"token_id:{token}": logprob(context, token) for token in dict.fromkeys((DRAWN, *asked))}
        if chat:
            return {"content": [{"top_logprobs": [{"token": t, "logprob": lp} for t, lp in found.items()]}]}
        return {"tokens": ["?"], "token_logprobs": [-1.0], "top_logprobs": [found], "text_offset": [0]}
