"""Human and simulated effects side by side: do differences between groups come out as they do among people?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .cells import Cell, cell, count
from .effects_figure import effects_figure

# A head, and where the measure stands.
SUMMARY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("same sign (share; ↑)", ("sign_agreement",)),
    ("same sign, human effect significant (share; ↑)", ("sign_agreement_where_significant",)),
    ("same significance (share; ↑)", ("significance_agreement",)),
    ("correlation (↑)", ("correlation",)),
    ("correlation without noise (↑)", ("correlation", "without_noise")),
    ("slope (near 1)", ("slope",)),
    ("slope without noise (near 1)", ("slope", "without_noise")),
)
VERDICTS = {
    "both": "significant on both sides with the same sign",
    "opposite": "significant on both sides with opposite signs",
    "human_only": "significant among humans only",
    "simulated_only": "significant among the simulated only",
    "neither": "significant on neither side",
}


def effects_parts(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page's template needs; None where the study declares no contrasts."""
    found: Mapping[str, Any] = metrics.get("effects") or {}
    if not found:
        return None
    columns = [(head, path) for head, path in SUMMARY if any(_at(e, path) is not None for e in found.values())]
    heads = [*(head for head, _ in columns), "n effects"]
    return {
        "heads": ["condition", *heads],
        "rows": [_summary(name, effects, columns) for name, effects in found.items()],
        "contrast_heads": ["contrast", *heads],
        "conditions": [_condition(name, effects, columns) for name, effects in found.items()],
        "detail_heads": ("item", "human d", "simulated d", "same sign", "same significance", "n human", "n simulated"),
    }


def _at(effects: Mapping[str, Any], path: Sequence[str]) -> Any:
    held: Any = effects
    for key in path:
        held = held.get(key) if isinstance(held, Mapping) else None
    return held


def _summary(name: str, effects: Mapping[str, Any], columns: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    n = _at(effects, ("sign_agreement", "n"))
    return {"names": [name], "cells": [*(cell(_at(effects, path)) for _, path in columns), count(n)]}


def _title(contrast: Mapping[str, Any]) -> str:
    return f"{contrast['attribute']}: {contrast['a']} − {contrast['b']}"


def _condition(name: str, effects: Mapping[str, Any], columns: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    by_contrast: dict[str, list[Mapping[str, Any]]] = {}
    for c in effects.get("contrasts") or []:
        by_contrast.setdefault(_title(c), []).append(c)
    verdicts = effects.get("verdicts") or {}
    return {
        "name": name,
        "svg": effects_figure(by_contrast) if _drawable(by_contrast) else "",
        "contrasts": [{"title": title, "rows": [_detail(c) for c in held]} for title, held in by_contrast.items()],
        "summaries": [_summary(_title(c), c, columns) for c in effects.get("by_contrast") or []],
        "verdicts": [f"{verdicts[key]:,} {said}" for key, said in VERDICTS.items() if key in verdicts],
        "corrected": bool(effects.get("benjamini_hochberg")),
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
