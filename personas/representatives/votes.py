"""Votes of people on each other's statements: what payoff models learn from and are measured on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from ..persona import Persona
from ..population import Population
from .episodes import EpisodeSet
from .prompting import question_key

Choice = Literal["first", "second", "both", "neither", "similar", "unsure"]


class VoteError(ValueError):
    """Votes are not what they should be."""


@dataclass(frozen=True, slots=True)
class Vote:
    """Whether one person agreed with what another wrote.

    Args:
        persona: The voter's id.
        question: What the statement answers.
        statement_id: Unique for its text.
        statement: The text voted on.
        author: The id of who wrote it; "" where that is not on record.
        agree: True for agreement.
    """

    persona: str
    question: str
    statement_id: str
    statement: str
    author: str
    agree: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person wrote; `author` is "" where that is not on record."""

    id: str
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Which of two statements a person preferred.

    Args:
        persona: The voter's id.
        question: What both statements answer.
        first: The statement shown first.
        second: The statement shown second.
        choice: The statement preferred, or why none was: agrees with `both`, with `neither`, finds them `similar`, or
            is `unsure`.
    """

    persona: str
    question: str
    first: Statement
    second: Statement
    choice: Choice


@dataclass(frozen=True)
class VoteSet:
    """Votes, and what is on record of the voters.

    Args:
        episodes: Who the voters are, and what they wrote on each question; everybody who votes is in its population.
        votes: At most one of a person on a statement.
        preferences: Pairwise preferences of the same people.
        left_out: How many votes of the source are not here, by reason.

    Raises:
        VoteError: A voter is not in the population, somebody votes twice on a statement, or a statement's id stands
            for two texts.
    """

    episodes: EpisodeSet
    votes: tuple[Vote, ...]
    preferences: tuple[Preference, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {p.id for p in self.population}
        seen: set[tuple[str, str]] = set()
        for vote in self.votes:
            if vote.persona not in known:
                raise VoteError(f"the voter {vote.persona!r} is not in the population")
            if (vote.persona, vote.statement_id) in seen:
                raise VoteError(f"{vote.persona!r} votes twice on the statement {vote.statement_id!r}")
            seen.add((vote.persona, vote.statement_id))
            if self.statements[vote.statement_id] != vote.statement:
                raise VoteError(f"the statement {vote.statement_id!r} stands for two texts")

    def __len__(self) -> int:
        return len(self.votes)

    @property
    def population(self) -> Population:
        """Everybody on record, voters or not."""
        return self.episodes.population

    @cached_property
    def statements(self) -> dict[str, str]:
        """The text of every statement voted on, by id."""
        return {v.statement_id: v.statement for v in reversed(self.votes)}

    @cached_property
    def voters(self) -> tuple[str, ...]:
        """Who voted, in order of appearance."""
        return tuple(dict.fromkeys(v.persona for v in self.votes))

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Every question voted on once, in order of appearance."""
        return tuple(dict.fromkeys(v.question for v in self.votes))

    @cached_property
    def _opinions(self) -> dict[tuple[str, str], str]:
        return {
            (seat.persona, question_key(e.question)): seat.opinion
            for e in self.episodes.episodes
            for seat in e.seats
            if seat.opinion
        }

    def opinion(self, persona: str, question: str) -> str | None:
        """What a person wrote on a question; None is not on record."""
        return self._opinions.get((persona, question_key(question)))

    def persona(self, id: str, but: str | None = None) -> Persona:
        """A person with what they wrote on all questions but one, as `past`.

        Args:
            id: The person's.
            but: The question that is left out: the one they vote on.

        Raises:
            EpisodeError: Nobody has this id.
        """
        person = self.episodes.persona(id)
        key = None if but is None else question_key(but)
        return replace(person, past=tuple(p for p in person.past if question_key(p.question) != key))

    def of(
        self, votes: Iterable[Vote], preferences: Iterable[Preference] = (), episodes: EpisodeSet | None = None
    ) -> VoteSet:
        """A set of these votes and preferences.

        Args:
            votes: Some of this set's.
            preferences: Some of this set's.
            episodes: What is on record of the people; all of this set's by default.
        """
        return VoteSet(episodes or self.episodes, tuple(votes), tuple(preferences))
