"""The Habermas Machine's human data as episodes.

An episode is a round, its session the launch (a group that goes through several rounds), a participant a worker. The
proposition is the affirming statement, the draft the statement that won before the critiques, the revised one that which
won after them. A seat's position is the agreement with the affirming statement beforehand, in the words of `AGREEMENT`;
its ratings are the agreement with the two winners, 1 to 7. The data hold no demographics.

Source, licence and columns: see `habermas_files`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...personas.persona import Persona
from ...personas.population import Population
from ...personas.questions import AGREEMENT
from ...personas.representatives.episodes import Episode, EpisodeSet, SeatWords
from ..errors import InputError
from .habermas_files import Files, Row, person_of, read_files
from .habermas_round import ContradictionError, agreement, by_person, of_iteration, only, winners
from .reading import Reading

HUMAN = "HUMAN_CITIZEN"


def read_habermas(path: Path, split: str = "", version: str = "") -> Reading:
    """Reads Parquet files in the layout of the Habermas Machine.

    A round whose rows contradict each other is left out whole and counted by what they contradict each other in; so is
    a row of nobody, of a later iteration than the first critique's, or whose opinion is not by a person.

    Args:
        path: A Parquet file of comparisons, or a folder with one or several, and with the other files where there are.
        split: Only questions of this `question.split`; all by default.
        version: Only rows of this `metadata.version` (a cohort); all by default.

    Raises:
        InputError: There is no such file, it is damaged, columns are missing (they are named), or no round is left.
    """
    files = read_files(path)
    left_out = files.left_out
    rounds: dict[str, list[Row]] = {}
    for row in files.comparisons:
        if reason := _unwanted(row, split, version):
            left_out[reason] += 1
        else:
            rounds.setdefault(str(row["round_id"]), []).append(row)
    episodes = [e for id, rows in rounds.items() if (e := _episode(id, rows, files, left_out))]
    if not episodes:
        found = ", ".join(f"{n} {reason}" for reason, n in left_out.items() if n) or "it is empty"
        raise InputError(f"{path}: no round is left ({found})")
    people = dict.fromkeys(seat.persona for e in episodes for seat in e.seats)
    population = Population(tuple(Persona(p) for p in people))
    return Reading(EpisodeSet(population, tuple(episodes)), {reason: n for reason, n in left_out.items() if n})


def _unwanted(row: Row, split: str, version: str) -> str:
    if (split and row.get("question.split") != split) or (version and row.get("metadata.version") != version):
        return "rows of another split or version"
    if not person_of(row) or not row["round_id"]:
        return "rows without a worker or a round"
    if row.get("own_opinion.metadata.provenance") not in (None, HUMAN):
        return "rows whose opinion is not by a person"
    return "" if row["iteration_index"] in (0, 1) else "rows of another iteration than 0 and 1"


def _episode(id: str, rows: Sequence[Row], files: Files, left_out: Counter[str]) -> Episode | None:
    try:
        question = only("the question", (row["question.text"] for row in rows))
        proposition = only("the affirming statement", (row.get("question.affirming_statement") for row in rows))
        session = only("the launch", (str(row["launch_id"] or "") for row in rows))
        draft, revised = winners(rows, files)
        seats = tuple(_seat(person, own, (draft, revised), files) for person, own in by_person(rows).items())
    except ContradictionError as error:
        left_out[f"rounds whose rows contradict each other in {error}"] += 1
        return None
    if not question:
        left_out["rounds without a question"] += 1
        return None
    return Episode(id, session or id, question, proposition, draft, revised, seats)


def _seat(person: str, rows: Sequence[Row], statements: Iterable[str | None], files: Files) -> SeatWords:
    ratings: dict[str, float] = {}
    for index, (name, statement) in enumerate(zip(("draft", "revised"), statements, strict=True)):
        rating = agreement(of_iteration(rows, index), statement) if statement else None
        ratings |= {name: float(rating)} if rating is not None else {}
    position = only("the position", {AGREEMENT[c - 1] for row in rows if (c := files.positions.get(files.key(row)))})
    return SeatWords(
        person,
        position or None,
        only("an opinion", (row["own_opinion.text"] for row in rows)) or None,
        only("a critique", (row["critique.text"] for row in rows)) or None,
        ratings,
    )
