"""Training and validation votes: other people's, and, as asked, on other questions and other people's statements.

`split_votes` answers: how well does a payoff model do on people *and* questions it never saw? Few votes are left, since
in dialogues everybody votes on the same questions. `split_voters` answers: how well does it do on people it never saw,
where others' votes on the same questions are known? With `authors=False` even others' votes on the very same statements
are known, which is what a rate per statement needs to be a rival at all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ..persona import Persona
from ..population import Population
from .episodes import Episode, EpisodeSet
from .prompting import question_key
from .splits import SplitError, draw_people, draw_questions
from .votes import Preference, Vote, VoteSet

Apart = Literal["voters", "questions", "authors"]


@dataclass(frozen=True)
class VoteSplit:
    """Two sets of votes that share no voter.

    Args:
        train: What a payoff model is trained on; on record are its own people, on its own questions.
        validation: What it is measured on.
        dropped: Votes that are in neither, since part of them is on either side.
        apart: What the two sides share none of. `authors`: nobody who voted on one side wrote or voted on the other,
            so that no statement is on both sides either.

    Raises:
        SplitError: The two share what should be apart, or one has no votes.
    """

    train: VoteSet
    validation: VoteSet
    dropped: int = 0
    apart: tuple[Apart, ...] = ("voters",)

    def __post_init__(self) -> None:
        if not self.train.votes or not self.validation.votes:
            raise SplitError("one side of the split has no vote; ask for another share, or keep authors together")
        for what in self.apart:
            shared = sorted(_found(what, self.train) & _found(what, self.validation))
            if shared:
                raise SplitError(f"{what}: {shared[0]!r} is on both sides of the split ({len(shared)} are)")


def split_votes(
    votes: VoteSet,
    people: float | Collection[str] = 0.3,
    questions: float | Collection[str] = 0.4,
    seed: int = 0,
    by: str | None = None,
    authors: bool = True,
) -> VoteSplit:
    """Parts voters and questions each by themselves; a vote that crosses is dropped, counted.

    Questions on which nobody votes stay on record on both sides, for what they tell of the people.

    Args:
        votes: The votes.
        people: The share of people to validate on, in (0, 1), or their ids.
        questions: The share of questions to validate on, in (0, 1), or their texts.
        seed: The same seed parts in the same way.
        by: An attribute whose labels are parted alike (stratification); none by default.
        authors: Also drop votes on statements of people on the other side.

    Raises:
        SplitError: A side is empty, or nobody has the attribute.
    """
    draw = random.Random(seed)
    held = _people(votes.population, people, draw, by)
    asked = {question_key(q) for q in votes.questions}
    if isinstance(questions, (int, float)):
        held_questions = draw_questions(votes.questions, questions, draw)
    else:
        held_questions = {question_key(q) for q in questions}
    apart: tuple[Apart, ...] = ("voters", "questions", "authors") if authors else ("voters", "questions")
    return _split(votes, held, asked, held_questions, apart)


def split_voters(
    votes: VoteSet,
    people: float | Collection[str] = 0.3,
    seed: int = 0,
    by: str | None = None,
    authors: bool = False,
) -> VoteSplit:
    """Parts the voters; all questions are on both sides.

    Args:
        votes: The votes.
        people: The share of people to validate on, in (0, 1), or their ids.
        seed: The same seed parts in the same way.
        by: An attribute whose labels are parted alike (stratification); none by default.
        authors: Drop votes on statements of people on the other side, counted, so that the statements are others too.

    Raises:
        SplitError: A side is empty, or nobody has the attribute.
    """
    held = _people(votes.population, people, random.Random(seed), by)
    apart: tuple[Apart, ...] = ("voters", "authors") if authors else ("voters",)
    return _split(votes, held, set(), set(), apart)


def _people(population: Population, people: float | Collection[str], draw: random.Random, by: str | None) -> set[str]:
    if isinstance(people, (int, float)):
        return draw_people(population, people, draw, by)
    strangers = sorted(set(people) - {p.id for p in population})
    if strangers:
        raise SplitError(f"{strangers[0]!r} is nobody's id ({len(strangers)} are not)")
    return set(people)


def _split(
    votes: VoteSet, held: set[str], asked: set[str], held_questions: set[str], apart: tuple[Apart, ...]
) -> VoteSplit:
    def sides(row: Vote | Preference, authors: Iterable[str]) -> set[bool]:
        """On which sides a row's voter, question and authors are, as far as they have to be apart."""
        found = {row.persona in held}
        found |= {question_key(row.question) in held_questions} if "questions" in apart else set()
        return found | ({author in held for author in authors} if "authors" in apart else set())

    def side(which: bool) -> VoteSet:
        def recorded(question: str) -> bool:
            key = question_key(question)
            return "questions" not in apart or key not in asked or (key in held_questions) == which

        return votes.of(
            (v for v in votes.votes if sides(v, [v.author]) == {which}),
            (p for p in votes.preferences if sides(p, [p.first.author, p.second.author]) == {which}),
            _record(votes.episodes, lambda person: (person.id in held) == which, recorded),
        )

    train, validation = side(False), side(True)
    return VoteSplit(train, validation, len(votes) - len(train) - len(validation), apart)


def _record(episodes: EpisodeSet, stays: Callable[[Persona], bool], recorded: Callable[[str], bool]) -> EpisodeSet:
    """The record of the people who stay, on the questions that do; also people with nothing on record."""
    people = tuple(p for p in episodes.population if stays(p))
    ids = {p.id for p in people}
    kept: list[Episode] = []
    for episode in episodes.episodes:
        seats = tuple(s for s in episode.seats if s.persona in ids)
        if seats and recorded(episode.question):
            kept.append(replace(episode, seats=seats))
    return EpisodeSet(Population(people, episodes.population.attributes), tuple(kept))


def _found(what: Apart, votes: VoteSet) -> set[str]:
    if what == "questions":
        return {question_key(v.question) for v in votes.votes}
    voters = {v.persona for v in votes.votes}
    return voters | {v.author for v in votes.votes if v.author} if what == "authors" else voters
