"""Payoff cases: a person, a statement, and what is known of the person that a payoff may rest on; and what they really said."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ....models.templates import PromptBook
from ...persona import Attribute, Persona
from ..episodes import EpisodeSet
from ..prompting import Rendering, question_key, render_person
from ..variant import Variant
from ..votes import VoteSet

OWN_STATEMENT = "the statement is the person's own"


class PayoffError(ValueError):
    """Payoffs cannot be learned from, or computed for, what was given."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What payoffs are measured on.

    Args:
        lowest: No agreement at all.
        highest: Full agreement.
        unit: In words, for tables and axes.
    """

    lowest: float
    highest: float
    unit: str

    def share(self, value: float) -> float:
        """Where a value lies between lowest (0) and highest (1)."""
        return (value - self.lowest) / (self.highest - self.lowest)

    def value(self, share: float) -> float:
        """The value at a share between lowest (0) and highest (1)."""
        return self.lowest + share * (self.highest - self.lowest)


VOTES = Scale(0.0, 1.0, "chance of agreement")


def rating_scale(lowest: float = 1.0, highest: float = 7.0) -> Scale:
    """A scale of ratings, 1 to 7 by default."""
    return Scale(lowest, highest, f"points of a scale from {lowest:g} to {highest:g}")


@dataclass(frozen=True, slots=True)
class PayoffCase:
    """How far does this person agree with this statement?

    Args:
        persona: The person; their past says nothing of this question.
        question: What the statement answers.
        opinion: What the person wrote on the question; None is not on record.
        statement: What is judged.
        group: A label of the person, such as the party, or of the row, such as its cluster; no model is told it.
    """

    persona: Persona
    question: str
    opinion: str | None
    statement: str
    group: str = ""

    @property
    def own(self) -> bool:
        """Whether the statement is what the person wrote, whatever its capitals, spaces and marks."""
        return bool(self.opinion) and question_key(self.opinion or "") == question_key(self.statement)


@dataclass(frozen=True)
class PayoffSet:
    """Cases and what the people really said.

    Args:
        cases: The cases.
        outcomes: One for each, on the scale; higher is more agreement.
        statements: For each the name of its statement, the same for equal statements.
        scale: Of the outcomes.
        attributes: Which traits there are, in order.
        left_out: How many rows of the source are no cases, by reason.

    Raises:
        PayoffError: There are not as many of each, or an outcome lies outside of the scale.
    """

    cases: tuple[PayoffCase, ...]
    outcomes: tuple[float, ...]
    statements: tuple[str, ...]
    scale: Scale
    attributes: tuple[Attribute, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.cases) == len(self.outcomes) == len(self.statements):
            raise PayoffError("give an outcome and the name of a statement for each case")
        for case, outcome in zip(self.cases, self.outcomes, strict=True):
            if not self.scale.lowest <= outcome <= self.scale.highest:
                raise PayoffError(
                    f"{case.persona.id!r} gives {outcome:g}, which is not on the scale from {self.scale.lowest:g} to "
                    f"{self.scale.highest:g}; name the scale of these ratings"
                )

    def __len__(self) -> int:
        return len(self.cases)

    @property
    def people(self) -> tuple[str, ...]:
        """Whose outcome each is."""
        return tuple(case.persona.id for case in self.cases)

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each case."""
        return tuple(case.group for case in self.cases)

    @property
    def targets(self) -> tuple[float, ...]:
        """The outcomes as shares of the scale, 0 to 1."""
        return tuple(self.scale.share(outcome) for outcome in self.outcomes)

    def data_hash(self) -> str:
        """SHA-256 over everything that is known of the cases, and the outcomes, in order."""
        whole = hashlib.sha256()
        for case, outcome in zip(self.cases, self.outcomes, strict=True):
            past = [[p.question, p.position, p.opinion, p.critique] for p in case.persona.past]
            told = [case.persona.id, sorted(case.persona.attributes.items()), past]
            row = [*told, case.question, case.opinion, case.statement, outcome]
            whole.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        return whole.hexdigest()


def vote_cases(votes: VoteSet, group: str = "party") -> PayoffSet:
    """A case for each vote: 1 for agreement, 0 for disagreement. Votes on one's own statement are left out, counted.

    Args:
        votes: The votes; a voter's past is what these have on record on other questions.
        group: The attribute that names the voter's group; voters without it have the group "".
    """
    left_out: Counter[str] = Counter()
    rows: list[tuple[PayoffCase, float, str]] = []
    people = {(v.persona, v.question): votes.persona(v.persona, but=v.question) for v in votes.votes}
    for v in votes.votes:
        person = people[v.persona, v.question]
        label = person.attributes.get(group, "")
        case = PayoffCase(person, v.question, votes.opinion(v.persona, v.question), v.statement, label)
        if v.author == v.persona or case.own:
            left_out[OWN_STATEMENT] += 1
        else:
            rows.append((case, float(v.agree), v.statement_id))
    return _payoff_set(rows, VOTES, votes.population.attributes, left_out)


def rating_cases(
    episodes: EpisodeSet,
    scale: Scale | None = None,
    statements: Sequence[str] = ("draft", "revised"),
    group: str | None = None,
) -> PayoffSet:
    """A case for each rating on record of a group's statement.

    Args:
        episodes: The episodes; a person's past is taken from the others of these.
        scale: Of the ratings; 1 to 7 by default.
        statements: Which of the statements.
        group: The attribute that names the person's group; by default the group is the session.

    Raises:
        PayoffError: A rating lies outside of the scale.
    """
    left_out: Counter[str] = Counter()
    rows = list(_rated(episodes, statements, group, left_out))
    return _payoff_set(rows, scale or rating_scale(), episodes.population.attributes, left_out)


def _rated(
    episodes: EpisodeSet, statements: Sequence[str], group: str | None, left_out: Counter[str]
) -> Iterator[tuple[PayoffCase, float, str]]:
    for episode in episodes.episodes:
        texts = {"draft": episode.draft, "revised": episode.revised}
        for seat in episode.seats:
            person = episodes.persona(seat.persona, but=episode)
            label = person.attributes.get(group, "") if group else episode.session
            for name in (name for name in statements if name in seat.ratings):
                text = texts.get(name)
                case = PayoffCase(person, episode.question, seat.opinion, text or "", label)
                if not text or case.own:
                    left_out[OWN_STATEMENT if text else "the statement that was rated is not on record"] += 1
                else:
                    yield case, seat.ratings[name], f"{episode.id} {name}"


def _payoff_set(
    rows: Sequence[tuple[PayoffCase, float, str]],
    scale: Scale,
    attributes: tuple[Attribute, ...],
    left_out: Mapping[str, int],
) -> PayoffSet:
    cases, outcomes, statements = zip(*rows, strict=True) if rows else ((), (), ())
    return PayoffSet(cases, outcomes, statements, scale, attributes, dict(left_out))


def render_payoff(
    case: PayoffCase, variant: Variant, prompts: PromptBook, attributes: Sequence[Attribute] = ()
) -> Rendering:
    """What a payoff model reads: question, the person's own answer, the variant's sections, the statement, a cue.

    Args:
        case: The case.
        variant: What is told of the person.
        prompts: The prompt texts.
        attributes: Which traits D shows, in which order; all of the persona's by default.
    """
    told = render_person(case.persona, variant, prompts, question=case.question, attributes=attributes)
    parts = [
        prompts.fill("payoff_question", question=case.question),
        *([prompts.fill("payoff_opinion", opinion=case.opinion)] if case.opinion else []),
        *([told.text] if told.text else []),
        prompts.fill("payoff_statement", statement=case.statement),
        prompts.fill("payoff_cue"),
    ]
    return Rendering("\n\n".join(parts), told.used, told.left_out)
