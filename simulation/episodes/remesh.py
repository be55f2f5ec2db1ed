"""Remesh dialogues: everybody answers the same few questions in their own words.

An episode is one question of a dialogue, everybody who answered it has a seat, and the answer is the seat's opinion;
there is no draft and no critique. The session is the dialogue: with one or two of them, intervals have to be clustered
by person. The texts are as typed: some are a single word, some were not meant ("ubpeaceful", "n/a"), a few stand
twice, and a few read as if a language model had written them.

Source and licence: see `remesh_dialogues`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...personas.persona import Attribute, Persona
from ...personas.population import Population
from ...personas.representatives.episodes import Episode, EpisodeSet, SeatWords
from ..errors import InputError
from ..tables import read_table
from .reading import Reading
from .remesh_dialogues import BOTH, DIALOGUES, UNKNOWN, Asked, Dialogue, Trait

if TYPE_CHECKING:
    import pandas as pd

PARTICIPANT = "Participant Id"


def read_remesh(folder: Path, dialogue: str = BOTH, min_words: int = 1, voted_only: bool = False) -> Reading:
    """Reads the answers in one dialogue, or in both.

    Args:
        folder: With `campus_protests_participants.csv` or `foreign_intervention_participants.csv`.
        dialogue: `campus_protests`, `foreign_intervention` or `both`.
        min_words: Answers with fewer words are left out, counted.
        voted_only: Leaves out the questions on whose answers nobody voted, counted.

    Returns:
        Episodes by dialogue and question; everybody in the dialogue is in the population, also who answered nothing.

    Raises:
        InputError: A file or a column is missing, or a participant stands twice.
    """
    left_out: Counter[str] = Counter()
    people: list[Persona] = []
    episodes: list[Episode] = []
    for each in chosen_dialogues(dialogue):
        table = dialogue_table(folder, each, "participants", _columns(each))
        people += _people(table, each)
        for k, asked in enumerate(each.asked, start=1):
            seats = tuple(_seats(table, asked, min_words, left_out))
            if voted_only and not asked.voted:
                left_out["answers that nobody voted on"] += len(seats)
            elif seats:
                own = (f"{each.name}-q{k}", each.name, asked.question, asked.proposition)
                episodes.append(Episode(*own, seats=seats))
    return Reading(EpisodeSet(_population(people), tuple(episodes)), dict(left_out))


def chosen_dialogues(dialogue: str) -> tuple[Dialogue, ...]:
    """The dialogues that an option names.

    Raises:
        InputError: It names none.
    """
    if dialogue != BOTH and dialogue not in DIALOGUES:
        raise InputError(f"dialogue: {dialogue!r} is none of {', '.join(DIALOGUES)}, {BOTH}")
    return tuple(DIALOGUES.values()) if dialogue == BOTH else (DIALOGUES[dialogue],)


def dialogue_table(folder: Path, dialogue: Dialogue, what: str, columns: Iterable[str]) -> pd.DataFrame:
    """One of a dialogue's tables as text, without blanks around it.

    Raises:
        InputError: The file or a column is missing.
    """
    path = folder / f"{dialogue.name}_{what}.csv"
    table = read_table(path)
    lacking = [c for c in columns if c not in table.columns]
    if lacking:
        raise InputError(
            f"{path}: no column {lacking[0]!r} ({len(lacking)} missing); is it the table without extra rows?"
        )
    return table.map(str.strip)


def _columns(dialogue: Dialogue) -> list[str]:
    traits = [c for t in dialogue.traits.values() for c in t.columns]
    polls = [a.position for a in dialogue.asked if a.position]
    return [PARTICIPANT, *traits, *(a.header for a in dialogue.asked), *polls]


def _people(table: pd.DataFrame, dialogue: Dialogue) -> list[Persona]:
    ids = list(table[PARTICIPANT])
    twice = sorted({i for i, n in Counter(ids).items() if n > 1})
    if twice:
        raise InputError(f"{dialogue.name}_participants.csv: {twice[0]!r} stands in more than one row")
    return [
        Persona(row[PARTICIPANT], {name: v for name, t in dialogue.traits.items() if (v := _label(row, t))})
        for row in table.to_dict("records")
    ]


def _label(row: Mapping[Any, Any], trait: Trait) -> str:
    cells = [row[column] for column in trait.columns]
    return " and ".join(trait.labels.get(cell, cell) for cell in cells if cell not in UNKNOWN)


def _seats(table: pd.DataFrame, asked: Asked, min_words: int, left_out: Counter[str]) -> Iterable[SeatWords]:
    for row in table.to_dict("records"):
        text = "" if row[asked.header] in UNKNOWN else row[asked.header]
        if len(text.split()) >= max(min_words, 1):
            position = row[asked.position] if asked.position else ""
            yield SeatWords(row[PARTICIPANT], None if position in UNKNOWN else position, text)
        else:
            left_out[f"answers of fewer than {min_words} words" if text else "answers not given"] += 1


def _population(people: list[Persona]) -> Population:
    names = dict.fromkeys(name for d in DIALOGUES.values() for name in d.traits)
    there = {name for p in people for name in p.attributes}
    return Population(tuple(people), tuple(Attribute(name) for name in names if name in there))
