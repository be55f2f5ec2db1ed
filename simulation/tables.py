"""Survey tables: a row per respondent, a column per item, codes as in the codebook, blank = missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..evaluators.responses import Responses
from .codebook import AttributeColumns, Codebook, ItemColumn
from .errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# What R, pandas and others write for a blank cell; a codebook that declares one as a code or label keeps it.
BLANK_WORDS = ("NA", "NaN", "nan", "None", "null", "<NA>")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's answers, and what was noticed while reading them."""

    responses: Responses
    notes: tuple[str, ...]


def read_table(path: Path) -> pd.DataFrame:
    """Reads a `.csv`, `.tsv` (also gzipped) or `.parquet` file as text, blanks as "".

    Raises:
        InputError: The file is missing, empty, damaged, or two columns share a name.
    """
    import pandas as pd

    if not path.is_file():
        names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        close = get_close_matches(path.name, names, n=1)
        raise InputError(f"{path}: no such table{f'; did you mean {path.parent / close[0]}?' if close else ''}")
    endings = [s for s in path.suffixes if s != ".gz"]
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path).map(_as_text)
        if not endings or endings[-1] not in (".csv", ".tsv"):
            raise InputError(f"{path}: a table is .csv, .tsv (also .gz) or .parquet")
        separator = "\t" if endings[-1] == ".tsv" else ","
        # Without a header, so that pandas does not rename a column that stands twice.
        cells = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, header=None, encoding="utf-8-sig")
    except InputError:
        raise
    except (OSError, ValueError, UnicodeDecodeError, EOFError) as error:
        raise InputError(f"{path}: not readable ({error}); is the file complete?") from error
    names = [str(name).strip() for name in cells.iloc[0]]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: two columns are called {twice[0]!r}; rename one")
    table = cells.iloc[1:].reset_index(drop=True)
    table.columns = pd.Index(names)
    return table


def _as_text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def human_responses(table: pd.DataFrame, codebook: Codebook, name: str = "the human table") -> Table:
    """The humans' answers, weights and attributes.

    Raises:
        InputError: A column is missing, a code is not in the codebook, a weight is no number, or a respondent
            stands twice.
    """
    notes: list[str] = []
    for item in codebook.items:
        _column(table, item, name)
    respondents = _respondents(table, codebook, name, required=True)
    names, counts = np.unique(respondents, return_counts=True)
    if (counts > 1).any():
        raise InputError(f"{name}: respondent {str(names[counts > 1][0])!r} stands in more than one row")
    weights = _weights(table, codebook.weight, name)
    responses = Responses(
        respondents=respondents,
        items=codebook.items_for_evaluation(),
        answers=_answers(table, codebook, list(codebook.items), name, notes),
        weights=weights,
        attributes={a: _labels(table, c, name, notes) for a, c in codebook.attributes.items()},
        scales=dict(codebook.scales),
    )
    return Table(responses, tuple(notes))


def simulated_responses(
    table: pd.DataFrame,
    codebook: Codebook,
    by: Sequence[str] = (),
    weight: str | None = None,
    name: str = "the simulated table",
) -> Table:
    """The simulated answers; rows of the same respondent are replicates.

    Args:
        table: With the items' columns, and for `by` the attribute's column or one named after the attribute.
        codebook: What the columns mean.
        by: Attributes to read.
        weight: A weight column; each row counts once when left out.
        name: How errors call the table.

    Raises:
        InputError: None of the items is there, or a column or code is wrong.
    """
    there = [code for code in codebook.items if code in table.columns]
    if not there:
        raise InputError(f"{name}: none of the codebook's items is a column (items: {', '.join(codebook.items)})")
    notes = [f"{name}: no column for {code}; left out" for code in codebook.items if code not in there]
    items = {item.code: item for item in codebook.items_for_evaluation()}
    responses = Responses(
        respondents=_respondents(table, codebook, name, required=False),
        items=tuple(items[code] for code in there),
        answers=_answers(table, codebook, there, name, notes),
        weights=_weights(table, weight, name),
        attributes={a: _simulated_labels(table, codebook.attributes[a], name, notes) for a in by},
        scales=dict(codebook.scales),
    )
    return Table(responses, tuple(notes))


def read_attributes(table: pd.DataFrame, codebook: Codebook) -> dict[str, tuple[dict[str, str], float]]:
    """Each respondent's known labels and weight, to make personas from."""
    name, notes = "the human table", list[str]()
    respondents = _respondents(table, codebook, name, required=True)
    columns = {a: _labels(table, c, name, notes) for a, c in codebook.attributes.items()}
    weights = _weights(table, codebook.weight, name)
    return {
        str(r): ({a: str(labels[k]) for a, labels in columns.items() if labels[k]}, float(weights[k]))
        for k, r in enumerate(respondents)
    }


def _column(table: pd.DataFrame, column: str, name: str) -> pd.Series[str]:
    if column not in table.columns:
        known = [str(c) for c in table.columns]
        close = [c for c in known if c.lower() == column.lower()] or get_close_matches(column, known, n=1)
        raise InputError(f"{name}: no column {column!r}{f'; did you mean {close[0]!r}?' if close else ''}")
    return table[column].fillna("").astype(str).str.strip()


def _respondents(table: pd.DataFrame, codebook: Codebook, name: str, required: bool) -> NDArray[np.str_]:
    column = codebook.respondent
    if column is None or (column not in table.columns and not required):
        return np.array([f"row {k}" for k in range(1, len(table) + 1)], dtype=np.str_)
    return _column(table, column, name).to_numpy(dtype=np.str_)


def _weights(table: pd.DataFrame, column: str | None, name: str) -> NDArray[np.float64]:
    import pandas as pd

    if column is None:
        return np.ones(len(table))
    weights = pd.to_numeric(_column(table, column, name), errors="coerce").to_numpy(dtype=float)
    wrong = np.flatnonzero(~np.isfinite(weights) | (weights < 0))
    if len(wrong):
        raise InputError(
            f"{name}, column {column!r}: {len(wrong)} weights are missing, negative or no number (first in row "
            f"{wrong[0] + 2}); drop these rows, or give them a weight"
        )
    return weights


def _answers(
    table: pd.DataFrame, codebook: Codebook, codes: Sequence[str], name: str, notes: list[str]
) -> NDArray[np.int16]:
    columns = [_positions(_column(table, code, name), codebook.items[code], name) for code in codes]
    return np.column_stack(columns).astype(np.int16)


def _positions(cells: pd.Series[str], item: ItemColumn, name: str) -> NDArray[np.int16]:
    question = item.question
    asked = [o.code for o in question.options if not o.missing]
    place = {code: k for k, code in enumerate(asked)}
    missing = {"", *item.missing, *(w for w in BLANK_WORDS if w not in place)}
    found: dict[str, int] = {}
    for cell in cells.unique():
        code = cell if cell in place or cell in missing else plain(cell)
        if code not in place and code not in missing:
            n = int((cells == cell).sum())
            known = ", ".join(asked)
            raise InputError(
                f"{name}, column {question.code!r}: {cell!r} stands in {n} rows, but is neither an option ({known}) nor "
                "missing; list it under the item's `options` or `missing`"
            )
        found[cell] = place.get(code, -1) if code not in missing else -1
    return np.asarray(cells.map(found), dtype=np.int16)


def plain(cell: str) -> str:
    """A whole number without its decimals: pandas writes "1.0" into a column that has blanks."""
    head, dot, tail = cell.partition(".")
    return head if dot and not tail.strip("0") else cell


def _labels(table: pd.DataFrame, attribute: AttributeColumns, name: str, notes: list[str]) -> NDArray[np.str_]:
    labels = np.full(len(table), "", dtype=object)
    for column in attribute.columns:
        read = _column(table, column, name).map(lambda cell: _label(cell, attribute)).to_numpy(dtype=object)
        labels = np.where(labels == "", read, labels)
    unknown = int((labels == "").sum())
    if unknown:
        notes.append(f"{name}: {attribute.name} is not known of {unknown} of {len(table)} respondents")
    return labels.astype(np.str_)


def _simulated_labels(
    table: pd.DataFrame, attribute: AttributeColumns, name: str, notes: list[str]
) -> NDArray[np.str_]:
    """From the attribute's own column(s), or one named after the attribute that may hold labels already."""
    known = {*attribute.labels.values(), *(b.label for b in attribute.bins)}
    column = attribute.name if attribute.name in table.columns else attribute.columns[0]
    cells = _column(table, column, name)
    direct = np.array([c if c in known else _label(c, attribute) for c in cells], dtype=object)
    rest = [c for c in attribute.columns if c in table.columns and c != column]
    for other in rest:
        read = _column(table, other, name).map(lambda cell: _label(cell, attribute)).to_numpy(dtype=object)
        direct = np.where(direct == "", read, direct)
    unknown = int((direct == "").sum())
    if unknown:
        notes.append(f"{name}: {attribute.name} is not known of {unknown} of {len(table)} rows")
    return direct.astype(np.str_)


def _label(cell: str, attribute: AttributeColumns) -> str:
    if cell in attribute.missing or plain(cell) in attribute.missing:
        return ""
    if attribute.bins:
        return _bin_label(cell, attribute)
    if attribute.labels:
        return attribute.labels.get(cell, attribute.labels.get(plain(cell), ""))
    return "" if cell in BLANK_WORDS else cell


def _bin_label(cell: str, attribute: AttributeColumns) -> str:
    try:
        number = float(cell)
    except ValueError:
        return ""
    found = (b.label for b in attribute.bins if b.low <= number and (b.high is None or number <= b.high))
    return next(found, "")
