"""Client CPU per survey answer: the whole graph with its journal against a bare loop, the backend alone and the official SDK.

Run `python benchmarks/calls.py`. The server runs in a process of its own; what is counted is the CPU time of this process, all
threads, per answer (lower is better), at 15 KB a prompt and 64 calls in flight. The ways take turns, and the median of
their rounds counts, so that a busy machine disturbs all of them alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import orjson

from minipublic.graphs.context import Context, graph_prompts
from minipublic.graphs.survey import RESPONDENT, build_survey
from minipublic.models.journal import Journal
from minipublic.models.journaled import JournaledModel
from minipublic.models.openai import OpenAIModel
from minipublic.models.protocol import ChooseRequest, Prompt
from minipublic.personas.persona import Persona
from minipublic.personas.questions import Instrument, likert
from minipublic.simulation.engine import run_units

SERVER = Path(__file__).parent.parent / "tests" / "fault_server.py"
ITEMS = 10
SENTENCE = "I have lived in this town for most of my life and I have seen it change more than once. "
INSTRUMENT = Instrument("bench", tuple(likert(f"q{k}", f"Should the town do thing {k}?") for k in range(ITEMS)))

# A way asks `answers` questions with `in_flight` calls at once.
Way = Callable[[int, int], Awaitable[None]]


def backstory(person: int, kilobytes: float) -> str:
    """A prompt of a given length that no other person shares."""
    text = f"I am person {person}. " + SENTENCE * (int(kilobytes * 1024 / len(SENTENCE)) + 1)
    return text[: int(kilobytes * 1024)]


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server in a process of its own."""
    process = subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


async def in_parallel(answers: int, in_flight: int, ask: Callable[[int], Awaitable[object]]) -> None:
    """Asks question 0 to answers - 1 by as many workers as calls may be in flight."""
    numbers = iter(range(answers))

    async def work() -> None:
        for number in numbers:
            await ask(number)

    await asyncio.gather(*(work() for _ in range(in_flight)))


def bare_loop(url: str, kilobytes: float) -> Way:
    """Nothing but aiohttp and orjson."""

    async def run(answers: int, in_flight: int) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def ask(number: int) -> None:
                prompt = {"role": "user", "content": backstory(number // ITEMS, kilobytes)}
                body = {"model": "m", "messages": [prompt], "max_tokens": 1, "logprobs": True, "top_logprobs": 20}
                headers = {"Content-Type": "application/json"}
                async with session.post(f"{url}/chat/completions", data=orjson.dumps(body), headers=headers) as response:
                    answer = orjson.loads(await response.read())
                assert answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]

            await in_parallel(answers, in_flight, ask)

    return run


def backend(url: str, kilobytes: float) -> Way:
    """`OpenAIModel.choose` alone."""
    options = tuple(o.text for o in INSTRUMENT.questions[0].options)

    async def run(answers: int, in_flight: int) -> None:
        model = OpenAIModel("m", base_url=url, max_in_flight=in_flight)

        async def ask(number: int) -> None:
            prompt = Prompt.of(backstory(number // ITEMS, kilobytes))
            choice = await model.choose(ChooseRequest(prompt, seed=number, options=options))
            assert choice.captured_mass > 0

        await in_parallel(answers, in_flight, ask)
        await model.aclose()

    return run


@asynccontextmanager
async def journaled(url: str, in_flight: int) -> AsyncIterator[JournaledModel]:
    """The backend behind a journal in a new file."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "calls.sqlite")
        model = JournaledModel(OpenAIModel("m", base_url=url, max_in_flight=in_flight), journal)
        try:
            yield model
        finally:
            await model.aclose()
            journal.close()


def whole_survey(url: str, kilobytes: float) -> Way:
    """The survey graph, one invocation a persona, with engine and journal; rows included, Parquet files not."""
    graph = build_survey(INSTRUMENT).compile()
    prompts = graph_prompts()

    async def run(answers: int, in_flight: int) -> None:
        rows = []
        async with journaled(url, in_flight) as model:

            async def work(person: int) -> list[dict[str, object]]:
                persona = Persona(f"p{person}", backstory=backstory(person, kilobytes))
                context = Context({RESPONDENT: persona}, {"participant": model}, style="backstory", prompts=prompts)
                state = await graph.ainvoke({}, context=context)
                return list(state["answers"].values())

            people = range(answers // ITEMS)
            units = max(1, in_flight // ITEMS + 2)  # a little more than keeps the calls in flight
            await run_units(people, work, lambda _, made: rows.extend(made), in_flight=units, stop=asyncio.Event())
        assert len(rows) == answers
        assert all(row["probabilities"] for row in rows)

    return run


def official_sdk(url: str, kilobytes: float) -> Way:
    """The `openai` package's asynchronous client."""
    from openai import AsyncOpenAI

    async def run(answers: int, in_flight: int) -> None:
        async with AsyncOpenAI(base_url=url, api_key="none") as client:

            async def ask(number: int) -> None:
                said = await client.chat.completions.create(
                    model="m",
                    messages=[{"role": "user", "content": backstory(number // ITEMS, kilobytes)}],
                    max_tokens=1,
                    logprobs=True,
                    top_logprobs=20,
                )
                assert said.choices[0].logprobs

            await in_parallel(answers, in_flight, ask)

    return run


# Shown in this order, each as a ratio to the first.
WAYS: dict[str, Callable[[str, float], Way]] = {
    "bare aiohttp + orjson": bare_loop,
    "OpenAIModel.choose": backend,
    "survey graph with journal": whole_survey,
    "official openai SDK": official_sdk,
}


def measure(way: Way, answers: int, in_flight: int) -> float:
    """Milliseconds of CPU per answer."""
    began = time.process_time()
    asyncio.run(way(answers, in_flight))
    return (time.process_time() - began) * 1000 / answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=1000, help="per round and way; a multiple of 10")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--kilobytes", type=float, default=15.0)
    parser.add_argument("--only", nargs="*", default=list(WAYS), help="some of the ways, by name")
    arguments = parser.parse_args()
    with serving() as url:
        ways = {name: WAYS[name](url, arguments.kilobytes) for name in dict.fromkeys([*WAYS][:1] + arguments.only)}
        for way in ways.values():
            measure(way, 10 * ITEMS, arguments.in_flight)  # imports and first connections are not what is measured
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                found[name].append(measure(way, arguments.answers, arguments.in_flight))
    base = statistics.median(next(iter(found.values())))
    print(f"{'':28}{'ms CPU an answer':>18}{'range':>16}{'to bare':>9}")
    for name, values in found.items():
        middle = statistics.median(values)
        spread = f"{min(values):.3f}-{max(values):.3f}"
        print(f"{name:28}{middle:18.3f}{spread:>16}{middle / base:9.2f}")


if __name__ == "__main__":
    main()
