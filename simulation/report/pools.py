"""The pools of stories a survey drew on, and how the stories were matched to people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .cells import Cell, cell, count
from .numbers import number

POOL_HEADS = ("pool", "stories", "words in a story", "answers rejected by the critic (share)")
MATCHING_HEADS = ("condition", "matching", "humans", "distinct personas used", "weights, sum", "weights of 0")


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
    found: Mapping[str, Any] = metrics.get("matching") or {}
    if not found:
        return None
    methods = {row["condition"]: row["matching"] for row in metrics.get("rows") or []}
    traits = list(dict.fromkeys(trait for summary in found.values() for trait in agreement(summary)))
    return {
        "heads": [*MATCHING_HEADS, *(f"agreement in {trait}" for trait in traits)],
        "rows": [_matching(name, summary, methods, traits) for name, summary in found.items()],
    }


def agreement(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """By trait, how often, or how likely, the persona has the value of its human."""
    held = summary.get("agreement") or {}
    return held if isinstance(held, Mapping) else {}


def _matching(
    name: str, summary: Mapping[str, Any], methods: Mapping[str, str], traits: list[str]
) -> dict[str, Any]:
    method = str(summary.get("method") or methods.get(name, "–"))
    agree: list[Cell] = [cell(agreement(summary).get(trait), "not matched on it") for trait in traits]
    counts = [count(summary.get(key)) for key in ("n", "distinct")]
    total = number(summary.get("sum"))
    return {"names": [name, method], "cells": [*counts, total, count(summary.get("zeros")), *agree]}
