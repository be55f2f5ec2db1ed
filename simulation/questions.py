"""Growing a file of questions: models and journal opened, the set and an account of what was left out written."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..models.journal import Journal
from ..models.journaled import JournaledModel
from ..models.protocol import ChooseMethod
from ..models.registry import load_model
from ..personas.payoffs import persona_prompts
from ..personas.question_sets import (
    Effort,
    Growth,
    Judge,
    QuestionEntry,
    QuestionFileError,
    Rules,
    grow_questions,
    read_questions,
    write_questions,
)
from ..personas.question_sets.growth import Progress
from .errors import InputError
from .folder import write_json


@dataclass(frozen=True, slots=True)
class GrowthPlan:
    """What is grown, from what and by whom.

    Args:
        seeds: A file that `personas.question_sets.read_questions` reads.
        out: The `.json` file to write. Beside it stand its journal of calls (`.calls.sqlite`) and the account of what was
            left out (`.growth.json`).
        model: The spec of the model that writes.
        target: How many new questions.
        judge: The spec of the model that judges, if any.
        threshold: The probability of a yes that each criterion needs.
        method: How the judge is asked.
        seed: Another draws other seeds.
        rules: What a question must be like.
        effort: How to ask, and when to stop.
        options: Of the model that writes, such as `max_in_flight`.
    """

    seeds: Path
    out: Path
    model: str
    target: int
    judge: str | None = None
    threshold: float = 0.5
    method: ChooseMethod = "first_token"
    seed: int = 0
    rules: Rules = Rules()
    effort: Effort = Effort()
    options: Mapping[str, Any] = field(default_factory=dict)


def grow_file(plan: GrowthPlan, progress: Progress | None = None) -> tuple[Growth, Mapping[str, int]]:
    """Grows a file of questions, or goes on where an earlier try was stopped: no call on record is asked again.

    The file holds the seeds, marked as such, and then the new questions.

    Returns:
        What came of it, and how many calls were `asked` and `replayed` now.

    Raises:
        InputError: A file is not what it should be.
        ModelError: A model cannot be used at all.
    """
    seeds = _seeds(plan)
    plan.out.parent.mkdir(parents=True, exist_ok=True)
    growth, calls = asyncio.run(_grow(plan, [entry.question for entry in seeds], progress))
    write_questions(plan.out, [*seeds, *growth.entries])
    write_json(plan.out.with_suffix(".growth.json"), _account(plan, growth))
    return growth, calls


async def _grow(plan: GrowthPlan, seeds: list[str], progress: Progress | None) -> tuple[Growth, Mapping[str, int]]:
    with contextlib.closing(Journal(plan.out.with_suffix(".calls.sqlite"))) as journal:
        writer = JournaledModel(load_model(plan.model, **plan.options), journal)
        models = {plan.model: writer}
        if plan.judge:
            models.setdefault(plan.judge, JournaledModel(load_model(plan.judge), journal))
        judge = Judge(models[plan.judge], plan.threshold, plan.method) if plan.judge else None
        try:
            growth = await grow_questions(
                seeds,
                writer,
                target=plan.target,
                seed=plan.seed,
                rules=plan.rules,
                effort=plan.effort,
                judge=judge,
                progress=progress,
            )
        finally:
            await asyncio.gather(*(model.aclose() for model in models.values()), return_exceptions=True)
        counts = [model.counts for model in models.values()]
        return growth, {"asked": sum(c.asked for c in counts), "replayed": sum(c.replayed for c in counts)}


def _seeds(plan: GrowthPlan) -> list[QuestionEntry]:
    if plan.out.suffix != ".json":
        raise InputError(f"--out {plan.out}: questions are written as JSON; let the name end in .json")
    if plan.out.resolve() == plan.seeds.resolve():
        raise InputError(f"--out {plan.out} is the file of seeds; give the grown set another name")
    try:
        return read_questions(plan.seeds)
    except QuestionFileError as error:
        raise InputError(str(error)) from error


def _account(plan: GrowthPlan, growth: Growth) -> dict[str, Any]:
    told = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(plan).items()}
    told.pop("options")  # an option may hold a key
    hashes = {name: h for name, h in persona_prompts().hashes().items() if name.startswith("questions_")}
    return {
        **told,
        "prompts": hashes,
        "kept": len(growth.entries),
        "calls": growth.calls,
        "suggested": growth.suggested,
        "filtered": dict(growth.filtered),
        "failed": dict(growth.failed),
        "stopped": growth.stopped,
        "rejected": [asdict(rejected) for rejected in growth.rejected],
    }
