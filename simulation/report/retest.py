"""The same people asked twice: how far the simulated ones agree with themselves, and what that leaves to explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .cells import Cell, cell, count

# A head, and where the measure stands.
COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("persona agrees with itself (share; ↑)", ("self_agreement",)),
    ("the same, closeness (↑)", ("self_agreement", "closeness")),
    ("accuracy (share; ↑)", ("accuracy",)),
    ("the same, closeness (↑)", ("accuracy", "closeness")),
    ("human agrees with itself (share)", ("human",)),
    ("normalised accuracy (↑)", ("normalised_accuracy",)),
)
NORMALISERS = {"human_retest": "people's second wave", "self_agreement": "the personas' own consistency"}


def retest_parts(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page's template needs; None where nobody was asked twice."""
    found: Mapping[str, Any] = metrics.get("retest") or {}
    if not found:
        return None
    columns = [c for c in COLUMNS if len(c[1]) == 1 or any(_at(held, c[1]) is not None for held in found.values())]
    heads = [*(head for head, _ in columns), "normalised by", "n respondents"]
    return {
        "heads": ["condition", *heads],
        "rows": [_row(name, held, columns) for name, held in found.items()],
        "item_heads": ["item", *heads],
        "by_item": [
            {"name": name, "rows": [_row(code, item, columns) for code, item in held["items"].items()]}
            for name, held in found.items()
            if held.get("items")
        ],
    }


def _at(held: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = held
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _row(name: str, held: Mapping[str, Any], columns: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    cells: list[Cell | str] = [cell(_at(held, path)) for _, path in columns]
    by = str(_at(held, ("normalised_accuracy", "by")) or "–")
    return {"names": [name], "cells": [*cells, NORMALISERS.get(by, by), count(_at(held, ("self_agreement", "n")))]}
