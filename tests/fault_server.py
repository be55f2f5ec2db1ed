"""An OpenAI-compatible server that misbehaves on demand: in this process, or `python tests/fault_server.py --port N`.

Well-behaved, it is a small deterministic model: option letters have the probabilities of `LETTER_LOGPROBS`, a text's tokens are
its words, each with log-probability -1, and a generated text names the seed. It takes `stop`, `n` and lists of prompts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
from collections import Counter

from aiohttp import web

# "A" in three tokenisations, "B" in two, and words that must not count.
LETTER_LOGPROBS = [
    ("A", math.log(0.20)),
    (" A", math.log(0.15)),
    ("(A", math.log(0.05)),
    ("B", math.log(0.20)),
    (" (B)", math.log(0.10)),
    ("An", math.log(0.10)),
    ("a", math.log(0.05)),
]
ERRORS = {
    "auth": (401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}),
    "forbidden": (403, {"message": "Not allowed"}),
    "model": (404, {"message": "The model `x` does not exist", "code": "model_not_found"}),
    "path": (404, {"message": "Not Found"}),
    "context": (
        400,
        {"message": "This model's maximum context length is 2048 tokens.", "code": "context_length_exceeded"},
    ),
    "vllm_context": (
        400,
        {"message": "This model's maximum context length is 2048 tokens. However, you requested 9000"},
    ),
    "filter": (400, {"message": "The response was filtered", "code": "content_filter"}),
    "bad_request": (400, {"message": "n must be positive"}),
    "quota": (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}),
    "429": (429, {"message": "Slow down"}),
    "500": (500, {"message": "Internal error"}),
    "503": (503, {"message": "Overloaded"}),
    "502": (502, {"message": "Bad gateway"}),
    "504": (504, {"message": "Gateway timeout"}),
    "408": (408, {"message": "Request timeout"}),
    "409": (409, {"message": "Conflict"}),
}


class FaultServer:
    """Serves until stopped.

    Args:
        delay_s: How long a well-behaved answer takes.
    """

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.faults: list[str] = []  # one is used up by each request
        self.always: str | None = None
        self.capacity = 0  # more requests in flight than this get a 429; 0 is no limit
        self.retry_after = "0"
        self.refused = ""  # a prompt with this text in it is too long
        # Of seed, stop, logprobs, n, list and echo: what is accepted without effect, and what is answered with a 400.
        self.ignores: set[str] = set()
        self.refuses: set[str] = set()
        self.greedy = False  # the same text whatever the seed
        self.most_logprobs = 20  # more are refused
        self.requests = 0
        self.prompts: Counter[str] = Counter()
        self.bodies: list[dict] = []
        self.keys: list[str | None] = []
        self.keep_bodies = True
        self.in_flight = self.peak = 0
        self.url = ""

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=2**26)
        self.add_routes(app)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)  # a stalled answer is not waited for
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/{path:.*}", self.handle)

    async def stop(self) -> None:
        await self.runner.cleanup()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            body = await request.json()
            if self.keep_bodies:
                self.bodies.append(body)
                self.keys.append(request.headers.get("Authorization"))
                held = body.get("prompt")
                for prompt in held if isinstance(held, list) else [body.get("messages") or held]:
                    self.prompts[json.dumps([prompt, body.get("seed")])] += 1
            fault = self.faults.pop(0) if self.faults else self.always
            if self.refused and self.refused in json.dumps(body):
                fault = "context"
            if self.capacity and self.in_flight > self.capacity:
                fault = "429"
            if fault:
                failed = await self.misbehave(fault, request, body)
                if failed is not None:
                    return failed
            refused = self.refusal(body)
            if refused:
                return web.json_response({"error": {"message": refused}}, status=400)
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            return web.json_response(self.answer(request.path, body, fault))
        finally:
            self.in_flight -= 1

    async def misbehave(self, fault: str, request: web.Request, body: dict) -> web.StreamResponse | None:
        if fault in ERRORS:
            status, error = ERRORS[fault]
            headers = {"Retry-After": self.retry_after} if status in (429, 503) else {}
            return web.json_response({"error": error}, status=status, headers=headers)
        if fault == "shows_key":
            said = f"Incorrect API key provided: {request.headers.get('Authorization')}"
            return web.json_response({"error": {"message": said, "code": "invalid_api_key"}}, status=401)
        if fault == "moved":
            return web.Response(status=308, headers={"Location": "/v2"}, text="moved")
        if fault == "drop":
            request.transport.close()
            return web.Response()
        if fault == "stall":
            await asyncio.sleep(30)
        if fault == "garbage":
            return web.Response(text="<html>bad gateway</html>", content_type="text/html")
        if fault == "list":
            return web.json_response([1, 2])
        if fault == "truncated":
            text = json.dumps(self.answer(request.path, body, None)).encode()
            response = web.StreamResponse(headers={"Content-Length": str(len(text))})
            await response.prepare(request)
            await response.write(text[: len(text) // 2])
            request.transport.close()
            return response
        return None  # a lie: the answer itself is wrong

    def refusal(self, body: dict) -> str | None:
        asked = {"list"} if isinstance(body.get("prompt"), list) else set()
        asked |= {name for name in ("seed", "stop", "logprobs", "n", "echo") if body.get(name)}
        for name in sorted(self.refuses & asked):
            return f"{name} is not supported here"
        if max(body.get("top_logprobs") or 0, int(body.get("logprobs") or 0)) > self.most_logprobs:
            return f"at most {self.most_logprobs} logprobs"
        return None

    def answer(self, path: str, body: dict, fault: str | None) -> dict:
        """One choice for each prompt and each of its `n` answers."""
        prompts, several = body.get("prompt"), 1 if "n" in self.ignores else body.get("n") or 1
        if isinstance(prompts, list):
            bodies = [body | {"prompt": prompt} for prompt in (prompts[:1] if "list" in self.ignores else prompts)]
        else:
            bodies = [body]
        answers = [self.one_answer(path, b, fault, k) for b in bodies for k in range(several)]
        for index, choice in enumerate(c for answer in answers for c in answer["choices"]):
            choice["index"] = index
        choices = [c for answer in answers for c in answer["choices"]]
        usage = answers[0].get("usage")
        usage = usage and {key: tokens * len(bodies) for key, tokens in usage.items()}
        # In any order, as the interface allows: the index says which prompt is meant.
        return answers[0] | {"choices": choices[::-1] if several == 1 else choices, "usage": usage}

    def text(self, body: dict, number: int) -> str:
        source = f"call {self.requests}, whatever the seed" if "seed" in self.ignores else f"seed {body.get('seed')}"
        text = "text of a greedy server" if self.greedy else f"text of {source}" + (f", {number}" if number else "")
        if (
            "Answer with the letter" in json.dumps(body.get("messages") or body.get("prompt"))
            and body.get("max_tokens", 99) > 1
        ):
            text = "(B)"
        stops = body.get("stop") or []
        for stop in [] if "stop" in self.ignores else [stops] if isinstance(stops, str) else stops:
            text = text.partition(stop)[0]
        return text

    def one_answer(self, path: str, body: dict, fault: str | None, number: int) -> dict:
        chat = path.endswith("chat/completions")
        text = self.text(body, number)
        choice: dict = {"index": 0, "finish_reason": "stop"}
        if fault == "no_choices":
            return {"choices": []}
        if fault == "length":
            choice["finish_reason"] = "length"
        if fault == "filtered":
            choice["finish_reason"] = "content_filter"
        if chat:
            choice["message"] = {"role": "assistant", "content": None if fault == "empty" else text}
            if fault == "refusal":
                choice["message"] |= {"content": None, "refusal": "I cannot help with that."}
        else:
            choice["text"] = text
        if body.get("logprobs"):
            choice["logprobs"] = self.logprobs(body, chat, fault)
        if fault == "no_text":
            choice |= {"message": {"role": "assistant", "content": 5}} if chat else {"text": 5}
        if fault == "no_message":
            choice |= {"message": None, "text": 5}
        usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
        return {
            "id": "x",
            "object": "completion",
            "created": 0,
            "model": body["model"],
            "choices": [choice],
            "usage": None if fault == "no_usage" else usage,
        }

    def logprobs(self, body: dict, chat: bool, fault: str | None) -> dict | None:
        top = list(LETTER_LOGPROBS)
        if fault == "no_logprobs" or "logprobs" in self.ignores:
            return None
        if fault == "null_logprobs":
            top = [(token, None) for token, _ in top]
        if fault == "positive_logprobs":
            top = [(token, 0.5) for token, _ in top]
        if fault == "mass_above_one":
            top = [(token, math.log(0.9)) for token, _ in top]
        if fault == "null_token":
            rows = [{"token": None, "logprob": -1.0, "bytes": None}]
            return {"content": [{"top_logprobs": rows}]} if chat else {"top_logprobs": [None]}
        if fault == "empty_top":
            top = []
        if fault == "no_letters":
            top = [("The", math.log(0.8)), ("I", math.log(0.1))]
        if chat:
            rows = [{"token": t, "logprob": lp, "bytes": None} for t, lp in top]
            return {"content": [{"token": "A", "logprob": -1.0, "bytes": None, "top_logprobs": rows}]}
        if body.get("echo"):
            words = [(m.group(), m.start()) for m in re.finditer(r"\s*\S+", body["prompt"])]
            words.append((" next", len(body["prompt"])))
            values = [None, *(-1.0 for _ in words[1:])]
            if fault == "echo_ignored" or "echo" in self.ignores:
                words, values = words[-1:], [-1.0]
            if fault == "start_token":  # as vLLM shows it: every offset is moved by its length
                words = [("<s>", 0), *((word, at + 3) for word, at in words)]
                values = [None, *(-1.0 for _ in words[1:])]
            if fault == "wrong_offsets":
                words = [words[0], *((word, at + 7) for word, at in words[1:])]
            if fault == "null_echo":
                values = [None for _ in words]
            return {"tokens": [w for w, _ in words], "token_logprobs": values, "text_offset": [at for _, at in words]}
        return {"tokens": ["A"], "token_logprobs": [-1.0], "top_logprobs": [dict(top)], "text_offset": [0]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    arguments = parser.parse_args()

    async def serve() -> None:
        server = FaultServer(arguments.delay)
        server.keep_bodies = False
        await server.start(arguments.port)
        print(server.url, flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
