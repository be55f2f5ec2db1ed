"""The pools of stories a survey drew on, and how the stories were matched to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .cells import Cell, cell, count
from .numbers import number

POOL_HEADS = ("pool", "stories", "words in a story", "answers rejected by the critic (share)")
# A head, the key in a matching's summary, and its decimals (0: a count).
MATCHING = (
    ("humans", "humans", 0),
    ("personas", "personas", 0),
    ("distinct personas used", "distinct_personas", 0),
    ("humans of one persona, at most", "largest_reuse", 0),
    ("sum of weights (↑)", "weight_sum", 3),
    ("one-to-one at most", "weight_bound", 3),
    ("sum of logs, weights above 0 (↑)", "log_sum", 1),
    ("weights of 0 (↓)", "zeros", 0),
    ("humans who miss a trait", "humans_missing_traits", 0),
)


def pool_parts(folder: Path, metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page's template needs of pools; None where the run has none.

    Args:
        folder: The run folder: a pool made in it has a page of its own there.
        metrics: What `metrics.json` says.
    """
    pools: Mapping[str, Any] = metrics.get("pools") or {}
    if not pools:
        return None
    return {"heads": POOL_HEADS, "rows": [_pool(folder, name, pool) for name, pool in pools.items()]}


def _pool(folder: Path, name: str, pool: Mapping[str, Any]) -> dict[str, Any]:
    page = Path("backstories") / name / "page.html"
    return {
        "name": name,
        "page": quote(page.as_posix()) if (folder / page).is_file() else "",
        "n": count(pool.get("n")),
        "cells": [cell(pool.get("words"), digits=0), cell(pool.get("rejected"), "no critic read them")],
    }


def matching_parts(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page's template needs of matching; None where nothing was matched."""
    found = _by_pool(metrics)
    if not found:
        return None
    columns = [column for column in MATCHING if any(s.get(column[1]) is not None for s in found.values())]
    traits = list(dict.fromkeys(trait for summary in found.values() for trait in summary.get("agreement") or {}))
    return {
        "heads": ["stories, matching", *(head for head, _, _ in columns)],
        "rows": [_matching(name, s, columns) for name, s in found.items()],
        "agreement_heads": ["stories, matching", *traits],
        "agreement": [*(_agreement(name, s, traits) for name, s in found.items()), *_by_chance(found, traits)],
        "notes": [f"{name}: {note}" for name, s in found.items() for note in s.get("notes") or []],
    }


def _by_pool(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What is on record of each matching, once for all the conditions that share it."""
    of = {row["condition"]: f"{row['backstories']}, {row['matching']}" for row in metrics.get("rows") or []}
    found: dict[str, Any] = {}
    for condition, summary in (metrics.get("matching") or {}).items():
        found.setdefault(of.get(condition, condition), summary)
    return found


def _matching(name: str, summary: Mapping[str, Any], columns: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    cells = [count(summary.get(key)) if digits == 0 else number(summary.get(key), digits) for _, key, digits in columns]
    return {"names": [name], "cells": cells}


def _agreement(name: str, summary: Mapping[str, Any], traits: Sequence[str]) -> dict[str, Any]:
    held = summary.get("agreement") or {}
    few = "fewer than two humans, or all share one persona"
    cells = [cell({"reason": few} | held[trait] if trait in held else None, "not matched on it") for trait in traits]
    return {"names": [name], "cells": cells}


def _by_chance(found: Mapping[str, Any], traits: Sequence[str]) -> list[dict[str, Any]]:
    """What random matching has on average: a row for each pool, or other people, that it was computed for."""
    values: dict[tuple[float | None, ...], None] = {}
    for summary in found.values():
        held = summary.get("agreement") or {}
        values.setdefault(tuple((held.get(trait) or {}).get("random") for trait in traits))
    return [
        {
            "names": ["random matching, on average"],
            "cells": [Cell(v, reason="not computed" if v is None else "exact") for v in row],
            "kind": "reference",
        }
        for row in values
        if any(v is not None for v in row)
    ]
