"""The Parquet files of the Habermas Machine's human data, told apart by their columns.

Source: Tessler et al. 2024 (Science 386, eadq2852); data CC BY 4.0, https://github.com/google-deepmind/habermas_machine.
Only the file of comparisons is documented there; what is said here of the two others is as in public code that reads
them. Written against the documentation, not against the files, which are no part of this package:

- comparisons (needed, may be in several files): a row per person, round and iteration, or per person and candidate.
- position ratings (used where present): `rating_index` 0 is before the deliberation, `ratings.agreement` is the agreement
  with the affirming statement, alone or in a list.
- round survey (used where present): `candidate.text` is the statement the round ended with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError

Row = Mapping[str, Any]
Key = tuple[str, str]

PERSON, SESSION_PERSON = "worker_id", "metadata.participant_id"
_RATINGS = "ratings.agreement"
NEEDED = (
    "round_id",
    "launch_id",
    "iteration_index",
    "question.id",
    "question.text",
    "own_opinion.text",
    "critique.text",
    "candidates.text",
)
_OPTIONAL = (
    PERSON,
    SESSION_PERSON,
    "metadata.version",
    "question.affirming_statement",
    "question.split",
    "own_opinion.metadata.provenance",
    "candidates.metadata.id",
    "top_candidate.text",
    "rankings.candidate_ids",
    "rankings.numerical_ranks",
    _RATINGS,
)
_TEXTS = ("own_opinion.text", "critique.text", "candidates.text")
_POSITIONS = ("question.id", "rating_index", _RATINGS)
_SURVEY = ("question.id", "candidate.text")
_SCALE = (
    ("strongly disagree",),
    ("disagree",),
    ("somewhat disagree",),
    ("neutral", "neither agree nor disagree"),
    ("somewhat agree",),
    ("agree",),
    ("strongly agree",),
)
_CODES = {label: code for code, labels in enumerate(_SCALE, start=1) for label in labels}


@dataclass(frozen=True)
class Files:
    """What was read.

    Args:
        comparisons: Rows of the comparisons; `ratings.agreement` is a list of codes from 1 to 7, None is no rating.
        positions: Agreement with the affirming statement beforehand, 1 to 7, by person and question.
        ends: Statements that a round ended with, by person and question.
        person: The column that ties the files together: of a person in a session, or of a person.
        left_out: Rows that are not here, by reason.
    """

    comparisons: list[Row]
    person: str
    positions: Mapping[Key, int] = field(default_factory=dict)
    ends: Mapping[Key, set[str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def key(self, row: Row) -> Key:
        """What ties the files together: the person and the question."""
        return _key(row, self.person)


def read_files(path: Path) -> Files:
    """Reads one Parquet file of comparisons, or all Parquet files in a folder.

    Raises:
        InputError: There is none, one is damaged, or no file has the columns of the comparisons.
    """
    paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not paths or not all(p.is_file() for p in paths):
        raise InputError(f"{path}: no such Parquet file, or no Parquet file in this folder")
    columns = {p: _columns(p) for p in paths}
    left_out: Counter[str] = Counter()
    comparisons = _comparisons(columns)
    rows = [row for p in comparisons for row in _rows(p, {*NEEDED, *_OPTIONAL} & columns[p])]
    others = [p for p in paths if p not in comparisons]
    rated = [p for p in others if columns[p] >= set(_POSITIONS)]
    ended = [p for p in others if columns[p] >= set(_SURVEY)]
    person = _shared_person([columns[p] for p in (*comparisons, *rated, *ended)], path)
    positions = _positions(_linked(rated, (*_POSITIONS, person)), person, left_out)
    ends = _ends(_linked(ended, (*_SURVEY, person)), person)
    return Files(list(_once(rows, left_out)), person, positions, ends, left_out)


def person_of(row: Row) -> str:
    """Who a row is of: the worker, or where that is not known, the participant of the session; "" is nobody."""
    return str(row.get(PERSON) or row.get(SESSION_PERSON) or "")


def listed(value: Any) -> list[Any]:
    """A cell's entries, whether it holds one or a list."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _code(rating: Any, left_out: Counter[str]) -> int | None:
    """Agreement from 1 (strongly disagree) to 7 (strongly agree); None is no rating."""
    if rating is None or rating != rating or rating == "MOCK":
        return None
    if isinstance(rating, str):
        code = _CODES.get(rating.replace("_", " ").strip().lower())
        left_out[f"ratings {rating!r}, which is no agreement"] += code is None
        return code
    if rating not in range(1, 8):
        raise InputError(f"ratings.agreement: {rating!r} is not on the scale of 1 to 7")
    return int(rating)


def _comparisons(columns: Mapping[Path, set[str]]) -> list[Path]:
    """The files with any of the comparisons' texts; each needs all of their columns."""
    found = [p for p, there in columns.items() if there & set(_TEXTS)] or list(columns)
    for path in found:
        if lacking := _lacking(columns[path]):
            raise InputError(f"{path}: the comparisons need the column(s) {', '.join(lacking)}")
    return found


def _lacking(columns: set[str]) -> list[str]:
    people = [] if columns & {PERSON, SESSION_PERSON} else [PERSON]
    return [*people, *(c for c in NEEDED if c not in columns)]


def _columns(path: Path) -> set[str]:
    import pyarrow.parquet as pq

    return set(_readable(path, lambda: pq.read_schema(path).names))


def _rows(path: Path, columns: Iterable[str]) -> list[Row]:
    import pyarrow.parquet as pq

    return list(_readable(path, lambda: pq.read_table(path, columns=sorted(columns)).to_pylist()))


def _readable(path: Path, read: Callable[[], Iterable[Any]]) -> Iterable[Any]:
    try:
        return read()
    except (OSError, ValueError) as error:  # pyarrow's errors are of these
        raise InputError(f"{path}: not readable ({error}); is the file complete?") from error


def _shared_person(columns: Iterable[set[str]], path: Path) -> str:
    shared = set.intersection(*columns)
    found = [c for c in (SESSION_PERSON, PERSON) if c in shared]
    if not found:
        raise InputError(f"{path}: the files share neither the column {SESSION_PERSON} nor {PERSON}; read one alone")
    return found[0]


def _key(row: Row, person: str) -> Key:
    return str(row[person] or ""), str(row["question.id"])


def _linked(paths: Iterable[Path], wanted: Iterable[str]) -> Iterator[Row]:
    columns = tuple(wanted)
    for path in paths:
        yield from _rows(path, columns)


def _once(rows: Iterable[Row], left_out: Counter[str]) -> Iterator[Row]:
    import orjson

    seen: set[bytes] = set()
    for row in rows:
        same = orjson.dumps(row, default=str, option=orjson.OPT_SORT_KEYS)
        if same in seen:
            left_out["rows that stand twice"] += 1
        else:
            seen.add(same)
            yield {**row, _RATINGS: [_code(r, left_out) for r in listed(row.get(_RATINGS))]}


def _positions(rows: Iterable[Row], person: str, left_out: Counter[str]) -> dict[Key, int]:
    found: dict[Key, set[int]] = {}
    for row in rows:
        code = next((_code(r, left_out) for r in listed(row[_RATINGS])), None)
        if row["rating_index"] == 0 and code is not None:
            found.setdefault(_key(row, person), set()).add(code)
    left_out["positions that contradict each other"] += sum(len(codes) > 1 for codes in found.values())
    return {key: codes.pop() for key, codes in found.items() if len(codes) == 1}


def _ends(rows: Iterable[Row], person: str) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for row in rows:
        found.setdefault(_key(row, person), set()).update(t.strip() for t in listed(row["candidate.text"]) if t)
    return found
