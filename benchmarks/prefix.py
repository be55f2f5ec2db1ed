"""Prompt tokens that a vLLM server computes for a survey whose personas do not fit its KV cache, over the fewest possible.

Run `make benchmark-prefix`; it installs vLLM, and the model is a tiny one made on the spot. Personas of 2,500 tokens answer
ten items each, and the cache holds about five personas. The fewest possible: of all that a persona is asked, every whole
cache block once, and the rest of each question. The goal: at most 1.05 times that. Beside it stands the order that asks
everybody the first item, then everybody the second. Then the same survey is put to an engine in this process and to
transformers, for answers a second once each is started; those depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from minipublic import Journal, Persona, Population
from minipublic.models.protocol import ChooseRequest, Prompt
from minipublic.models.registry import load_model
from minipublic.models.vllm.metrics import ServerMetrics
from minipublic.simulation.loading import load_study
from minipublic.simulation.opening import open_models
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

TESTS = Path(__file__).parent.parent / "tests"
ITEMS, STORY_WORDS, BLOCK, BLOCKS = 10, 630, 128, 120
OPTIONS = {"1": "No", "2": "Rather no", "3": "Rather yes", "4": "Yes"}
ENGINE = {"dtype": "float32", "enforce_eager": True, "max_model_len": 4096, "num_gpu_blocks_override": BLOCKS}
ENGINE |= {"gpu_memory_utilization": 0.1}
Run = tuple[dict[str, Any], dict[str, list[str]]]  # what run.json says, and the prompts of every persona


def write_study(folder: Path, personas: int) -> None:
    """The codebook and the people; everybody's story is another from the first word on."""
    draw = random.Random(1)
    words = [
        "river",
        "town",
        "work",
        "money",
        "school",
        "winter",
        "father",
        "garden",
        "vote",
        "street",
        "music",
        "bread",
    ]
    stories = (" ".join(draw.choices(words, k=STORY_WORDS)) for _ in range(personas))
    people = [Persona(f"p{k}", backstory=f"{k}. {story}.") for k, story in enumerate(stories)]
    Population(tuple(people)).save(folder / "people.jsonl")
    items = {f"q{k}": {"text": f"Is it good, part {k}?", "options": OPTIONS} for k in range(ITEMS)}
    (folder / "codebook.yaml").write_text(yaml.safe_dump({"items": items}))


def survey(folder: Path, name: str, spec: str, **options: Any) -> Run:
    """Runs the survey as `minipublic run` does."""
    study = {"study": name, "kind": "survey", "population": {"file": "people.jsonl"}}
    study |= {"survey": {"codebook": "codebook.yaml"}, "conditions": [{"name": "story", "style": "backstory"}]}
    study |= {"model": {"spec": spec, "options": options}}
    path, out = folder / f"{name}.yaml", folder / name
    path.write_text(yaml.safe_dump(study))

    async def started() -> dict[str, Any]:
        plan = make_plan(load_study(path), path)
        models = open_models(plan)
        for model in models.values():  # an engine starts, and weights are read, at the first call
            await model.choose(ChooseRequest(Prompt.of("Ready?"), options=("Yes", "No")))
        return await run_study(plan, out, models=models)

    run = asyncio.run(started())
    if run["missing"]:
        raise RuntimeError(f"{name}: answers are missing: {run['missing']}")
    records, journal = pd.read_parquet(out / "records.parquet"), Journal(out / "calls.sqlite")
    prompts = defaultdict(list)
    for persona, prompt in zip(records["persona"], records["prompt_hash"], strict=True):
        prompts[persona].append(journal.prompt_text(prompt) or "")
    journal.close()
    return run, prompts


def fewest(prompts: Sequence[str], tokenizer: Any) -> int:
    """Tokens of one persona's prompts where each whole block is computed once."""
    read = [tuple(tokenizer(prompt)["input_ids"]) for prompt in prompts]
    blocks = {ids[:end] for ids in read for end in range(BLOCK, len(ids) + 1, BLOCK)}
    return BLOCK * len(blocks) + sum(len(ids) % BLOCK for ids in read)


async def question_by_question(spec: str, prompts: dict[str, list[str]], at_once: int = 64) -> ServerMetrics:
    """Asks everybody the first item, then everybody the second; returns what the server counted."""
    model = load_model(spec)
    before = await model.metrics()  # type: ignore[attr-defined]
    places = asyncio.Semaphore(at_once)

    async def ask(text: str) -> None:
        async with places:
            await model.choose(ChooseRequest(Prompt.of(text), options=tuple(OPTIONS.values())))

    for k in range(ITEMS):
        await asyncio.gather(*(ask(asked[k]) for asked in prompts.values()))
    counted: ServerMetrics = (await model.metrics()).since(before)  # type: ignore[attr-defined]
    await model.aclose()
    return counted


@contextmanager
def serving(model: Path, folder: Path) -> Iterator[str]:
    """A vLLM server with a small cache; gives the spec that reaches it."""
    from vllm_server import VLLMServer

    settings = ("--max-model-len", "4096", "--num-gpu-blocks-override", str(BLOCKS))
    server = VLLMServer(model, folder / "server.txt", settings)
    try:
        server.start()
        yield f"vllm:tiny@{server.url}"
    finally:
        server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--personas", type=int, default=100)
    parser.add_argument("--model", type=Path, help="a folder that tests/tiny_model.py wrote, to save the minute")
    given = parser.parse_args()
    sys.path[:0] = [str(TESTS), str(TESTS / "serving")]
    import tiny_model
    from transformers import AutoTokenizer

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        base = (given.model or tiny_model.make(folder / "model")) / "base"
        write_study(folder, given.personas)
        with serving(base, folder) as spec:
            over_http, prompts = survey(folder, "http", spec)
            other = asyncio.run(question_by_question(spec, prompts))
        report(over_http, other, prompts, AutoTokenizer.from_pretrained(base))
        runs = {"vllm, over HTTP": over_http}
        runs["vllm_engine"], _ = survey(folder, "engine", f"vllm_engine:{base}", **ENGINE)
        runs["hf"], _ = survey(folder, "hf", f"hf:{base}", dtype="float32")
        for name, run in runs.items():
            print(f"  {name:18s} {run['answers'] / run['seconds']:8.1f} answers a second")


def report(run: dict[str, Any], other: ServerMetrics, prompts: dict[str, list[str]], tokenizer: Any) -> None:
    """Prints both orders' computed tokens."""
    (counts,) = run["servers"].values()
    least = sum(fewest(asked, tokenizer) for asked in prompts.values())
    computed = counts["prefix_cache_queries"] - counts["prefix_cache_hits"]
    length = counts["prompt_tokens"] / run["answers"]
    print(
        f"{len(prompts)} personas × {ITEMS} items, {length:,.0f} tokens a prompt, a cache of {BLOCKS * BLOCK:,} tokens"
    )
    print(f"  the fewest possible    {least / run['answers']:8.1f} prompt tokens computed an answer")
    for name, tokens in {"a persona at a time": computed, "question by question": other.computed_tokens}.items():
        print(
            f"  {name:22s} {tokens / run['answers']:8.1f} prompt tokens computed an answer, {tokens / least:6.3f} × fewest"
        )
    print(json.dumps({"ratio": computed / least, "ratio_question_by_question": other.computed_tokens / least}))


if __name__ == "__main__":
    main()
