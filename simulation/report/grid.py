"""Layouts side by side as the rows of one HTML table: groups of columns, names that span rows, the bound last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .caption import HEADS, caption, reasons
from .layout import METRICS, Entry, Layout


def main_table(layouts: Sequence[Layout], how: Mapping[str, Any]) -> dict[str, Any] | None:
    """The table of all respondents for the page's template; None where there is none."""
    if not layouts:
        return None
    whole = layouts[0]
    return {"groups": [], "heads": _heads(1), "rows": grid([whole]), "notes": caption(whole, how)}


def subgroup_tables(layouts: Sequence[Layout]) -> list[dict[str, Any]]:
    """A table for each attribute, with a group of columns for each of its labels, as published (Moon et al. 2024)."""
    attributes = dict.fromkeys(layout.attribute for layout in layouts if layout.attribute)
    return [_subgroups(name, [t for t in layouts if t.attribute == name]) for name in attributes]


def _subgroups(attribute: str, layouts: Sequence[Layout]) -> dict[str, Any]:
    shown = [layout for layout in layouts if layout.bound]
    left_out = [f"{layout.label} is not shown. {' '.join(reasons(layout))}" for layout in layouts if not layout.bound]
    why = [f"{layout.label}: {reason}" for layout in shown for reason in reasons(layout)]
    return {
        "attribute": attribute,
        "groups": [{"label": layout.label, "n": _counts(layout)} for layout in shown],
        "heads": _heads(len(shown)),
        "rows": grid(shown) if shown else [],
        "notes": [*left_out, *why],
    }


def _counts(layout: Layout) -> str:
    facts = layout.facts
    return f"n = {facts['humans']:,} humans (effective {facts['effective_n']:,.0f}), {facts['items']:,} items"


def _heads(times: int) -> list[str]:
    return [HEADS[metric] for metric in METRICS] * times


def grid(layouts: Sequence[Layout]) -> list[dict[str, Any]]:
    """The rows of layouts that share theirs.

    Returns:
        Each with `model` and `conditioning` (None where the row above spans it) and their spans, `matching`, `cells`
        over all layouts, `n` and `kind` (`condition` or `bound`).
    """
    rows: list[dict[str, Any]] = []
    for k, block in enumerate(layouts[0].blocks):
        for j, entry in enumerate(block):
            same = [layout.blocks[k][j] for layout in layouts]
            rows.append(_row(entry, block, j) | {"cells": _cells(same), "kind": "condition"})
    bounds = [layout.bound for layout in layouts if layout.bound]
    if bounds:
        rows.append({"model": "", "cells": _cells(bounds), "kind": "bound"})
    return rows


def _row(entry: Entry, block: Sequence[Entry], place: int) -> dict[str, Any]:
    alike = [e.conditioning == entry.conditioning for e in block]
    return {
        "model": entry.model if place == 0 else None,
        "model_span": len(block),
        "conditioning": entry.conditioning if place == alike.index(True) else None,
        "conditioning_span": sum(alike),
        "matching": entry.matching,
    }


def _cells(entries: Sequence[Entry]) -> list[Any]:
    return [entry.cells[metric] for entry in entries for metric in METRICS]
