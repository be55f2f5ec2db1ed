"""Client CPU per survey answer, all in (graph, journal, parsing), against the bare aiohttp loop and the official SDK.

Run `python benchmarks/calls.py`. A well-behaved OpenAI-compatible server answers from another process; 15 KB prompts, 64
in flight. The goal: all in, at most twice the bare loop.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import openai
import orjson

from minipublic import Context, Instrument, Journal, JournaledModel, Persona, build_survey
from minipublic.models.openai import OpenAIModel
from minipublic.models.protocol import ChooseRequest, Message, Prompt
from minipublic.personas.questions import likert
from minipublic.simulation.engine import rare_collections

CALLS, IN_FLIGHT, ITEMS, ROUNDS = 2000, 64, 10, 3
STORY = ("I grew up in a small town by the river, and I still think about it. " * 220)[: 15 * 1024]
SERVER = Path(__file__).parent.parent / "tests" / "fault_server.py"


async def in_parallel(call: Callable[[int], Awaitable[object]], calls: int, at_once: int) -> None:
    """`calls` calls, `at_once` in flight."""
    numbers = iter(range(calls))

    async def worker() -> None:
        for k in numbers:
            await call(k)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def bare(url: str) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(k: int) -> None:
            messages = [{"role": "system", "content": STORY}, {"role": "user", "content": f"Question {k}? Answer:"}]
            body = {
                "model": "m",
                "messages": messages,
                "max_tokens": 1,
                "logprobs": True,
                "top_logprobs": 20,
                "seed": k,
            }
            data = orjson.dumps(body)
            async with session.post(
                f"{url}/chat/completions", data=data, headers={"Content-Type": "application/json"}
            ) as r:
                orjson.loads(await r.read())["choices"][0]["logprobs"]

        await in_parallel(call, CALLS, IN_FLIGHT)


async def backend(url: str) -> None:
    model = OpenAIModel("m", base_url=url, max_in_flight=IN_FLIGHT)

    async def call(k: int) -> None:
        prompt = Prompt((Message("system", STORY), Message("user", f"Question {k}? Answer:")))
        await model.choose(ChooseRequest(prompt, seed=k, options=("a", "b", "c", "d")))

    await in_parallel(call, CALLS, IN_FLIGHT)
    await model.aclose()


async def survey(url: str) -> None:
    instrument = Instrument(
        "i", tuple(likert(f"q{k}", f"Statement {k}", ("no", "rather no", "rather yes", "yes")) for k in range(ITEMS))
    )
    graph = build_survey(instrument).compile()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "calls.sqlite")
        model = JournaledModel(OpenAIModel("m", base_url=url, max_in_flight=IN_FLIGHT), journal)

        async def ask(k: int) -> None:
            persona = Persona(f"p{k}", backstory=f"{k}. {STORY}")
            await graph.ainvoke({}, context=Context({"respondent": persona}, {"participant": model}, style="backstory"))

        # As many people at once as keep 64 calls in flight.
        with rare_collections():  # as a run does
            await in_parallel(ask, CALLS // ITEMS, IN_FLIGHT // ITEMS + 1)
        await model.aclose()
        journal.close()


async def official(url: str) -> None:
    client = openai.AsyncOpenAI(base_url=url, api_key="none")

    async def call(k: int) -> None:
        await client.chat.completions.create(
            model="m",
            messages=[{"role": "system", "content": STORY}, {"role": "user", "content": f"Question {k}? Answer:"}],
            max_tokens=1,
            logprobs=True,
            top_logprobs=20,
            seed=k,
        )

    await in_parallel(call, CALLS, IN_FLIGHT)
    await client.close()


def main() -> None:
    server = subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    ways = {"bare aiohttp loop": bare, "openai backend": backend, "survey, all in": survey, "official SDK": official}
    found: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for _ in range(ROUNDS):  # the ways in turn, so that a slow moment of the machine meets them all
            for name, way in ways.items():
                started = time.process_time()
                asyncio.run(way(url))
                found[name].append(1000 * (time.process_time() - started) / CALLS)
    finally:
        server.kill()
    base = statistics.median(found["bare aiohttp loop"])
    print(
        f"client CPU per call, {len(STORY) // 1024} KB prompts, {IN_FLIGHT} in flight, median of {ROUNDS} rounds of {CALLS} calls"
    )
    for name, times in found.items():
        mid = statistics.median(times)
        print(f"  {name:20s} {mid:6.3f} ms ({min(times):.3f}-{max(times):.3f})  {mid / base:5.2f} × bare")


if __name__ == "__main__":
    main()
