"""A table of votes: a row for each vote of a person on a statement.

Columns: `participant`, `question`, `statement_id`, `statement`, `vote` (agree or disagree), and optionally `author`. Any other
column is an attribute of the voter, the same in all their rows, unless episodes on record tell who the people are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...personas.persona import Persona
from ...personas.population import Population
from ...personas.representatives.episodes import EpisodeError, EpisodeSet, load_episodes
from ...personas.representatives.votes import Vote, VoteError, VoteSet
from ..errors import InputError
from ..tables import read_table

COLUMNS = ("participant", "question", "statement_id", "statement", "vote")
WORDS = {"agree": True, "1": True, "disagree": False, "0": False}


def load_vote_table(path: Path, episodes: Path | None = None) -> VoteSet:
    """Reads votes.

    Args:
        path: A .csv, .tsv or .parquet file.
        episodes: A JSONL file with what the people wrote on the questions, and their demographics.

    Raises:
        InputError: A column is missing, a vote is another word, or the two files do not fit each other.
    """
    table = read_table(path)
    lacking = [column for column in COLUMNS if column not in table.columns]
    if lacking:
        raise InputError(
            f"{path}: no column {', '.join(map(repr, lacking))}; a table of votes has {', '.join(COLUMNS)}"
        )
    rows = table.to_dict("records")
    try:
        record = load_episodes(episodes) if episodes else EpisodeSet(_people(path, rows), ())
        return VoteSet(record, tuple(_vote(path, k, row) for k, row in enumerate(rows, start=2)))
    except (EpisodeError, VoteError) as error:
        raise InputError(f"{path}: {error}") from error


def _people(path: Path, rows: list[dict[Any, Any]]) -> Population:
    people: dict[str, Persona] = {}
    for k, row in enumerate(rows, start=2):
        traits = {str(n): v for n, v in row.items() if n not in (*COLUMNS, "author") and v}
        held = people.setdefault(row["participant"], Persona(row["participant"] or "?", traits))
        if held.attributes != traits:
            raise InputError(f"{path}, row {k}: {row['participant']!r} has other attributes than in an earlier row")
    return Population(tuple(people.values()))


def _vote(path: Path, k: int, row: dict[Any, Any]) -> Vote:
    word = row["vote"].strip().lower()
    if word not in WORDS:
        raise InputError(f"{path}, row {k}: the vote is {row['vote']!r}; write agree or disagree")
    for column in ("participant", "question", "statement_id", "statement"):
        if not row[column].strip():
            raise InputError(f"{path}, row {k}: {column} is blank")
    texts = (row["participant"], row["question"], row["statement_id"], row["statement"], row.get("author") or "")
    return Vote(*texts, WORDS[word])
