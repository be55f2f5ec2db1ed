"""Votes in the Remesh dialogues: agreement with other people's answers, and preferences between two of them.

Source and licence: see `remesh_dialogues`. A vote on a text that the map of thoughts lacks is left out, counted (there
is one in each dialogue). Where a person votes twice on the same thing, the later row counts, since the rows are in order
of time; the earlier is counted as left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...personas.representatives.votes import Choice, Preference, Statement, Vote, VoteSet
from ..errors import InputError
from .remesh import chosen_dialogues, dialogue_table, read_remesh
from .remesh_dialogues import BOTH, Dialogue

_AGREE = {"Agree": True, "Disagree": False}
_CHOICES: Mapping[str, Choice] = {
    "Thought A": "first",
    "Thought B": "second",
    "I agree with both": "both",
    "I disagree with both": "neither",
    "These are similar": "similar",
    "I'm not sure": "unsure",
}


@dataclass(frozen=True, slots=True)
class _Thought:
    question: str
    statement: Statement


def load_remesh_votes(folder: Path | str, dialogue: str = BOTH) -> VoteSet:
    """Reads the votes and preferences of one dialogue, or of both, and the answers of everybody in it.

    Args:
        folder: With the tables `participants`, `binary`, `preference` and `verbatim_map` of a dialogue.
        dialogue: `campus_protests`, `foreign_intervention` or `both`.

    Returns:
        Votes in order of time within a dialogue; statements have the thoughts' ids.

    Raises:
        InputError: A file or column is missing, a vote is neither agreement nor disagreement, or no vote is left.
    """
    folder = Path(folder)
    episodes = read_remesh(folder, dialogue).episodes
    people = {p.id for p in episodes.population}
    votes: list[Vote] = []
    preferences: list[Preference] = []
    left_out: Counter[str] = Counter()
    for each in chosen_dialogues(dialogue):
        thoughts = _thoughts(folder, each)
        votes += _votes(folder, each, thoughts, people, left_out)
        preferences += _preferences(folder, each, thoughts, people, left_out)
    if not votes:
        raise InputError(f"{folder}: no vote of a known participant on a known thought; do the files belong together?")
    return VoteSet(episodes, tuple(votes), tuple(preferences), dict(left_out))


def _thoughts(folder: Path, dialogue: Dialogue) -> dict[str, _Thought]:
    columns = ("Question Text", "Participant ID", "Thought ID", "Thought Text")
    table = dialogue_table(folder, dialogue, "verbatim_map", columns)
    questions = {a.header: a.question for a in dialogue.asked}
    found: dict[str, _Thought] = {}
    for question, author, id, text in table[list(columns)].itertuples(index=False):
        if question not in questions:
            raise InputError(f"{dialogue.name}_verbatim_map.csv: {question!r} is no question of this dialogue")
        thought = _Thought(questions[question], Statement(id, text, author))
        if found.setdefault(id, thought) != thought:
            raise InputError(f"{dialogue.name}_verbatim_map.csv: two texts have the Thought ID {id!r}")
    return found


def _votes(
    folder: Path, dialogue: Dialogue, thoughts: Mapping[str, _Thought], people: set[str], left_out: Counter[str]
) -> Iterator[Vote]:
    found: dict[tuple[str, str], Vote] = {}
    for person, word, (id,) in _rows(folder, dialogue, "binary", ("Thought ID",), _AGREE):
        if person not in people or id not in thoughts:
            left_out[f"votes: {'the text is' if person in people else 'the voter is'} not on record"] += 1
            continue
        question, said = thoughts[id].question, thoughts[id].statement
        if found.pop((person, id), None):
            left_out["votes: the same person voted again"] += 1
        found[person, id] = Vote(person, question, id, said.text, said.author, _AGREE[word])
    yield from found.values()


def _preferences(
    folder: Path, dialogue: Dialogue, thoughts: Mapping[str, _Thought], people: set[str], left_out: Counter[str]
) -> Iterator[Preference]:
    found: dict[tuple[str, frozenset[str]], Preference] = {}
    for person, word, (a, b) in _rows(folder, dialogue, "preference", ("Thought A ID", "Thought B ID"), _CHOICES):
        if person not in people or not {a, b} <= thoughts.keys():
            left_out[f"preferences: {'a text is' if person in people else 'the voter is'} not on record"] += 1
            continue
        if found.pop((person, frozenset((a, b))), None):
            left_out["preferences: the same person chose again"] += 1
        first, second = thoughts[a].statement, thoughts[b].statement
        found[person, frozenset((a, b))] = Preference(person, thoughts[a].question, first, second, _CHOICES[word])
    yield from found.values()


def _rows(
    folder: Path, dialogue: Dialogue, what: str, ids: tuple[str, ...], words: Mapping[str, object]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    table = dialogue_table(folder, dialogue, what, ("Participant ID", "Vote", *ids))
    for row, (person, word, *thoughts) in enumerate(table[["Participant ID", "Vote", *ids]].itertuples(index=False), 2):
        if word not in words:
            known = ", ".join(words)
            raise InputError(f"{dialogue.name}_{what}.csv, row {row}: the vote is {word!r}, none of {known}")
        yield person, word, tuple(thoughts)
