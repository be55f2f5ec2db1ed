"""Gaps between two parties, as the simulated people see them: a piece of page for each gap that the run's items measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..partisan.page import TITLES, partisan_fragment


def partisan_parts(metrics: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the page's template needs: a title, the piece, and who was left out; nothing where no gap was measured."""
    found: Mapping[str, Any] = metrics.get("partisan") or {}
    gaps = dict.fromkeys(str(held["gap"]) for held in found.values() if held.get("gap"))
    return [_part(gap, {name: held for name, held in found.items() if held.get("gap") == gap}) for gap in gaps]


def partisan_reasons(metrics: Mapping[str, Any]) -> list[str]:
    """Why the gap of a condition was not measured, where it was not."""
    found: Mapping[str, Any] = metrics.get("partisan") or {}
    return [f"{name}: not measured: {held['reason']}" for name, held in found.items() if not held.get("gap")]


def _part(gap: str, found: Mapping[str, Any]) -> dict[str, str]:
    left_out = [f"{name} {n:,}" for name, held in found.items() if (n := held.get("left_out"))]
    return {"title": TITLES[gap], "fragment": partisan_fragment(found), "left_out": "; ".join(left_out)}
