"""How many, how long and how consistent the backstories are, against how close the answers come to people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .ablation_figure import ablation_figure
from .caption import HEADS
from .cells import Cell, cell
from .numbers import number

Axis = Literal["stories", "words", "critic", "pool"]
Point = Mapping[str, Any]
METRICS = ("wasserstein", "frobenius")
AXES: Mapping[str, str] = {
    "stories": "stories in the pool (count)",
    "words": "length of a story (mean words)",
    "critic": "critic of the stories",
    "pool": "pool of stories",
}
# Two pools may differ by a few stories, or words, without that being the point.
_VARIES = 1.2


def ablation_parts(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the page's template needs for every declared ablation: its figure, and its numbers as a table."""
    conditions = metrics.get("conditions") or {}
    return [_part(title, points, conditions) for title, points in (metrics.get("ablations") or {}).items() if points]


def what_varies(points: Sequence[Point]) -> Axis:
    """What the pools of an ablation differ in: the critic, the number of stories or their length, else only in name."""
    checked = {p.get("rejected") is None for p in points}
    stories, words = (_ratio([plain(p.get(key)) for p in points]) for key in ("stories", "words"))
    if max(stories, words) >= _VARIES:
        return "stories" if stories >= words else "words"
    return "critic" if len(checked) == 2 else "pool"


def plain(measure: Any) -> float | None:
    """A number that stands by itself, or as `value` beside its interval."""
    held = measure.get("value") if isinstance(measure, Mapping) else measure
    return None if held is None else float(held)


def _ratio(values: Sequence[float | None]) -> float:
    known = [v for v in values if v]
    return max(known) / min(known) if len(known) == len(values) else 1.0


def _part(title: str, points: Sequence[Point], conditions: Mapping[str, Any]) -> dict[str, Any]:
    axis = what_varies(points)
    series = list(dict.fromkeys(name for p in points for name in p["conditions"]))
    found = {
        (name, k): conditions.get(p["conditions"].get(name)) or {} for name in series for k, p in enumerate(points)
    }
    drawn = {
        metric: {name: [cell(found[name, k].get(metric)) for k in range(len(points))] for name in series}
        for metric in METRICS
    }
    measured = [m for m in found.values() if "wasserstein" in m]
    return {
        "title": title,
        "svg": ablation_figure(_places(axis, points), AXES[axis], drawn, measured) if measured else "",
        "heads": ["backstories", "stories", "mean words", "rejected", "series", *(HEADS[m] for m in METRICS)],
        "rows": [
            {"names": _names(p, name), "cells": [_cell(found[name, k], metric) for metric in METRICS]}
            for k, p in enumerate(points)
            for name in series
            if name in p["conditions"]
        ],
    }


def _cell(measured: Mapping[str, Any], metric: str) -> Cell:
    return cell(measured.get(metric), str(measured.get("skipped") or "not measured"))


def _names(point: Point, series: str) -> list[str]:
    stories, words, rejected = (plain(point.get(key)) for key in ("stories", "words", "rejected"))
    counts = ["–" if v is None else f"{v:,.0f}" for v in (stories, words)]
    return [str(point["backstories"]), *counts, "no critic" if rejected is None else number(rejected), series]


def _places(axis: Axis, points: Sequence[Point]) -> list[tuple[float, str]]:
    """Where each pool stands on the axis, and what is written there."""
    if axis in ("stories", "words"):
        values = [plain(p[axis]) or 0.0 for p in points]
        return [(v, f"{v:,.0f}") for v in values]
    named = {False: "with", True: "without"} if axis == "critic" else {}
    labels = [named.get(p.get("rejected") is None, "") for p in points]
    names = [str(p["backstories"]) for p in points]
    if axis == "critic" and len(set(labels)) == len(points):
        return [(float(k), label) for k, label in enumerate(labels)]
    return [(float(k), f"{name}\n{label}".strip()) for k, (name, label) in enumerate(zip(names, labels, strict=True))]
