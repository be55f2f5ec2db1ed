"""What an ideal reader knows of a person after reading, and how likely it finds the person's critique.

The best that any representative can do with given sections of a prompt: Bayes' rule over prime concern and critique
habit, and over the stance after the opinion on the question at hand. Openings tell of the habit alone and remarks of the
concern alone, so the two stay independent. The expected log-likelihood of the true policy is the ceiling; the ideal
reader's, with base knowledge, with O, C, D or all, says how much each section can help.

What other opinions and demographics tell of the stance, beyond the opinion on the question itself, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

from ..synthetic.graded import Vector
from . import policy
from .grammar import CRITIQUE, read_critique, read_opinion, statement_stance
from .people import DEMOGRAPHICS, label_chance, stance_at
from .words import CONCERNS, CRITIQUE_OPENINGS

# Leanings are standard normal; the integral over them is a sum over so many equally likely ones.
_GRID = 400


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a person.

    Args:
        concern: P(prime concern), over `words.CONCERNS`.
        habit: P(critique habit), over `words.CRITIQUE_OPENINGS`.
    """

    concern: Vector = (1 / len(CONCERNS),) * len(CONCERNS)
    habit: Vector = (1 / len(CRITIQUE_OPENINGS),) * len(CRITIQUE_OPENINGS)

    def after_demographics(self, labels: Mapping[str, str]) -> Knowledge:
        """After the profile (D); names and labels that are none of this world's say nothing."""
        known = {name: label for name, label in labels.items() if label in DEMOGRAPHICS.get(name, ())}
        concern = self.concern
        for name, label in known.items():
            concern = _times(concern, [label_chance(name, label, c) for c in range(len(CONCERNS))])
        return replace(self, concern=concern)

    def after_opinions(self, opinions: Iterable[str]) -> Knowledge:
        """After opinions on any questions (base's own, and O)."""
        concern = self.concern
        for said in filter(None, map(read_opinion, opinions)):
            named = 0 if said.concern is None else 1 + said.concern
            concern = _times(concern, [policy.reason_chances(c)[named] for c in range(len(CONCERNS))])
        return replace(self, concern=concern)

    def after_critiques(self, critiques: Iterable[tuple[str, str]]) -> Knowledge:
        """After critiques of other drafts (C): pairs of a critique and the draft it is about.

        The draft matters little: whether a concern is asked for or praised, it was named all the same.
        """
        concern, habit = self.concern, self.habit
        for text, draft in critiques:
            said, meanings = read_critique(text), CRITIQUE.read(text)
            if said is None or meanings is None:
                continue
            _, addressed = statement_stance(draft)
            remarks = [policy.remark_chances(c, addressed)[meanings[2]] for c in range(len(CONCERNS))]
            concern = _times(concern, remarks) if any(remarks) else concern
            habit = _times(habit, [_opening_chances(h)[said.opening] for h in range(len(CRITIQUE_OPENINGS))])
        return replace(self, concern=concern, habit=habit)

    def critique_log_likelihood(self, text: str, draft: str, reactions: Sequence[float]) -> float:
        """The ideal reader's log-likelihood of a critique, in nats; at most the true policy's in expectation.

        Args:
            text: The critique.
            draft: What it is about.
            reactions: P(each reaction), from `policy.reaction_chances` where the stance is known, else from
                `reactions_after_opinion`.
        """
        _, addressed = statement_stance(draft)
        openings = _mixed(self.habit, [_opening_chances(h) for h in range(len(CRITIQUE_OPENINGS))])
        remarks = _mixed(self.concern, [policy.remark_chances(c, addressed) for c in range(len(CONCERNS))])
        return policy.said_log_likelihood(CRITIQUE, (openings, reactions, remarks), text)


def reactions_after_opinion(opinion: str, draft: str) -> Vector:
    """P(each reaction to a draft) given the person's own opinion on the question, the stance integrated out."""
    said = read_opinion(opinion)
    return _reactions(None if said is None else said.grade, statement_stance(draft)[0])


@lru_cache(maxsize=256)
def _reactions(grade: int | None, drafted: float) -> Vector:
    stances = [stance_at(NormalDist().inv_cdf((k + 0.5) / _GRID)) for k in range(_GRID)]
    likely = [1.0 if grade is None else policy.grade_chances(s)[grade] for s in stances]
    return _mixed([p / sum(likely) for p in likely], [policy.reaction_chances(s - drafted) for s in stances])


def _opening_chances(habit: int) -> Vector:
    return policy.favouring(habit, policy.CRITIQUE_HABIT, len(CRITIQUE_OPENINGS))


def _times(prior: Sequence[float], likelihood: Sequence[float]) -> Vector:
    joint = [p * q for p, q in zip(prior, likelihood, strict=True)]
    return tuple(p / sum(joint) for p in joint)


def _mixed(weights: Sequence[float], chances: Sequence[Sequence[float]]) -> Vector:
    return tuple(sum(w * p for w, p in zip(weights, column, strict=True)) for column in zip(*chances, strict=True))
