"""Carries out a study of backstories in a folder of its own: journal, budget, and what is on record of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...models.embedding import EmbeddingModel
from ...models.errors import ModelSpecError
from ...models.journal import Journal
from ...models.journaled import JournaledModel
from ...models.protocol import LanguageModel
from ..errors import InputError
from ..folder import RunFolder, read_json, write_json, write_text
from ..named_models import ModelConfig
from ..opening import open_model
from ..run import stopping_on_interrupt
from ..spending import calls_made, make_budget
from .making import PoolsStopped, Progress, make_pools
from .study import as_yaml
from .study_plan import BackstoriesPlan
from .tables import PoolFolder

_LOG = logging.getLogger(__name__)
COMPLETE, FAILED, COMPLETE_WITH_MISSING = 0, 1, 3
_EMBEDDING = {"api_key_env", "max_in_flight", "timeout_s", "retries"}


class StoriesFolder(RunFolder):
    """The files of a study of backstories; each pool has a folder in it.

    Args:
        path: The folder.
    """

    RECORD = "personas.json"
    _CALLED = "a folder of stories"


async def generate(
    plan: BackstoriesPlan,
    out: Path,
    *,
    only: str | None = None,
    limit: int | None = None,
    models: dict[str, LanguageModel] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Makes the pools of a study in a folder, or goes on with them there.

    Args:
        plan: The study.
        out: The folder.
        only: One pool, with those it is taken from.
        limit: Only the first stories of every pool.
        models: Other models than the study's own, by `role_key`.
        progress: Told after every story.

    Returns:
        What `personas.json` says.

    Raises:
        InputError: The folder holds another study, or another process writes to it.
        SetupError: A model cannot be used at all.
        JournalError: The journal cannot be written; what it holds is safe.
    """
    pools = plan.chosen(only)
    folder = StoriesFolder(out)
    with folder.locked():
        identity = plan.identity()
        folder.check_identity(identity)
        write_text(folder.study, as_yaml(plan.study))
        chosen = models or {key: _opened(key, config, plan) for key, config in plan.model_configs().items()}
        record = _described(plan, identity, chosen, list(pools), limit)
        with contextlib.closing(Journal(folder.calls)) as journal:
            budget = make_budget(plan, chosen, journal)
            write_json(folder.run, record | {"status": "running"})
            journaled = {key: JournaledModel(model, journal, budget) for key, model in chosen.items()}
            await _recorded(plan, journaled, journal, folder, record, progress)
        return record


def _opened(key: str, config: ModelConfig, plan: BackstoriesPlan) -> LanguageModel:
    place = "judge" if plan.study.judge and config == plan.study.judge else "model"
    try:
        return open_model(config)
    except ModelSpecError as error:
        raise ModelSpecError(f"{place}: {error}") from error


async def _recorded(
    plan: BackstoriesPlan,
    models: dict[str, JournaledModel],
    journal: Journal,
    folder: StoriesFolder,
    record: dict[str, Any],
    progress: Progress | None,
) -> None:
    """Makes the pools, and completes the record and its file by what came of it, however it ends."""
    started, stop = time.monotonic(), asyncio.Event()
    record["status"] = "failed"
    embedder = _embedder(plan.study.embedding)
    try:
        with stopping_on_interrupt(stop):
            await make_pools(
                {name: plan.pools[name] for name in record["only"]},
                models,
                folder.path,
                study=plan.study.study,
                seed=plan.study.seed,
                prompts=plan.prompts,
                in_flight=plan.study.engine.units_in_flight,
                limit=record["limit"],
                stop=stop,
                progress=progress,
                duplicate=plan.study.duplicates,
                embedder=embedder,
            )
        record["status"] = "complete"
    except PoolsStopped as error:
        record |= {"status": "interrupted", "stopped": str(error)}
    finally:
        await _close([*(m.aclose for m in models.values()), *([embedder.aclose] if embedder else [])])
        record |= _closing(folder, record["only"], journal, models, time.monotonic() - started)
        with contextlib.suppress(OSError):  # on a full disk the error under way says more
            write_json(folder.run, record)


async def _close(closers: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Closes every model; one that cannot be closed keeps no other, and no record, from it."""
    for failed in await asyncio.gather(*(close() for close in closers), return_exceptions=True):
        if isinstance(failed, Exception):
            _LOG.warning("a model could not be closed: %s", failed)


def _embedder(config: ModelConfig | None) -> EmbeddingModel | None:
    if config is None:
        return None
    reach = config.model_dump(include=_EMBEDDING, exclude_none=True)
    return EmbeddingModel.from_spec(config.spec, **reach, **config.options)


def _described(
    plan: BackstoriesPlan,
    identity: dict[str, Any],
    models: dict[str, LanguageModel],
    pools: list[str],
    limit: int | None,
) -> dict[str, Any]:
    study = plan.study
    return {
        "study": study.study,
        "title": study.title or study.study,
        "kind": study.kind,
        "seed": study.seed,
        "limit": limit,
        "only": pools,
        "models": {key: model.name for key, model in models.items()},
        "versions": {"minipublic": version("minipublic"), "langgraph": version("langgraph")},
        "identity": identity,
    }


def _closing(
    folder: StoriesFolder,
    names: list[str],
    journal: Journal,
    models: dict[str, JournaledModel],
    seconds: float,
) -> dict[str, Any]:
    held = {name: PoolFolder(folder.path / name).summary for name in names}
    summaries = {name: read_json(path) for name, path in held.items() if path.exists()}
    missing: Counter[str] = Counter()
    for one in summaries.values():
        missing.update(one["dropped"])
        missing.update(one["marks"])
    kept = ("status", "stories", "answers", "dropped", "marks", "unfinished")
    return {
        "pools": {name: {key: one[key] for key in kept} for name, one in summaries.items()},
        "missing": dict(missing),
        "calls": calls_made(journal, models),
        "seconds": round(seconds, 3),
    }


def exit_code(record: dict[str, Any]) -> int:
    """0 complete, 3 complete with stories dropped or answers marked, 1 otherwise."""
    if record["status"] != "complete":
        return FAILED
    return COMPLETE_WITH_MISSING if record["missing"] else COMPLETE


def check_models_open(plan: BackstoriesPlan) -> None:
    """Looks whether the models a study names can be opened; nothing is asked.

    Raises:
        ModelSpecError: One cannot.
        InputError: The embedding model cannot.
    """
    for key, config in plan.model_configs().items():
        _opened(key, config, plan)
    try:
        _embedder(plan.study.embedding)
    except ModelSpecError as error:
        raise InputError(f"embedding: {error}") from error
