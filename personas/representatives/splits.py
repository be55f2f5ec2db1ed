"""Training and validation without a person or a question in both."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ..population import Population
from .episodes import Episode, EpisodeSet
from .prompting import question_key


class SplitError(ValueError):
    """The episodes cannot be parted as asked, or were not."""


@dataclass(frozen=True)
class Split:
    """Two sets that share neither a person nor a question.

    Args:
        train: What a model is trained on.
        validation: What it is measured on.
        dropped: Seats that are in neither, since their person is on one side and their question on the other.

    Raises:
        SplitError: The two share a person or a question, or one is empty.
    """

    train: EpisodeSet
    validation: EpisodeSet
    dropped: int = 0

    def __post_init__(self) -> None:
        if not self.train.seats or not self.validation.seats:
            raise SplitError("one side of the split has no seat; ask for another share, or for more episodes")
        for what, keys in (("person", _people), ("question", _questions)):
            shared = sorted(keys(self.train) & keys(self.validation))
            if shared:
                raise SplitError(f"the {what} {shared[0]!r} is on both sides of the split ({len(shared)} are)")


def split_components(episodes: EpisodeSet, validation: float = 0.2, seed: int = 0) -> Split:
    """Parts the episodes so that everything that shares a person or a question stays together; nothing is dropped.

    Args:
        episodes: The episodes.
        validation: The share of episodes to validate on, in (0, 1); met as far as whole components allow.
        seed: The same seed parts in the same way.

    Raises:
        SplitError: Nearly everything hangs together.
    """
    _check_share(validation)
    components = _components(episodes)
    random.Random(seed).shuffle(components)
    wanted = validation * len(episodes)
    held: set[str] = set()
    for component in components:
        if len(held) + len(component) / 2 <= wanted:
            held |= set(component)
    if not wanted / 2 < len(held) < len(episodes):
        largest = max(map(len, components))
        raise SplitError(
            f"{largest} of {len(episodes)} episodes hang together by their people and questions, so that "
            f"{validation:.0%} cannot be set apart; use a block split, which drops the seats that cross"
        )
    train = episodes.of(e for e in episodes.episodes if e.id not in held)
    return Split(train, episodes.of(e for e in episodes.episodes if e.id in held))


def split_blocks(
    episodes: EpisodeSet, people: float = 0.3, questions: float = 0.4, seed: int = 0, by: str | None = None
) -> Split:
    """Parts people and questions each by themselves, keeps the two blocks on the diagonal and drops the rest, counted.

    Args:
        episodes: The episodes.
        people: The share of people to validate on, in (0, 1).
        questions: The share of questions to validate on, in (0, 1).
        seed: The same seed parts in the same way.
        by: An attribute whose labels are parted alike (stratification); none by default.

    Raises:
        SplitError: A side is empty, or nobody has the attribute.
    """
    draw = random.Random(seed)
    held_people = draw_people(episodes.population, people, draw, by)
    held_questions = draw_questions(episodes.questions, questions, draw)

    def side(held: bool) -> EpisodeSet:
        chosen = (e for e in episodes.episodes if (question_key(e.question) in held_questions) == held)
        return episodes.of(_seated(chosen, lambda p: (p in held_people) == held))

    train, validation = side(False), side(True)
    return Split(train, validation, episodes.seats - train.seats - validation.seats)


def draw_people(population: Population, share: float, draw: random.Random, by: str | None = None) -> set[str]:
    """Ids of a share of the people, of each stratum alike.

    Args:
        population: The people.
        share: In (0, 1).
        draw: Where the chance comes from.
        by: The attribute whose labels are the strata; one stratum by default.

    Raises:
        SplitError: The share is not between 0 and 1, or nobody has the attribute.
    """
    _check_share(share)
    strata: dict[str, list[str]] = {}
    for persona in population:
        strata.setdefault(persona.attributes.get(by, "") if by else "", []).append(persona.id)
    if by and list(strata) == [""]:
        raise SplitError(f"nobody has the attribute {by!r}")
    return {p for ids in strata.values() for p in draw.sample(ids, round(share * len(ids)))}


def draw_questions(questions: Iterable[str], share: float, draw: random.Random) -> set[str]:
    """The keys (`question_key`) of a share of the questions, at least one.

    Raises:
        SplitError: The share is not between 0 and 1.
    """
    _check_share(share)
    keys = list(dict.fromkeys(question_key(q) for q in questions))
    return set(draw.sample(keys, max(1, round(share * len(keys)))))


def _seated(episodes: Iterable[Episode], stays: Callable[[str], bool]) -> Iterable[Episode]:
    for episode in episodes:
        seats = tuple(s for s in episode.seats if stays(s.persona))
        if seats:
            yield replace(episode, seats=seats)


def _components(episodes: EpisodeSet) -> list[list[str]]:
    """Ids of the episodes that hang together by people and questions, in order of appearance."""
    root: dict[str, str] = {}

    def find(key: str) -> str:
        while root.setdefault(key, key) != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for e in episodes.episodes:
        for key in (f"q {question_key(e.question)}", *(f"p {s.persona}" for s in e.seats)):
            root[find(key)] = find(f"e {e.id}")
    found: dict[str, list[str]] = {}
    for e in episodes.episodes:
        found.setdefault(find(f"e {e.id}"), []).append(e.id)
    return list(found.values())


def _people(episodes: EpisodeSet) -> set[str]:
    return {s.persona for e in episodes.episodes for s in e.seats}


def _questions(episodes: EpisodeSet) -> set[str]:
    return {question_key(q) for q in episodes.questions}


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise SplitError(f"a share to validate on lies between 0 and 1, and {share} does not")
