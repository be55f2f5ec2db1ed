"""The same people asked twice: how far the simulated ones agree with themselves, and what that leaves to explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cells import Cell, cell, count

MEASURES = ("self_agreement", "accuracy", "normalised_accuracy")
HEADS = (
    "condition",
    "agrees with itself (share; ↑)",
    "accuracy (share; ↑)",
    "accuracy / people's self-agreement (↑)",
    "n",
)


def retest_parts(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page's template needs; None where nobody was asked twice."""
    found: Mapping[str, Any] = metrics.get("retest") or {}
    if not found:
        return None
    return {
        "heads": HEADS,
        "rows": [_row(name, measured) for name, measured in found.items()],
        "item_heads": ("item", *HEADS[1:4]),
        "by_item": [
            {"name": name, "rows": [_item(code, held) for code, held in (measured.get("items") or {}).items()]}
            for name, measured in found.items()
            if measured.get("items")
        ],
        "human": [f"{name}: {_human(measured)}" for name, measured in found.items()],
    }


def _row(name: str, measured: Mapping[str, Any]) -> dict[str, Any]:
    n = (measured.get("self_agreement") or {}).get("n")
    cells: list[Cell | str] = [cell(measured.get(key)) for key in MEASURES]
    return {"names": [name], "cells": [*cells, count(n)]}


def _item(code: str, held: Any) -> dict[str, Any]:
    if isinstance(held, Mapping) and any(key in held for key in MEASURES):
        return {"names": [code], "cells": [cell(held.get(key)) for key in MEASURES]}
    return {"names": [code], "cells": [cell(held), *(cell(None) for _ in MEASURES[1:])]}


def _human(measured: Mapping[str, Any]) -> str:
    human = measured.get("human")
    held = human.get("self_agreement", human) if isinstance(human, Mapping) else human
    shown = cell(held, str(measured.get("human_reason") or measured.get("reason") or "no panel gives the human side"))
    return f"{shown.text} {shown.interval or shown.reason}"
