"""Reads votes on statements as Polis exports them: `participants-votes.csv`, and `comments.csv` beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..tables import BLANK_WORDS, read_table

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
PARTICIPANT, GROUP = "participant", "group-id"
# What an export says of a participant besides the votes.
ABOUT = (PARTICIPANT, GROUP, "n-comments", "n-votes", "n-agree", "n-disagree")
VOTES = {"1": 1.0, "1.0": 1.0, "-1": -1.0, "-1.0": -1.0, "0": 0.0, "0.0": 0.0, "-0.0": 0.0}
REJECTED = "-1"


@dataclass(frozen=True, slots=True)
class Statements:
    """What `comments.csv` says of the statements, all by id.

    Args:
        texts: Their words.
        rejected: Those that moderators took out.
        counts: The published numbers of agreements and disagreements, where they are there.
    """

    texts: Mapping[str, str]
    rejected: frozenset[str] = frozenset()
    counts: Mapping[str, tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The votes of one conversation.

    Args:
        participants: The n participants' names.
        statements: The m statements' ids; rejected ones are left out.
        votes: Shape (n, m): 1 agree, -1 disagree, 0 pass, NaN not seen.
        texts: Statements' words by id; empty without comments.
        groups: Shape (n,), the group that Polis put each in, "" for none; None where no column says it.
        notes: What was noticed while reading.
    """

    participants: tuple[str, ...]
    statements: tuple[str, ...]
    votes: Floats
    texts: Mapping[str, str]
    groups: NDArray[np.str_] | None
    notes: tuple[str, ...]


def read_conversation(votes: Path, comments: Path | None = None) -> Conversation:
    """Reads an export.

    Args:
        votes: A row per participant, a column per statement: 1 agree, -1 disagree, 0 pass, blank not seen.
        comments: A row per statement: `comment-id`, `comment-body`, and where they are there `moderated` (-1 takes the
            statement out), `agrees` and `disagrees`, which are compared with the votes.

    Raises:
        InputError: A file, a column or a value is wrong; the message names it and what would be right.
    """
    table = read_table(votes)
    known = read_statements(comments) if comments else None
    participants = _participants(table, votes)
    columns = [c for c in table.columns if c not in ABOUT]
    if not columns:
        raise InputError(f"{votes}: no column holds votes; there is one for each statement, named by its comment-id")
    if known is not None:
        _check_columns(columns, known, votes, comments)
    matrix = np.column_stack([_column(table[c], c, participants, votes) for c in columns])
    notes = _notes(matrix, columns, table, known, str(votes))
    kept = [j for j, c in enumerate(columns) if known is None or c not in known.rejected]
    if not kept:
        raise InputError(f"{comments}: every statement is moderated -1, so none is left to measure")
    return Conversation(
        participants=participants,
        statements=tuple(columns[j] for j in kept),
        votes=matrix[:, kept],
        texts=known.texts if known else {},
        groups=_groups(table),
        notes=notes,
    )


def read_statements(path: Path) -> Statements:
    """Reads `comments.csv`.

    Raises:
        InputError: A column is missing, an id stands twice, or a number is none.
    """
    table = read_table(path)
    ids = [_plain(cell) for cell in _needed(table, "comment-id", path)]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise InputError(f"{path}: comment-id {twice[0]!r} stands in more than one row; keep one")
    texts = dict(zip(ids, table[_called(table, "comment-body", path)].astype(str), strict=True))
    rejected = frozenset[str]()
    if "moderated" in table.columns:
        marks = [_plain(cell) for cell in table["moderated"]]
        odd = [(k, mark) for k, mark in enumerate(marks) if mark not in ("1", "0", REJECTED)]
        if odd:
            k, mark = odd[0]
            raise InputError(
                f"{path}, row {k + 2}, column 'moderated': {mark!r}; it is 1 (accepted), 0 (not looked at) or -1 (rejected)"
            )
        rejected = frozenset(name for name, mark in zip(ids, marks, strict=True) if mark == REJECTED)
    counts = None
    if {"agrees", "disagrees"} <= set(table.columns):
        numbers = [_counts(table[name], name, path) for name in ("agrees", "disagrees")]
        counts = {name: (a, d) for name, a, d in zip(ids, *numbers, strict=True)}
    return Statements(texts, rejected, counts)


def _participants(table: pd.DataFrame, path: Path) -> tuple[str, ...]:
    if not len(table):
        raise InputError(f"{path}: no row besides the header")
    names = [str(cell).strip() for cell in _needed(table, PARTICIPANT, path)]
    places: dict[str, int] = {}
    for k, name in enumerate(names):
        if not name:
            raise InputError(f"{path}, row {k + 2}, column {PARTICIPANT!r}: blank; name the participant")
        if name in places:
            raise InputError(f"{path}: participant {name!r} stands in rows {places[name]} and {k + 2}; keep one")
        places[name] = k + 2
    return tuple(names)


def _column(cells: pd.Series[str], name: str, participants: Sequence[str], path: Path) -> Floats:
    stripped = [str(cell).strip() for cell in cells.fillna("")]
    blank = {"", *BLANK_WORDS}
    for k, cell in enumerate(stripped):
        if cell not in VOTES and cell not in blank:
            raise InputError(
                f"{path}, row {k + 2} (participant {participants[k]!r}), column {name!r}: {cell!r} is no vote; write 1 "
                "(agree), -1 (disagree), 0 (pass) or leave it blank (not seen), or drop the column if it is no statement"
            )
    return np.array([VOTES.get(cell, np.nan) for cell in stripped])


def _check_columns(columns: Sequence[str], known: Statements, votes: Path, comments: Path | None) -> None:
    strange = [c for c in columns if c not in known.texts]
    if strange:
        raise InputError(
            f"{votes}: column {strange[0]!r} is no comment-id of {comments}"
            f"{f' (nor are {len(strange) - 1} others)' if strange[1:] else ''}; "
            "give the comments of the same conversation, or drop the column"
        )


def _groups(table: pd.DataFrame) -> NDArray[np.str_] | None:
    if GROUP not in table.columns:
        return None
    cells = [_plain(cell) for cell in table[GROUP]]
    groups = np.array(["" if cell in BLANK_WORDS else cell for cell in cells], dtype=np.str_)
    return groups if (groups != "").any() else None


def _notes(
    matrix: Floats, columns: Sequence[str], table: pd.DataFrame, known: Statements | None, name: str
) -> tuple[str, ...]:
    notes = []
    if "n-votes" in table.columns:
        seen = np.isfinite(matrix).sum(axis=1)
        other = sum(_plain(cell) != str(n) for cell, n in zip(table["n-votes"], seen, strict=True))
        notes += (
            [f"{name}: n-votes is not the number of votes in {other} rows; the votes were counted"] if other else []
        )
    if known is None:
        return (*notes, f"{name}: without comments, no statement is left out as rejected, and none has its words")
    rejected = [c for c in columns if c in known.rejected]
    notes += [f"{len(rejected)} of {len(columns)} statements were rejected by moderators; left out"] if rejected else []
    without = [c for c in known.texts if c not in set(columns)]
    notes += [f"{name}: no column for comment-id {', '.join(without[:5])}"] if without else []
    if known.counts:
        notes += _differing(matrix, columns, known.counts)
    return tuple(notes)


def _differing(matrix: Floats, columns: Sequence[str], counts: Mapping[str, tuple[int, int]]) -> list[str]:
    """Where the published numbers of votes are not those of the matrix."""
    found = np.stack([(matrix == 1).sum(axis=0), (matrix == -1).sum(axis=0)], axis=1)
    apart = np.abs(found - np.array([counts[c] for c in columns]))
    n = int((apart > 0).any(axis=1).sum())
    if not n:
        return []
    return [
        f"{n} of {len(columns)} statements have other published numbers of votes than the matrix, by {apart.max()} at "
        f"most ({apart.sum()} of {found.sum()} agreements and disagreements); the matrix counts"
    ]


def _counts(cells: pd.Series[str], name: str, path: Path) -> list[int]:
    plain = [_plain(cell) for cell in cells]
    odd = [(k, cell) for k, cell in enumerate(plain) if not cell.isdecimal()]
    if odd:
        raise InputError(f"{path}, row {odd[0][0] + 2}, column {name!r}: {odd[0][1]!r} is no number of votes")
    return [int(cell) for cell in plain]


def _needed(table: pd.DataFrame, column: str, path: Path) -> list[str]:
    return [str(cell) for cell in table[_called(table, column, path)].fillna("")]


def _called(table: pd.DataFrame, column: str, path: Path) -> str:
    if column in table.columns:
        return column
    names = [str(c) for c in table.columns]
    close = [c for c in names if c.lower() == column.lower()] or get_close_matches(column, names, n=1)
    there = ", ".join(names[:10]) + (" …" if names[10:] else "")
    raise InputError(
        f"{path}: no column {column!r}{f'; did you mean {close[0]!r}?' if close else ''} (columns: {there}); "
        "call it as in a Polis export"
    )


def _plain(cell: object) -> str:
    text = str(cell).strip()
    return text[:-2] if text.endswith(".0") else text
