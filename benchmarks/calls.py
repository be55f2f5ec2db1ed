"""Client CPU per survey answer, all in (graph, journal, parsing), against the bare aiohttp loop and the official SDK.

Run `python benchmarks/calls.py`. A well-behaved OpenAI-compatible server answers from another process; 15 KB prompts, 64
in flight. The goal: below the bare loop where a persona's ten questions travel in one request, and at most twice the
bare loop with everything around the call. A chat endpoint takes no lists, so there each question travels alone.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Literal

import aiohttp
import openai
import orjson

from minipublic import Context, Instrument, Journal, JournaledModel, Persona, build_survey
from minipublic.models.openai import OpenAIModel
from minipublic.models.protocol import ChooseRequest, Message, Prompt
from minipublic.personas.questions import likert
from minipublic.simulation.engine import rare_collections

CALLS, IN_FLIGHT, ITEMS, ROUNDS = 10_000, 64, 10, 3
STORY = ("I grew up in a small town by the river, and I still think about it. " * 220)[: 15 * 1024]
SERVER = Path(__file__).parent.parent / "tests" / "fault_server.py"


async def in_parallel(call: Callable[[int], Awaitable[object]], calls: int, at_once: int) -> None:
    """`calls` calls, `at_once` in flight."""
    numbers = iter(range(calls))

    async def worker() -> None:
        for k in numbers:
            await call(k)

    await asyncio.gather(*(worker() for _ in range(at_once)))


def prompt_of(k: int) -> Prompt:
    """The prompt of call k."""
    return Prompt((Message("system", STORY), Message("user", f"Question {k}? Answer:")))


async def bare(url: str) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(k: int) -> None:
            body = {"model": "m", "prompt": prompt_of(k).text, "max_tokens": 1, "logprobs": 20}
            data, headers = orjson.dumps(body), {"Content-Type": "application/json"}
            async with session.post(f"{url}/completions", data=data, headers=headers) as answer:
                orjson.loads(await answer.read())["choices"][0]["logprobs"]

        await in_parallel(call, CALLS, IN_FLIGHT)


async def backend(url: str) -> None:
    model = OpenAIModel("m", base_url=url, endpoint="completions", max_in_flight=IN_FLIGHT)

    async def call(k: int) -> None:
        await model.choose(ChooseRequest(prompt_of(k), seed=k, options=("a", "b", "c", "d")))

    await in_parallel(call, CALLS, IN_FLIGHT)
    await model.aclose()


async def together(url: str) -> None:
    model = OpenAIModel("m", base_url=url, endpoint="completions", max_in_flight=IN_FLIGHT)

    async def ask(k: int) -> None:
        asked = [ChooseRequest(prompt_of(k * ITEMS + i), options=("a", "b", "c", "d")) for i in range(ITEMS)]
        await model.choose_all(asked)

    await in_parallel(ask, CALLS // ITEMS, IN_FLIGHT // ITEMS + 1)
    await model.aclose()


async def survey(url: str, endpoint: Literal["chat", "completions"]) -> None:
    instrument = Instrument(
        "i", tuple(likert(f"q{k}", f"Statement {k}", ("no", "rather no", "rather yes", "yes")) for k in range(ITEMS))
    )
    graph = build_survey(instrument).compile()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "calls.sqlite")
        model = JournaledModel(OpenAIModel("m", base_url=url, endpoint=endpoint, max_in_flight=IN_FLIGHT), journal)

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
        await client.completions.create(model="m", prompt=prompt_of(k).text, max_tokens=1, logprobs=20)

    await in_parallel(call, CALLS, IN_FLIGHT)
    await client.close()


def main() -> None:
    server = subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    ways = {
        "bare aiohttp loop": bare,
        "the backend, one by one": backend,
        "the backend, together": together,
        "survey, all in, together": partial(survey, endpoint="completions"),
        "survey, all in, one by one": partial(survey, endpoint="chat"),
        "official SDK": official,
    }
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
        print(f"  {name:26s} {mid:6.3f} ms ({min(times):.3f}-{max(times):.3f})  {mid / base:5.2f} × bare")


if __name__ == "__main__":
    main()
