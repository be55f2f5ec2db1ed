"""The humans to match, as a table holds them: ids, and a label of each trait where it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...personas.persona import Attribute
from ...personas.population import Population, PopulationError
from ..codebook import Codebook, load_codebook
from ..errors import InputError
from ..tables import BLANK_WORDS, read_attributes, read_table
from ..yaml_text import nearest_name

if TYPE_CHECKING:
    import pandas as pd

# How surveys call the column of the respondent, letter case aside.
ID_COLUMNS = ("id", "respondent", "respondent_id", "respid", "human", "caseid", "case_id", "qkey")


@dataclass(frozen=True)
class Humans:
    """Whom personas are matched to.

    Args:
        ids: Unique.
        labels: For each human its known labels, by trait.
        traits: The traits, with the labels a codebook gives them.
        notes: What was noticed.
    """

    ids: tuple[str, ...]
    labels: tuple[Mapping[str, str], ...]
    traits: tuple[Attribute, ...]
    notes: tuple[str, ...] = ()


def read_humans(
    path: Path,
    traits: Sequence[str],
    codebook: Path | None = None,
    respondent: str | None = None,
    labels: Iterable[str] = (),
) -> Humans:
    """Reads the humans from a table, through a codebook or as it is, or from a population.

    Args:
        path: `.csv`, `.tsv` (also `.gz`) or `.parquet` with a row per human; or `.jsonl`, a population.
        traits: What is compared. Without a codebook each is a column that holds labels.
        codebook: What the columns mean; then traits are its attributes.
        respondent: The column of the ids; by default the codebook's, or one called `id`, `respondent`, `RespId` or so.
            Where there is none, humans are called by their rows, as in a survey without ids.
        labels: Labels that exist, such as the personas'; words like "None" and "NA" are blanks unless they are among
            these.

    Raises:
        InputError: A column is not there, an id is missing or stands twice, or there is nobody.
    """
    if path.suffix == ".jsonl":
        return _from_population(path, traits, codebook, respondent)
    table = read_table(path)
    if not len(table):
        raise InputError(f"{path}: has no rows; there is nobody to match")
    if codebook is None:
        return _from_columns(path, table, traits, respondent, frozenset(labels))
    return _through_codebook(path, table, traits, load_codebook(codebook), respondent)


def _from_population(path: Path, traits: Sequence[str], codebook: Path | None, respondent: str | None) -> Humans:
    if codebook or respondent:
        raise InputError(f"{path}: a population takes no --codebook and no --respondent; it has ids and labels")
    try:
        people = Population.load(path)
    except PopulationError as error:
        raise InputError(str(error)) from error
    if not len(people):
        raise InputError(f"{path}: has no rows; there is nobody to match")
    known = [attribute.name for attribute in people.attributes]
    for trait in traits:
        check_known(trait, known, f"{path}: nobody there has the attribute")
    return Humans(
        tuple(p.id for p in people), tuple(p.attributes for p in people), tuple(Attribute(name) for name in traits)
    )


def _from_columns(
    path: Path, table: pd.DataFrame, traits: Sequence[str], respondent: str | None, labels: frozenset[str]
) -> Humans:
    ids, notes = _ids(path, table, respondent or _id_column(table))
    for trait in traits:
        check_known(trait, list(table.columns), f"{path}: there is no column", "; or give --codebook")
    columns = {t: [_label(cell, labels) for cell in table[t].fillna("").astype(str)] for t in traits}
    rows = tuple({t: cells[k] for t, cells in columns.items() if cells[k]} for k in range(len(table)))
    return Humans(ids, rows, tuple(Attribute(name) for name in traits), notes)


def _label(cell: str, labels: frozenset[str]) -> str:
    cell = cell.strip()
    return "" if cell in BLANK_WORDS and cell not in labels else cell


def _through_codebook(
    path: Path, table: pd.DataFrame, traits: Sequence[str], codebook: Codebook, respondent: str | None
) -> Humans:
    for trait in traits:
        check_known(trait, list(codebook.attributes), f"{codebook.path}: there is no attribute")
    column = respondent or codebook.respondent or _id_column(table)
    ids, notes = _ids(path, table, column)
    wanted = {name: codebook.attributes[name] for name in traits}
    read = read_attributes(table, replace(codebook, respondent=column, weight=None, attributes=wanted))
    values = (tuple(dict.fromkeys((*a.labels.values(), *(b.label for b in a.bins)))) for a in wanted.values())
    schema = tuple(Attribute(name, labels) for name, labels in zip(wanted, values, strict=True))
    return Humans(ids, tuple(read[id][0] for id in ids), schema, notes)


def _id_column(table: pd.DataFrame) -> str | None:
    found = {str(name).lower(): str(name) for name in reversed(list(table.columns))}
    return next((found[name] for name in ID_COLUMNS if name in found), None)


def _ids(path: Path, table: pd.DataFrame, column: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids, and a note where there is no column of them."""
    if column is None:
        columns = ", ".join(map(str, table.columns[:12])) + (", …" if len(table.columns) > 12 else "")
        note = f"{path}: no column is called id, respondent or RespId ({columns}), so humans are called by their rows, "
        note += "from 'row 1'; --respondent names another column"
        return tuple(f"row {k}" for k in range(1, len(table) + 1)), (note,)
    check_known(column, list(table.columns), f"{path}: there is no column of respondents", "; see --respondent")
    ids = [str(cell).strip() for cell in table[column]]
    seen: dict[str, int] = {}
    for row, id in enumerate(ids, start=1):
        if not id:
            raise InputError(f"{path}, column {column!r}: the id in row {row} below the header is blank; fill it in")
        if id in seen:
            raise InputError(
                f"{path}, column {column!r}: the id {id!r} stands in rows {seen[id]} and {row} below the header; "
                "every human needs an id of its own (another column is named with --respondent)"
            )
        seen[id] = row
    return tuple(ids), ()


def check_known(name: str, known: Sequence[str], said: str, remedy: str = "") -> None:
    """Refuses a name that is not known.

    Raises:
        InputError: It is not; the message says which name is close, and which there are.
    """
    if name in known:
        return
    there = ", ".join(map(str, known[:20])) + (", …" if len(known) > 20 else "") or "none"
    raise InputError(f"{said} {name!r}{nearest_name(name, list(known))}{remedy} (there: {there})")
