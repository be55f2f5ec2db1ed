"""Human and simulated effects side by side: do differences between groups come out as they do among people?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .cells import Cell, cell, count
from .effects_figure import effects_figure

SUMMARY = ("sign_agreement", "significance_agreement", "correlation", "slope")
HEADS = (
    "condition",
    "same sign (share; ↑)",
    "same significance (share; ↑)",
    "correlation (↑)",
    "slope (near 1)",
    "n contrasts",
)


def effects_parts(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page's template needs; None where the study declares no contrasts."""
    found: Mapping[str, Any] = metrics.get("effects") or {}
    if not found:
        return None
    return {
        "heads": HEADS,
        "rows": [_summary(name, effects) for name, effects in found.items()],
        "conditions": [_condition(name, effects) for name, effects in found.items()],
        "detail_heads": ("item", "human d", "simulated d", "same sign", "same significance", "n human", "n simulated"),
    }


def _summary(name: str, effects: Mapping[str, Any]) -> dict[str, Any]:
    cells: list[Any] = [cell(effects.get(key)) for key in SUMMARY]
    contrasts = effects.get("contrasts") or []
    return {"names": [name], "cells": [*cells, f"{len(contrasts):,}"]}


def _condition(name: str, effects: Mapping[str, Any]) -> dict[str, Any]:
    by_contrast: dict[str, list[Mapping[str, Any]]] = {}
    for c in effects.get("contrasts") or []:
        by_contrast.setdefault(f"{c['attribute']}: {c['a']} − {c['b']}", []).append(c)
    return {
        "name": name,
        "svg": effects_figure(by_contrast) if _drawable(by_contrast) else "",
        "contrasts": [{"title": title, "rows": [_detail(c) for c in held]} for title, held in by_contrast.items()],
        "left_out": [_left_out(gone) for gone in _each(effects.get("left_out"))],
    }


def _drawable(by_contrast: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    return any(
        c["human"].get("value") is not None and c["simulated"].get("value") is not None
        for held in by_contrast.values()
        for c in held
    )


def _detail(contrast: Mapping[str, Any]) -> dict[str, Any]:
    sides = [contrast["human"], contrast["simulated"]]
    cells: list[Cell | str] = [cell(side) for side in sides]
    agree = [_yes(contrast.get(key)) for key in ("same_sign", "same_significance")]
    return {"names": [contrast["item"]], "cells": [*cells, *agree, *(count(side.get("n")) for side in sides)]}


def _yes(said: bool | None) -> str:
    return {True: "yes", False: "no", None: "undefined"}[said]


def _each(gone: Any) -> list[Any]:
    if isinstance(gone, Mapping):
        return [f"{name}: {why}" for name, why in gone.items()]
    return list(gone or [])


def _left_out(gone: Any) -> str:
    if not isinstance(gone, Mapping):
        return str(gone)
    said = [f"{gone[key]}" for key in ("attribute", "a", "b", "item") if gone.get(key)]
    return f"{' / '.join(said)}: {gone.get('reason') or 'left out'}"
