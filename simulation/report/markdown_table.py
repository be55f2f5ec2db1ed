"""The published layout as a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...personas.visible import visible
from .caption import HEADS
from .cells import Cell
from .layout import METRICS, Entry, Layout

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")


def markdown(layout: Layout, notes: Sequence[str]) -> str:
    """One table with its caption beneath.

    Args:
        layout: The table.
        notes: The caption's sentences.
    """
    heads = ["Model", "Persona Conditioning", "Persona Matching", *(HEADS[m] for m in METRICS)]
    lines = [f"## {plain(layout.title)}", "", _line(heads), _line(["---"] * 3 + ["---:"] * len(METRICS))]
    lines += [_line(row) for row in _rows(layout)]
    return "\n".join([*lines, "", *(plain(note) for note in notes), ""])


def plain(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible(text).split()))


def _rows(layout: Layout) -> list[list[str]]:
    rows = []
    for entry in layout.entries:
        names = [plain(t) for t in (entry.model, entry.conditioning, entry.matching)]
        if entry is layout.bound:
            names = ["Human bound", "", ""]
        rows.append([*names, *(_cell(entry, metric) for metric in METRICS)])
    return rows


def _cell(entry: Entry, metric: str) -> str:
    c = entry.cells[metric]
    interval = f" <small>{c.interval}</small>" if c.ci else ""
    return _marked(c) + (" ≈" if c.level else "") + interval


def _marked(c: Cell) -> str:
    return {"best": f"**{c.text}**", "second": f"<u>{c.text}</u>", "": c.text}[c.rank]


def _line(parts: Sequence[str]) -> str:
    return "| " + " | ".join(parts) + " |"
