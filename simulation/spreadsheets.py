"""Cells of CSV files that spreadsheet programs do not take for formulas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# What Excel, LibreOffice and Google Sheets begin a formula with, full-width signs among them, whatever blanks stand before.
_FORMULA = re.compile(r"'*[\s\x00]*[=+\-@＝＋－＠]")


def inert(cell: Any) -> Any:
    """A text that begins like a formula with an apostrophe before it; numbers, and all else, as they are.

    A spreadsheet would run `=HYPERLINK(…)` that somebody gave as an opinion. Parquet files keep such texts as they are.
    """
    if not isinstance(cell, str) or not _FORMULA.match(cell) or _is_number(cell):
        return cell
    return f"'{cell}"


def as_written(cell: str) -> str:
    """The text that `inert` made this cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def inert_table(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The table with every such cell and heading made inert, and how many cells that were."""
    made = table.copy()
    changed = 0
    for column in [name for name in table.columns if table[name].dtype == object or str(table[name].dtype) == "str"]:
        made[column] = table[column].map(inert, na_action="ignore")
        changed += int(sum(a != b for a, b in zip(table[column], made[column], strict=True) if isinstance(b, str)))
    made.columns = [inert(name) for name in table.columns]
    return made, changed


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
