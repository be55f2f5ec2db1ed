"""Makes the pools of a study: stories by the thousand, each through the journal, so that nothing is asked twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson

from ...models.embedding import EmbeddingModel
from ...models.errors import BudgetError, ContextLengthError
from ...models.limiter import AdaptiveLimit
from ...models.protocol import LanguageModel
from ...models.templates import PromptBook
from ...personas.population import Population
from ..engine import rare_collections, run_units
from ..errors import InputError
from ..folder import differences, read_json, write_json
from ..weights import file_hash
from .plan import PoolPlan
from .tables import DUPLICATE, PoolFolder, PoolTables
from .units import story_units
from .work import Settings, StoryOutcome, StoryUnit, story_work


class PoolsStopped(Exception):
    """Pools were not finished: the budget was reached, or somebody stopped them; the message says which."""


class Progress(Protocol):
    """Who is told how far a pool is."""

    def __call__(self, pool: str, total: int, tables: PoolTables) -> None:
        """Takes what is done so far of so many stories."""


@dataclass(frozen=True)
class Making:
    """How pools are made.

    Args:
        models: Who tells and judges, by the keys in the plans.
        folder: A folder for each pool is made in it.
        settings: Of the study.
        in_flight: How many stories at once.
        limit: Only the first stories of every pool.
        stop: When set, no new story is begun.
        progress: Told after every story.
        duplicate: From which share of common word 5-grams on two stories are near-duplicates.
        embedder: Measures how far the stories lie apart, if anybody.
    """

    models: Mapping[str, LanguageModel]
    folder: Path
    settings: Settings
    in_flight: int
    limit: int | None
    stop: asyncio.Event
    progress: Progress | None
    duplicate: float
    embedder: EmbeddingModel | None


async def make_pools(
    pools: Mapping[str, PoolPlan],
    models: Mapping[str, LanguageModel],
    folder: Path,
    *,
    study: str,
    seed: int,
    prompts: PromptBook,
    in_flight: int = 64,
    limit: int | None = None,
    stop: asyncio.Event | None = None,
    progress: Progress | None = None,
    duplicate: float = DUPLICATE,
    embedder: EmbeddingModel | None = None,
) -> dict[str, Population]:
    """Makes every pool, or goes on where it was stopped; a pool that is complete is only read.

    Args:
        pools: As `plan_pools` gives them, each after the one it is taken from.
        models: Journaled, by the keys in the plans; what keeps a budget raises `BudgetError`.
        folder: Each pool gets a folder of its name in it: `population.jsonl`, `stories.parquet` (a row per answer),
            `rejections.jsonl`, `traits.jsonl`, `summary.json` and `page.html`.
        study: The study's name; with `seed` and the personas' ids it decides every draw.
        seed: The study's seed.
        prompts: The prompt texts, the graphs' among them (`graphs.context.graph_prompts`).
        in_flight: How many stories at once.
        limit: Only the first stories of every pool: a pilot.
        stop: When set, stories under way are finished, and `PoolsStopped` is raised.
        progress: Told after every story.
        duplicate: From which share of common word 5-grams on two stories are near-duplicates.
        embedder: Measures how far the stories lie apart.

    Returns:
        The personas with their stories and traits, by pool.

    Raises:
        PoolsStopped: The budget was reached, `stop` was set, or every story of a pool failed on the way; what is done is in
            the files, and calling again goes on.
        InputError: All stories of a pool were rejected, or one that it is taken from has not what is asked for.
        SetupError: A model cannot be used at all.
    """
    settings, stop = Settings(study, seed, prompts), stop or asyncio.Event()
    making = Making(models, folder, settings, in_flight, limit, stop, progress, duplicate, embedder)
    return {name: await _made_or_read(plan, making) for name, plan in pools.items()}


async def _made_or_read(plan: PoolPlan, making: Making) -> Population:
    folder = PoolFolder(making.folder / plan.name)
    identity = _identity(plan, making)
    if not _complete(folder, identity):
        await _make(plan, folder, making, identity)
    population = Population.load(folder.population, plan.attributes)
    if not len(population):
        held = read_json(folder.summary)
        why = ", ".join(f"{reason} {n:,}" for reason, n in held["dropped"].items()) or "there was none to be had"
        said = f"backstories.{plan.name}: not one story came of it ({why})" + _remedy(plan, held["dropped"])
        raise PoolsStopped(said) if held["unfinished"] else InputError(f"{said}; see {folder.rejections}")
    return population


def _remedy(plan: PoolPlan, dropped: Mapping[str, int]) -> str:
    """What helps where stories outgrow the model: starting again alone would not."""
    if ContextLengthError.reason not in dropped:
        return ""
    tokens = plan.config.sampling.max_tokens
    return f"; serve the model with a longer context, or lower sampling.max_tokens of the pool, which is {tokens:,}"


def _identity(plan: PoolPlan, making: Making) -> dict[str, Any]:
    settings = making.settings
    own: dict[str, Any] = {"study": settings.study, "seed": settings.seed, "prompts": settings.prompts.hashes()}
    own |= {"limit": making.limit, "duplicate": making.duplicate}
    own |= {"embedding": making.embedder.name} if making.embedder else {}
    if plan.source is not None:  # it may have grown since, by stories that had failed
        own["taken"] = file_hash(PoolFolder(making.folder / plan.source.name).population)
    return orjson.loads(orjson.dumps(plan.identity() | own))  # type: ignore[no-any-return]


def _complete(folder: PoolFolder, identity: Mapping[str, Any]) -> bool:
    """Whether this very pool is there, and no call failed that could be asked again."""
    if not (folder.summary.exists() and folder.population.exists()):
        return False
    held = read_json(folder.summary)
    return held.get("status") == "complete" and not held["unfinished"] and not differences(held["identity"], identity)


async def _make(plan: PoolPlan, folder: PoolFolder, making: Making, identity: Mapping[str, Any]) -> None:
    from .embedding import embedding_spread
    from .measure import measure_pool
    from .page import write_page

    folder.summary.unlink(missing_ok=True)  # it speaks of files that are about to be replaced
    tables = PoolTables(folder)
    passed: list[str] = []
    try:
        with rare_collections():
            await _run(plan, making, tables, passed)
    finally:
        tables.close()
    stopped = f"budget: {passed[0]}" if passed else "Ctrl-C" if making.stop.is_set() else ""
    summary: dict[str, Any] = {
        "pool": plan.name,
        "status": "interrupted" if stopped else "complete",
        "stopped": stopped or None,
    }
    summary |= {"identity": identity, "unfinished": tables.unfinished, "stories": tables.stories}
    summary |= {"dropped": dict(tables.missing), "marks": dict(tables.marks), "answers": tables.answers}
    if stopped:
        write_json(folder.summary, summary)
        raise PoolsStopped(stopped)
    embedding = await embedding_spread(folder, making.embedder) if making.embedder else None
    summary["measures"] = measure_pool(folder, plan, making.duplicate) | {"embedding": embedding}
    write_json(folder.summary, summary)
    write_page(folder)


async def _run(plan: PoolPlan, making: Making, tables: PoolTables, passed: list[str]) -> None:
    work = story_work(plan, making.models, making.settings)
    total = len(plan) if making.limit is None else min(len(plan), making.limit)

    async def within_budget(unit: StoryUnit) -> StoryOutcome | None:
        try:
            return await work(unit)
        except BudgetError as error:
            passed.append(str(error))
            making.stop.set()
            return None

    def emit(unit: StoryUnit, outcome: StoryOutcome) -> None:
        tables.add(unit, outcome)
        if making.progress:
            making.progress(plan.name, total, tables)

    places = AdaptiveLimit(making.in_flight)
    await run_units(
        story_units(plan, making.folder, making.limit), within_budget, emit, places=places, stop=making.stop
    )
