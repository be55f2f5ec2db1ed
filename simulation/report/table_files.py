"""The published layout as files: `table.csv` (long), `table.md` and `table.tex` (booktabs)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..folder import write_text
from ..spreadsheets import inert
from .caption import caption
from .layout import METRICS, Layout
from .markdown_table import markdown
from .tex_table import tex

COLUMNS = (
    "model", "conditioning", "matching", "group", "metric", "value", "low", "high", "n", "reason", "condition",
)  # fmt: skip


def save_tables(folder: Path, layouts: Sequence[Layout], how: Mapping[str, Any]) -> list[str]:
    """Writes the three files into a run folder.

    Args:
        folder: The run folder.
        layouts: All respondents first, then groups; nothing is written where there are none.
        how: As `caption.settings` gives it.

    Returns:
        The files' names.
    """
    if not layouts:
        return []
    said = [caption(layout, how) for layout in layouts]
    texts = {
        "table.csv": long_csv(layouts),
        "table.md": "\n".join(markdown(t, c) for t, c in zip(layouts, said, strict=True)),
        "table.tex": "\n".join(tex(t, c) for t, c in zip(layouts, said, strict=True)),
    }
    for name, text in texts.items():
        write_text(folder / name, text)
    return list(texts)


def long_csv(layouts: Sequence[Layout]) -> str:
    """A row per number, at full precision; blank is what is not defined, and `reason` says why.

    `n` counts simulated respondents; in the rows of the model `human`, which hold the bound and the humans' α, humans.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for layout in layouts:
        for e in layout.entries:
            for metric in METRICS:
                c = e.cells[metric]
                low, high = c.ci or (None, None)
                numbers = (_plain(c.value), _plain(low), _plain(high), "" if e.n is None else e.n)
                names = (e.model, e.conditioning, e.matching, layout.group, metric)
                writer.writerow(map(inert, (*names, *numbers, c.reason, e.condition)))
    return out.getvalue()


def _plain(value: float | None) -> str:
    return "" if value is None else repr(value)
