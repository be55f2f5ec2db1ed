"""Episodes of deliberation on record, real or simulated, and what each person said in the others.

A file of episodes is JSONL, one episode a line:

    {"episode": "s1-q1", "session": "s1", "question": "…?", "proposition": "…", "draft": "…", "revised": "…",
     "seats": [{"participant": "p1", "demographics": {"age": "50-59"}, "position": "agree", "opinion": "…",
                "critique": "…", "ratings": {"draft": 5, "revised": 6}}]}

What is not on record is null or left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..persona import Past, Persona
from ..population import Population


class EpisodeError(ValueError):
    """Episodes are not what they should be."""


@dataclass(frozen=True, slots=True)
class SeatWords:
    """What one person contributed to an episode; None is not on record.

    Args:
        persona: The person's id.
        position: How far the person agreed with the proposition beforehand, as the scale's label.
        opinion: What the person wrote about the question.
        critique: What the person wrote about the draft.
        ratings: Agreement with statements by name (`draft`, `revised`), on the source's scale; higher is more.
    """

    persona: str
    position: str | None = None
    opinion: str | None = None
    critique: str | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Episode:
    """One deliberation of a group about one question.

    Args:
        id: Unique in its set.
        session: The same for all episodes of one group.
        question: What was discussed.
        proposition: Its declarative form; "" where there is none.
        draft: The mediator's first statement.
        revised: The statement after the critiques.
        seats: One for each participant.
    """

    id: str
    session: str
    question: str
    proposition: str = ""
    draft: str | None = None
    revised: str | None = None
    seats: tuple[SeatWords, ...] = ()


@dataclass(frozen=True)
class EpisodeSet:
    """Episodes in order, and the people in them.

    Args:
        population: Everybody who sits in an episode; demographics are attributes.
        episodes: Ids are unique.

    Raises:
        EpisodeError: An id occurs twice, a person is not in the population, or sits twice in one episode.
    """

    population: Population
    episodes: tuple[Episode, ...]

    def __post_init__(self) -> None:
        known = self._by_id.keys()
        seen: set[str] = set()
        for episode in self.episodes:
            if episode.id in seen:
                raise EpisodeError(f"two episodes share the id {episode.id!r}")
            seen.add(episode.id)
            seated = [seat.persona for seat in episode.seats]
            strangers = [p for p in seated if p not in known]
            if strangers or len(set(seated)) < len(seated):
                what = f"{strangers[0]!r} is not in the population" if strangers else "somebody sits twice"
                raise EpisodeError(f"episode {episode.id!r}: {what}")

    def __len__(self) -> int:
        return len(self.episodes)

    @cached_property
    def _by_id(self) -> dict[str, Persona]:
        return {p.id: p for p in self.population}

    @cached_property
    def _said(self) -> dict[str, list[tuple[str, Past]]]:
        said: dict[str, list[tuple[str, Past]]] = {}
        for episode in self.episodes:
            for seat in episode.seats:
                words = Past(episode.question, seat.position or "", seat.opinion or "", seat.critique or "")
                said.setdefault(seat.persona, []).append((episode.id, words))
        return said

    @property
    def questions(self) -> tuple[str, ...]:
        """Every question once, in order of appearance."""
        return tuple(dict.fromkeys(e.question for e in self.episodes))

    @property
    def seats(self) -> int:
        """How many seats all episodes have together."""
        return sum(len(e.seats) for e in self.episodes)

    def persona(self, id: str, but: Episode | None = None) -> Persona:
        """A person with what they said in all episodes of this set but one, as `past`.

        Raises:
            EpisodeError: Nobody has this id.
        """
        if id not in self._by_id:
            raise EpisodeError(f"{id!r} is not in the population")
        left_out = but.id if but else None
        past = tuple(words for episode, words in self._said.get(id, []) if episode != left_out)
        return replace(self._by_id[id], past=past)

    def of(self, episodes: Iterable[Episode]) -> EpisodeSet:
        """A set of these episodes and the people in them."""
        chosen = tuple(episodes)
        seated = {seat.persona for e in chosen for seat in e.seats}
        people = tuple(p for p in self.population if p.id in seated)
        return EpisodeSet(Population(people, self.population.attributes), chosen)


def load_episodes(path: Path | str) -> EpisodeSet:
    """Reads a JSONL file of episodes.

    Raises:
        EpisodeError: The file is missing or half-written, or a line lacks something or contradicts another.
    """
    path = Path(path)
    if not path.is_file():
        raise EpisodeError(f"{path}: no such file; episodes are kept as JSONL, one a line")
    people: dict[str, Persona] = {}
    episodes = []
    with path.open(encoding="utf-8") as lines:
        for k, line in enumerate(lines, start=1):
            if line.strip():
                episodes.append(_read(line, f"{path}:{k}", people))
    try:
        return EpisodeSet(Population(tuple(people.values())), tuple(episodes))
    except EpisodeError as error:
        raise EpisodeError(f"{path}: {error}") from error


def save_episodes(episodes: EpisodeSet, path: Path | str) -> None:
    """Writes a JSONL file that `load_episodes` reads back."""
    Path(path).write_text("".join(episode_lines(episodes)), encoding="utf-8")


def episode_lines(episodes: EpisodeSet) -> Iterator[str]:
    """The lines of the file that `save_episodes` writes."""
    return (json.dumps(_as_row(e, episodes), ensure_ascii=False) + "\n" for e in episodes.episodes)


def _read(line: str, where: str, people: dict[str, Persona]) -> Episode:
    try:
        row = json.loads(line)
        seats = tuple(_seat(seat, people) for seat in row["seats"])
        texts = {key: _said(row.get(key), key) for key in ("draft", "revised")}
        return Episode(
            id=str(row["episode"]),
            session=str(row.get("session") or row["episode"]),
            question=_text(row["question"]),
            proposition=_readable(row.get("proposition") or "", "proposition"),
            **texts,
            seats=seats,
        )
    except KeyError as error:
        raise EpisodeError(f"{where}: the key {error} is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise EpisodeError(f"{where}: not an episode ({error}); is the file complete?") from error


def _seat(row: Mapping[str, Any], people: dict[str, Persona]) -> SeatWords:
    id = str(row["participant"])
    traits = {str(k): str(v) for k, v in (row.get("demographics") or {}).items() if v is not None}
    if people.setdefault(id, Persona(id, traits)).attributes != traits:
        raise ValueError(f"participant {id!r} has other demographics than on an earlier line")
    ratings = {str(k): float(v) for k, v in (row.get("ratings") or {}).items() if v is not None}
    position, opinion, critique = (_said(row.get(key), key) for key in ("position", "opinion", "critique"))
    return SeatWords(id, position, opinion, critique, ratings)


def _said(value: Any, key: str) -> str | None:
    # Blanks around a text are no words: with them, a prompt would differ from the one that a deliberation writes.
    return (_readable(value, key) if value is not None else "").strip() or None


def _readable(value: Any, key: str) -> str:
    if not isinstance(value, str):
        label = ", such as the scale's label" if key == "position" else ""
        raise ValueError(f"{key} is {value!r}, which is no text; write a text{label}, or null")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"{key} has half of a surrogate pair, which is no letter; take it out")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"the question is {value!r}, which is no text")
    return _readable(value, "question").strip()


def _as_row(episode: Episode, episodes: EpisodeSet) -> dict[str, Any]:
    head = {"episode": episode.id, "session": episode.session, "question": episode.question}
    texts = {"proposition": episode.proposition, "draft": episode.draft, "revised": episode.revised}
    seats = [
        {
            "participant": seat.persona,
            "demographics": dict(episodes.persona(seat.persona).attributes),
            "position": seat.position,
            "opinion": seat.opinion,
            "critique": seat.critique,
            "ratings": dict(seat.ratings),
        }
        for seat in episode.seats
    ]
    return {**head, **texts, "seats": seats}
