"""What comes before the first question of a study with stories: the pools are made, and everybody is given a story."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..models.protocol import LanguageModel
from .backstories.making import Progress, make_pools
from .casting import Casting, cast_stories, key_of
from .errors import InputError
from .folder import RunFolder, write_json
from .plan import Plan

MATCHING_COLUMNS = {
    "backstories": "string",
    "matching": "string",
    "persona": "string",
    "story": "string",
    "weight": "float64",
}


async def with_stories(
    plan: Plan,
    models: Mapping[str, LanguageModel],
    folder: RunFolder,
    stop: asyncio.Event,
    progress: Progress | None = None,
) -> Plan:
    """The plan with everybody's stories; where no condition tells one, the plan as it is.

    Pools that are complete in the run's folder are read, and what was asked before is not asked again.

    Args:
        plan: The study.
        models: Journaled, by `role_key`.
        folder: Of the run: pools go into `backstories/`, who was given which story into `matching.parquet`, and how the
            matchings came out into `matching.json`.
        stop: When set, stories under way are finished, and `PoolsStopped` is raised.
        progress: Told after every story.

    Raises:
        PoolsStopped: The budget was reached, or `stop` was set.
        InputError: A pool came to nothing, or is too small for a matching.
    """
    if not plan.pools:
        return plan
    study = plan.study
    pools = await make_pools(
        plan.pools,
        models,
        folder.backstories,
        study=study.study,
        seed=study.seed,
        prompts=plan.prompts,
        in_flight=study.engine.units_in_flight,
        stop=stop,
        progress=progress,
    )
    casting = cast_stories(study.conditions, plan.population, pools, plan.traits, (study.study, study.seed))
    if study.deliberation:
        _check_everybody(plan, casting)
    _write(casting, plan, folder)
    return replace(plan, casting=casting)


def _check_everybody(plan: Plan, casting: Casting) -> None:
    """A group is of people who can speak; a survey records who has no story."""
    for condition in plan.study.conditions:
        key = key_of(condition)
        silent = [p.id for p in plan.population if key and p.id not in casting.matched[key].people]
        if silent:
            raise InputError(
                f"conditions: {condition.name}: {len(silent)} people have no story of their own (first {silent[0]!r}); "
                "keep rejected answers (`after: keep`), or match by traits"
            )


def _write(casting: Casting, plan: Plan, folder: RunFolder) -> None:
    from .records import TableWriter

    table = TableWriter(folder.matching, MATCHING_COLUMNS)
    for row in casting.rows():
        table.add(row)
    table.close()
    summaries: dict[str, Any] = {}
    for condition in plan.study.conditions:
        key = key_of(condition)
        if key:
            summaries[condition.name] = casting.matched[key].summary
    write_json(folder.matching_summary, summaries)
