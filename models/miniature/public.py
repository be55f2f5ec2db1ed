"""The public of the small world: what its people say, how likely that is, and what a statement is worth to them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from ..synthetic.graded import Vector
from . import policy
from .payoffs import RATINGS, payoff, rating_chances
from .people import Person, person_of

Step = Literal["opinion", "critique"]


@dataclass(frozen=True, slots=True)
class MiniaturePublic:
    """People whose true policy is known exactly.

    Args:
        name: Another name derives other people.
    """

    name: str = "default"

    def person(self, persona: str) -> Person:
        """The person of this id: the same wherever it is asked for."""
        return person_of(self.name, persona)

    def stance(self, persona: str, question: str) -> float:
        """How far a person is for what a question (or its proposition) is about, in (−1, 1)."""
        return self.person(persona).stance(question, self.name)

    def log_likelihood(self, step: Step, text: str, persona: str, question: str, draft: str = "") -> float:
        """The exact natural log-likelihood of a text under the person's true policy.

        Any text of at least one word has a probability above 0 (see `mumble`); a text outside the language gets about
        −7 − 5.8 for each word. Words outside the vocabulary are not told apart.

        Args:
            step: What kind of text it is.
            text: What is said; spaces before and after say nothing.
            persona: The person's id.
            question: The question or its proposition.
            draft: For a critique, the statement it is about.

        Returns:
            At most 0, higher is more likely; −inf for an empty text only.
        """
        person, stance = self.person(persona), self.stance(persona, question)
        if step == "opinion":
            return policy.opinion_log_likelihood(person, stance, text)
        return policy.critique_log_likelihood(person, stance, draft, text)

    def sample(self, step: Step, seed: int, persona: str, question: str, draft: str = "") -> str:
        """A text drawn from the distribution whose logarithms `log_likelihood` gives; the same for the same seed."""
        person, stance, draw = self.person(persona), self.stance(persona, question), random.Random(seed)
        if step == "opinion":
            return policy.sample_opinion(person, stance, draw)
        return policy.sample_critique(person, stance, draft, draw)

    def position(self, persona: str, question: str, options: int = RATINGS) -> Vector:
        """P(each position on an agreement scale), strongest disagreement first."""
        return policy.position_chances(self.stance(persona, question), options)

    def rating(self, persona: str, question: str, statement: str, options: int = RATINGS) -> Vector:
        """P(each rating of a statement), from 1 up; a text that cannot be read stands at 0 and addresses no concern."""
        return rating_chances(self.person(persona), self.stance(persona, question), statement, options)

    def payoff(self, persona: str, question: str, statement: str) -> float:
        """The true expected agreement with a statement on the scale 1..7; higher is more agreement."""
        return payoff(self.person(persona), self.stance(persona, question), statement)
