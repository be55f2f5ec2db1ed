"""What a survey's run says of its stories: the pools, the matchings, and what more, longer or checked stories bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .backstories.tables import PoolFolder
from .folder import RunFolder, read_json
from .plan import Plan
from .study import ConditionConfig
from .survey_measures import model_name


def measure_stories(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    """The keys `pools`, `matching` and `ablations` of `metrics.json`; none where no story is told.

    Raises:
        InputError: A file of the pools is gone.
    """
    if not plan.pools:
        return {}
    pools = {name: _pool(read_json(PoolFolder(folder.backstories / name).summary)) for name in plan.pools}
    titles = plan.study.evaluation.ablations.items()
    return {
        "pools": pools,
        "matching": read_json(folder.matching_summary),
        "ablations": {title: _steps([_step(plan, name, pools[name]) for name in names]) for title, names in titles},
    }


def _pool(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A pool in a few numbers; its own page has the rest."""
    measures = summary["measures"]
    return {"n": summary["stories"], "dropped": summary["dropped"], **measures}


def _step(plan: Plan, name: str, pool: Mapping[str, Any]) -> dict[str, Any]:
    """One step of an ablation: what the pool is like, and the conditions that told its stories."""
    told = {_series(plan, c): c.name for c in plan.study.conditions if c.backstories == name}
    return {
        "backstories": name,
        "stories": pool["n"],
        "words": pool["words"]["value"],
        "rejected": (pool.get("rejected") or {}).get("value"),
        "conditions": told,
    }


def _steps(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps with those series only that lead from one to another."""
    counts = Counter(series for step in steps for series in step["conditions"])
    return [
        step | {"conditions": {series: c for series, c in step["conditions"].items() if counts[series] > 1}}
        for step in steps
    ]


def _series(plan: Plan, c: ConditionConfig) -> str:
    """What a condition has in common with those of other pools."""
    return ", ".join(part for part in (c.style, c.matching or "", model_name(plan.study, c)) if part)
