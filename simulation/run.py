"""Running a study: the journal, the engine and the run folder put together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from ..models.errors import BudgetError
from ..models.journal import Journal
from ..models.journaled import JournaledModel
from ..models.protocol import LanguageModel
from .admission import Admission, most_units
from .backstories.making import PoolsStopped
from .backstories.making import Progress as StoryProgress
from .engine import rare_collections, run_units
from .errors import InputError
from .folder import RunFolder, write_json, write_text
from .humans.config import notes_on_seats, people_in
from .humans.playing import Host, PlayStopped, Table
from .humans.replies import Replies
from .opening import open_models
from .outcomes import Outcomes
from .plan import Plan, Unit
from .servers import ServerWatch
from .speakers import described_roles
from .spending import calls_made, make_budget
from .storytelling import with_stories
from .study import as_yaml
from .work import Outcome, make_work

_LOG = logging.getLogger(__name__)
COMPLETE, FAILED, BAD_INPUT, COMPLETE_WITH_MISSING = 0, 1, 2, 3
_LIBRARIES = ("langgraph", "langchain-core", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "aiohttp")


class Progress(Protocol):
    """Who is told how far a run is."""

    def __call__(self, units: int, answers: int, missing: int, models: dict[str, JournaledModel]) -> None:
        """Takes what is done so far."""


async def run_study(
    plan: Plan,
    out: Path,
    *,
    limit: int | None = None,
    models: dict[str, LanguageModel] | None = None,
    progress: Progress | None = None,
    story_progress: StoryProgress | None = None,
    host: Host | None = None,
) -> dict[str, Any]:
    """Runs a study into a folder, or resumes it there.

    Args:
        plan: What is run.
        out: The folder.
        limit: Only the first people or groups.
        models: Other models than the study's own, by `role_key`.
        progress: Told after every unit.
        story_progress: Told after every story that is made before.
        host: Who asks the people who hold seats, where the study has any.

    Returns:
        What `run.json` says.

    Raises:
        InputError: The folder holds another study, or another process writes to it; or people hold seats, and there is
            no host.
        SetupError: A model cannot be used at all.
        JournalError: The journal cannot be written; what it holds is safe.
    """
    folder = RunFolder(out)
    with folder.locked():
        identity = plan.identity()
        folder.check_identity(identity)
        write_text(folder.study, as_yaml(plan.study))
        plan.population.save(folder.population)
        table = _set_table(plan, folder, host)
        chosen = models or open_models(plan)
        run = _describe(plan, identity, chosen, limit)
        with contextlib.closing(Journal(folder.calls)) as journal:
            budget = make_budget(plan, chosen, journal)
            write_json(folder.run, run | {"status": "running"})
            journaled = {key: JournaledModel(model, journal, budget) for key, model in chosen.items()}
            outcomes = Outcomes(folder, plan.study.asking.method)
            watch = ServerWatch({key: m.model for key, m in journaled.items()})
            job = _Job(plan, journaled, folder, limit, progress, story_progress, outcomes, watch, table)
            await _recorded(job, journal, run)
        return run


def _set_table(plan: Plan, folder: RunFolder, host: Host | None) -> Table | None:
    """Where the people of a study are asked; None where it has none."""
    people = people_in(plan.study.seats)
    if not people:
        return None
    if host is None:
        raise InputError(f"seats: {', '.join(people)}: held by people, and nobody is there to ask them; give a host")
    return Table(people, host, Replies(folder.replies))


@dataclass(frozen=True)
class _Job:
    """What the steps of one run share."""

    plan: Plan
    models: dict[str, JournaledModel]
    folder: RunFolder
    limit: int | None
    progress: Progress | None
    story_progress: StoryProgress | None
    outcomes: Outcomes
    watch: ServerWatch
    table: Table | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)


async def _recorded(job: _Job, journal: Journal, run: dict[str, Any]) -> None:
    """Carries a job out, and completes `run` and its file by what came of it, however it ends."""
    status, started = "failed", time.monotonic()
    try:
        async with job.watch:
            stopped = await _run(job)
        status = "complete"
        if stopped is not None:
            status, run["stopped"] = "interrupted", stopped
    finally:
        await _close(job.models)
        run |= _closing(status, job.outcomes, journal, job.models, time.monotonic() - started)
        run["notes"] += [job.outcomes.mass.warning] if job.outcomes.mass.warning else []
        run["servers"] = job.watch.described()
        with contextlib.suppress(OSError):  # on a full disk the error under way says more
            write_json(job.folder.run, run)


async def _run(job: _Job) -> str | None:
    """Gives everybody a story, then runs the units; returns why it stopped before the end, or None."""
    try:
        with stopping_on_interrupt(job.stop, waits_for_people=job.table is not None):
            plan = await with_stories(job.plan, job.models, job.folder, job.stop, job.story_progress)
            return await _run_units(replace(job, plan=plan))
    except PoolsStopped as error:
        return str(error)
    finally:
        job.outcomes.close()


async def _run_units(job: _Job) -> str | None:
    plan, models = job.plan, job.models
    passed, work = [], make_work(plan, models, job.table and replace(job.table, stop=job.stop))
    personas = plan.study.deliberation.group_size if plan.study.deliberation else 1
    allowed = plan.study.engine.units_in_flight
    admission = Admission(most_units(allowed, [m.model for m in models.values()], personas))
    if job.watch.counting:
        admission.begin()

    async def within_bounds(unit: Unit) -> Outcome | None:
        try:
            outcome = await work(unit)
        except BudgetError as error:
            passed.append(str(error))
            job.stop.set()  # units under way meet the same, and calls under way are waited for
            return None
        except PlayStopped:
            return None
        await job.watch.first_look_after_an_answer()
        admission.adjust(job.watch.cache_tokens, _mean_prompt(models), len(unit.seats))
        return outcome

    def emit(unit: Unit, outcome: Outcome) -> None:
        job.outcomes.add(unit, outcome)
        if job.progress:
            job.progress(job.outcomes.units, job.outcomes.answers, job.outcomes.missing.total(), models)

    with rare_collections():
        await run_units(plan.units(job.limit), within_bounds, emit, places=admission.places, stop=job.stop)
    if passed:
        return f"budget: {passed[0]}"
    return "Ctrl-C" if job.stop.is_set() else None


async def _close(models: Mapping[str, JournaledModel]) -> None:
    """Closes every model; one that cannot be closed keeps no other, and no table, from it."""
    ends = await asyncio.gather(*(m.aclose() for m in models.values()), return_exceptions=True)
    for model, failed in zip(models.values(), ends, strict=True):
        if isinstance(failed, Exception):
            _LOG.warning("%s could not be closed: %s", model.name, failed)


def _mean_prompt(models: Mapping[str, JournaledModel]) -> float:
    counted = sum(m.counts.counted for m in models.values())
    return sum(m.counts.prompt_tokens for m in models.values()) / counted if counted else 0.0


@contextlib.contextmanager
def stopping_on_interrupt(stop: asyncio.Event, waits_for_people: bool = False) -> Iterator[None]:
    """The first Ctrl-C lets units under way finish, but waits for nobody's reply; a second one ends at once."""
    loop = asyncio.get_running_loop()
    first = "calls" if waits_for_people else "units"

    def interrupt() -> None:
        print(f"\nstopping: {first} under way are finished first; Ctrl-C again ends at once", file=sys.stderr)
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
        "notes": [*plan.notes, *notes_on_seats(study.seats)],
        "versions": {"minipublic": version("minipublic"), "python": sys.version.split()[0]}
        | {name: version(name) for name in _LIBRARIES},
        "identity": identity,
    }


def _description(model: LanguageModel) -> str:
    describe: Callable[[], str] | None = getattr(model, "describe", None)
    return describe() if describe else model.name


def _closing(
    status: str, counts: Outcomes, journal: Journal, models: dict[str, JournaledModel], seconds: float
) -> dict[str, Any]:
    return {
        "status": status,
        "units": counts.units,
        "answers": counts.answers,
        "missing": dict(counts.missing),
        "calls": calls_made(journal, models),
        "seconds": round(seconds, 3),
    }


def exit_code(run: dict[str, Any]) -> int:
    """0 complete, 3 complete with missing answers, 1 otherwise; "don't know" where it is offered is an answer here.

    A question that is not put to somebody by design is no failure either.
    """
    if run["status"] != "complete":
        return FAILED
    return COMPLETE_WITH_MISSING if run["missing"].keys() - {"declined", "not_asked"} else COMPLETE
