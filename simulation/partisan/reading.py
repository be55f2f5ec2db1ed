"""From a table, or a run folder, to the answers that a gap between two parties is measured on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...evaluators.partisan import Gap
from ...personas.parties import Parties
from ..codebook import AttributeColumns, Codebook, ItemColumn, load_codebook
from ..errors import InputError
from ..export import wide_table
from ..instruments.gaps import needed_roles
from ..instruments.reading import find_instrument
from ..tables import BLANK_WORDS, Table, plain, read_table, simulated_responses

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table say what; None takes what the instrument says.

    Args:
        party: Which party somebody belongs to.
        weight: The survey weight; None counts every row once.
    """

    party: str | None = None
    weight: str | None = None


def read_instrument(name_or_path: str | Path) -> tuple[Codebook, Gap]:
    """The codebook of an instrument that measures a gap, and the gap.

    Raises:
        InputError: It is not there, is wrong, or does not say which gap it measures.
    """
    path = find_instrument(name_or_path)
    book = load_codebook(path)
    if book.gap is None:
        raise InputError(
            f"{path}: it does not say what its items measure; add `gap: hostility`, `subversion` or `meta_perception`, "
            "`parties`, and the items' perspectives and targets (docs/partisan.md)"
        )
    return book, book.gap


def open_answers(source: Path, condition: str | None = None) -> pd.DataFrame:
    """A table, or a run folder's answers as one, all cells text.

    Raises:
        InputError: It is neither, or holds no row.
    """
    run = source.is_dir()
    table = wide_table(source, condition).astype("string").fillna("") if run else read_table(source)
    if not len(table):
        raise InputError(f"{source}: no row besides the header")
    return table


def read_answers(table: pd.DataFrame, book: Codebook, columns: Columns, source: str, whose: str) -> Table:
    """A table's answers, with everybody's party among the attributes.

    Args:
        table: As `open_answers` gives it.
        book: The instrument.
        columns: Where party and weight stand.
        source: How errors call the table.
        whose: `simulated` or `human`; part of the names of respondents that have none.

    Raises:
        InputError: A column or a code is wrong; the message names it and what would be right.
    """
    notes: list[str] = []
    table, there = _coded(table, book, source, notes)
    _check_needed(there, book, source)
    kept = replace(book, items={code: book.items[code] for code in there}, respondent=_respondent(table, book))
    if columns.weight is not None and columns.weight not in table.columns:
        raise InputError(f"{source}: no column {columns.weight!r} for the weight (columns: {_listed(table.columns)})")
    read = simulated_responses(table, kept, weight=columns.weight, name=source)
    responses = read.responses
    if kept.respondent is None:  # so that a simulated row is not taken for the human in the same row
        named = np.array([f"{whose} row {k}" for k in range(1, len(table) + 1)], dtype=np.str_)
        responses = replace(responses, respondents=named)
    assert book.parties is not None
    attributes = {book.parties.attribute: _party_labels(table, book, columns.party, source)}
    return Table(replace(responses, attributes=attributes), (*notes, *read.notes))


def _respondent(table: pd.DataFrame, book: Codebook) -> str | None:
    names = [name for name in (book.respondent, "respondent", "persona") if name]
    return next((name for name in names if name in table.columns), None)


def _party_labels(table: pd.DataFrame, book: Codebook, given: str | None, name: str) -> NDArray[np.str_]:
    """The cells of the party column, as the codebook labels them; a blank is filled from the next column it names."""
    assert book.parties is not None
    wanted, attribute = book.parties.attribute, book.attributes.get(book.parties.attribute)
    names = [given] if given else [*(attribute.columns if attribute else ()), wanted]
    columns = list(dict.fromkeys(c for n in names for c in _called(table, n)))
    if not columns:
        said = "give --party COLUMN" if given is None else "--party names one of the table's"
        raise InputError(f"{name}: no column {names[0]!r} for the party; {said} (columns: {_listed(table.columns)})")
    labels = np.full(len(table), "", dtype=object)
    for column in columns:
        cells = table[column].fillna("").astype(str).str.strip()
        read = [_label(cell, attribute) for cell in cells]
        labels = np.where(labels == "", np.array(read, dtype=object), labels)
    return labels.astype(np.str_)


def _called(table: pd.DataFrame, name: str) -> list[str]:
    """The column of this name, or else one that differs in letter case only."""
    return [c for c in table.columns if c == name] or [c for c in table.columns if c.lower() == name.lower()][:1]


def _label(cell: str, attribute: AttributeColumns | None) -> str:
    if attribute is None:
        return cell
    missing = {*attribute.missing, *BLANK_WORDS}
    return "" if {cell, plain(cell)} & missing else attribute.labels.get(cell, attribute.labels.get(plain(cell), cell))


def _listed(columns: Iterable[str], most: int = 30) -> str:
    names = [str(c) for c in columns]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _check_needed(there: Sequence[str], book: Codebook, name: str) -> None:
    assert book.gap is not None
    assert book.parties is not None
    needed = book.roles.of(*needed_roles(book.gap, book.parties))
    absent = [code for code in needed if code not in there]
    if absent:
        raise InputError(
            f"{name}: {book.gap} needs these columns, which are not there or blank: {', '.join(absent)}; "
            "call the table's columns as the instrument calls its items"
        )


def _coded(table: pd.DataFrame, book: Codebook, name: str, notes: list[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table with codes in the place of options' texts, and the items that somebody answered."""
    table = table.copy()
    there = []
    for code, entry in book.items.items():
        if code not in table.columns:
            continue
        cells = table[code].fillna("").astype(str).str.strip()
        table[code] = _codes(cells, entry, name, notes)
        asked = {o.code for o in entry.question.options if not o.missing}
        if any(cell in asked or plain(cell) in asked for cell in table[code].unique()):
            there.append(code)
        else:
            notes.append(f"{name}: nobody answered {code}; it counts as not asked")
    return table, tuple(there)


def _codes(cells: pd.Series[str], entry: ItemColumn, name: str, notes: list[str]) -> pd.Series[str]:
    question = entry.question
    codes = {o.code for o in question.options}
    missing = {"", *entry.missing, *BLANK_WORDS}
    odd = [c for c in cells.unique() if not {c, plain(c)} & (codes | missing)]
    if not odd:
        return cells
    texts = {o.text.casefold(): o.code for o in question.options}
    coded = [c for c in cells.unique() if {c, plain(c)} & codes]
    unread = [c for c in odd if c.casefold() not in texts]
    coding = ", ".join(f"{o.code} {o.text}" for o in question.options)
    if unread:
        n = int(cells.isin(unread).sum())
        raise InputError(
            f"{name}, column {question.code!r}: {unread[0]!r} is no answer ({n} cells are none); the codes are {coding}; "
            f"blank{', ' + ', '.join(sorted(entry.missing)) if entry.missing else ''} is missing. Recode the column"
        )
    if coded:
        raise InputError(
            f"{name}, column {question.code!r}: {coded[0]!r} is a code and {odd[0]!r} a text; write one or the other "
            f"throughout ({coding})"
        )
    notes.append(f"{name}: the texts in column {question.code} were read as codes ({coding})")
    return cells.map(lambda cell: texts.get(cell.casefold(), cell))


def read_parties(labels: NDArray[np.str_], parties: Parties) -> tuple[NDArray[np.intp], Mapping[str, str]]:
    """Who belongs to which party, however its members are called.

    Returns:
        Shape (n,): 0, 1, or -1 for neither; and each label that is not the party's own, with the one it was read as.
    """
    found = {str(label): parties.find(str(label)) for label in np.unique(labels)}
    place = {label: -1 if party is None else parties.sides.index(party) for label, party in found.items()}
    read_as = {label: party.label for label, party in found.items() if party and label != party.label}
    return np.array([place[str(label)] for label in labels], dtype=np.intp), read_as
