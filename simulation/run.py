"""Running a study: the journal, the engine and the run folder put together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from ..models.errors import ModelSpecError
from ..models.journal import Journal
from ..models.journaled import JournaledModel
from ..models.protocol import LanguageModel
from ..models.registry import load_model
from .engine import rare_collections, run_units
from .folder import RunFolder, write_json, write_text
from .plan import Plan, Unit
from .records import RECORD_COLUMNS, UTTERANCE_COLUMNS, LineWriter, TableWriter
from .speakers import described_roles, place_of
from .study import ModelConfig, as_yaml
from .work import Outcome, make_work

COMPLETE, FAILED, BAD_INPUT, COMPLETE_WITH_MISSING = 0, 1, 2, 3
_REACH = {"api_key_env", "max_in_flight", "timeout_s", "retries", "adapter"}
_LIBRARIES = ("langgraph", "langchain-core", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "aiohttp")


class Progress(Protocol):
    """Who is told how far a run is."""

    def __call__(self, units: int, answers: int, missing: int, models: dict[str, JournaledModel]) -> None:
        """Takes what is done so far."""


@dataclass(slots=True)
class RunCounts:
    """What a run has made so far."""

    units: int = 0
    answers: int = 0
    missing: Counter[str] = field(default_factory=Counter)


def open_models(plan: Plan) -> dict[str, LanguageModel]:
    """The models a study names, by their key in the plan.

    Raises:
        ModelSpecError: A spec or an option is wrong.
    """
    return {key: _opened(plan, config) for key, config in plan.model_configs().items()}


def _opened(plan: Plan, config: ModelConfig) -> LanguageModel:
    try:
        return open_model(config)
    except ModelSpecError as error:
        raise ModelSpecError(f"{place_of(plan.study, config)}: {error}") from error


def open_model(config: ModelConfig) -> LanguageModel:
    """One model from its configuration."""
    reach = config.model_dump(include=_REACH, exclude_none=True)
    return load_model(config.spec, **reach, **config.options)


async def run_study(
    plan: Plan,
    out: Path,
    *,
    limit: int | None = None,
    models: dict[str, LanguageModel] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Runs a study into a folder, or resumes it there.

    Args:
        plan: What is run.
        out: The folder.
        limit: Only the first people or groups.
        models: Other models than the study's own, by `role_key`.
        progress: Told after every unit.

    Returns:
        What `run.json` says.

    Raises:
        InputError: The folder holds another study, or another process writes to it.
        SetupError: A model cannot be used at all.
        JournalError: The journal cannot be written; what it holds is safe.
    """
    folder = RunFolder(out)
    with folder.locked():
        identity = plan.identity()
        folder.check_identity(identity)
        write_text(folder.study, as_yaml(plan.study))
        plan.population.save(folder.population)
        chosen = models or open_models(plan)
        run = _describe(plan, identity, chosen, limit)
        write_json(folder.run, run | {"status": "running"})
        journal = Journal(folder.calls)
        journaled = {key: JournaledModel(model, journal) for key, model in chosen.items()}
        status = "failed"
        started, counts = time.monotonic(), RunCounts()
        try:
            stopped = await _run(plan, folder, journaled, limit, counts, progress)
            status = "interrupted" if stopped else "complete"
        finally:
            for model in chosen.values():
                await model.aclose()
            run |= _closing(status, counts, journal, journaled, time.monotonic() - started)
            journal.close()
            with contextlib.suppress(OSError):  # on a full disk the error under way says more
                write_json(folder.run, run)
        return run


async def _run(
    plan: Plan,
    folder: RunFolder,
    models: dict[str, JournaledModel],
    limit: int | None,
    counts: RunCounts,
    progress: Progress | None,
) -> bool:
    records = TableWriter(folder.records, RECORD_COLUMNS)
    utterances = TableWriter(folder.utterances, UTTERANCE_COLUMNS)
    transcripts = LineWriter(folder.transcripts)

    def emit(unit: Unit, outcome: Outcome) -> None:
        for row in outcome.records:
            records.add(row)
        for row in outcome.utterances:
            utterances.add(row)
        transcripts.add(outcome.transcript)
        counts.units += 1
        counts.answers += len(outcome.records)
        counts.missing.update(r["missing"] for r in (*outcome.records, *outcome.utterances) if r["missing"])
        if progress:
            progress(counts.units, counts.answers, counts.missing.total(), models)

    stop = asyncio.Event()
    in_flight = plan.study.engine.units_in_flight
    try:
        with _stopping_on_interrupt(stop), rare_collections():
            await run_units(plan.units(limit), make_work(plan, models), emit, in_flight=in_flight, stop=stop)
    finally:
        for table in (records, utterances, transcripts):
            table.close()
    return stop.is_set()


@contextlib.contextmanager
def _stopping_on_interrupt(stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C lets units under way finish; a second one ends at once."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        print("\nstopping: units under way are finished first; Ctrl-C again ends at once", file=sys.stderr)
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    try:
        loop.add_signal_handler(signal.SIGINT, interrupt)
    except (RuntimeError, ValueError, NotImplementedError):  # not the main thread: Ctrl-C is not ours to take
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _describe(
    plan: Plan, identity: dict[str, Any], models: dict[str, LanguageModel], limit: int | None
) -> dict[str, Any]:
    study = plan.study
    described = {key: _description(model) for key, model in models.items()}
    return {
        "study": study.study,
        "title": study.title or study.study,
        "kind": study.kind,
        "seed": study.seed,
        "limit": limit,
        "people": plan.people,
        "conditions": [c.name for c in study.conditions],
        "models": described,
        "roles": described_roles(study, plan.population),
        "prompts": plan.prompts.hashes(),
        "notes": list(plan.notes),
        "versions": {"minipublic": version("minipublic"), "python": sys.version.split()[0]}
        | {name: version(name) for name in _LIBRARIES},
        "identity": identity,
    }


def _description(model: LanguageModel) -> str:
    describe: Callable[[], str] | None = getattr(model, "describe", None)
    return describe() if describe else model.name


def _closing(
    status: str, counts: RunCounts, journal: Journal, models: dict[str, JournaledModel], seconds: float
) -> dict[str, Any]:
    return {
        "status": status,
        "units": counts.units,
        "answers": counts.answers,
        "missing": dict(counts.missing),
        "calls": journal.totals()
        | {
            "asked_now": sum(m.counts.asked for m in models.values()),
            "replayed_now": sum(m.counts.replayed for m in models.values()),
        },
        "seconds": round(seconds, 3),
    }


def exit_code(run: dict[str, Any]) -> int:
    """0 complete, 3 complete with missing answers, 1 otherwise; "don't know" where it is offered is an answer here."""
    if run["status"] != "complete":
        return FAILED
    return COMPLETE_WITH_MISSING if run["missing"].keys() - {"declined"} else COMPLETE
