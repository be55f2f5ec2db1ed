"""How people talk: the exact probability of every opinion and critique, and draws from it.

Everything a person says follows from its stance on the question, its prime concern and its habits. The slots of a text
are independent of each other given these, so that a text's probability is a product (see `forms`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from ..synthetic.graded import Vector, graded_probabilities
from . import mumble
from .forms import Form
from .grammar import CRITIQUE, OPINION, statement_stance
from .people import Person
from .words import CONCERNS, CRITIQUE_OPENINGS, OPINION_OPENINGS

# How often a habit of speech shows; otherwise any other opening, all alike.
OPINION_HABIT, CRITIQUE_HABIT = 0.8, 0.85
# How often nothing is named, and how often what is named is the prime concern; otherwise any other, all alike.
NO_REASON, PRIME_REASON = 0.1, 0.65
NO_REMARK, PRIME_REMARK = 0.05, 0.75
# An opinion's grade and a critique's reaction are graded responses: thresholds on the stance and on the gap between own
# stance and the draft's, each blurred by a logistic error of scale 1 / precision.
GRADE_THRESHOLDS, GRADE_PRECISION = (-0.6, -0.2, 0.2, 0.6), 16.0
REACTION_THRESHOLDS, REACTION_PRECISION = (-0.8, -0.25, 0.25, 0.8), 16.0
# The latent value of a position on the agreement scale is this many logits times the stance.
POSITION_LOGITS = 6.0

Chances = tuple[Sequence[float], ...]


def favouring(favourite: int, share: float, n: int) -> Vector:
    """Probabilities of n things, of which one has this share and the others alike the rest."""
    return tuple(share if k == favourite else (1 - share) / (n - 1) for k in range(n))


def grade_chances(stance: float) -> Vector:
    """P(opinion's grade given the stance), from fully against to fully for."""
    return _graded(stance, GRADE_THRESHOLDS, GRADE_PRECISION)


def reaction_chances(gap: float) -> Vector:
    """P(reaction given own stance minus the draft's), from "far too keen" to "far too wary"."""
    return _graded(gap, REACTION_THRESHOLDS, REACTION_PRECISION)


def reason_chances(concern: int) -> Vector:
    """P(reason given the prime concern): no reason, then each concern."""
    return (NO_REASON, *((1 - NO_REASON) * p for p in favouring(concern, PRIME_REASON, len(CONCERNS))))


def remark_chances(concern: int, addressed: Sequence[int]) -> Vector:
    """P(remark given the prime concern and what the draft addresses): none, then asking for each, then praising each."""
    named = [(1 - NO_REMARK) * p for p in favouring(concern, PRIME_REMARK, len(CONCERNS))]
    asks = [0.0 if k in addressed else p for k, p in enumerate(named)]
    return (NO_REMARK, *asks, *(p - ask for p, ask in zip(named, asks, strict=True)))


def opinion_chances(person: Person, stance: float) -> Chances:
    """The chances of each slot of an opinion."""
    opening = favouring(person.opinion_habit, OPINION_HABIT, len(OPINION_OPENINGS))
    return opening, grade_chances(stance), reason_chances(person.concern)


def critique_chances(person: Person, stance: float, draft: str) -> Chances:
    """The chances of each slot of a critique; a draft that cannot be read stands at 0 and addresses nothing."""
    drafted, addressed = statement_stance(draft)
    opening = favouring(person.critique_habit, CRITIQUE_HABIT, len(CRITIQUE_OPENINGS))
    return opening, reaction_chances(stance - drafted), remark_chances(person.concern, addressed)


def opinion_log_likelihood(person: Person, stance: float, text: str) -> float:
    """The exact log P(opinion given the person and its stance), in nats; at most 0, −inf for an empty text only."""
    return said_log_likelihood(OPINION, opinion_chances(person, stance), text)


def critique_log_likelihood(person: Person, stance: float, draft: str, text: str) -> float:
    """The exact log P(critique given the person, its stance and the draft), in nats; as `opinion_log_likelihood`."""
    return said_log_likelihood(CRITIQUE, critique_chances(person, stance, draft), text)


def sample_opinion(person: Person, stance: float, draw: random.Random) -> str:
    """An opinion, drawn from the distribution that `opinion_log_likelihood` gives."""
    return _sample(OPINION, opinion_chances(person, stance), draw)


def sample_critique(person: Person, stance: float, draft: str, draw: random.Random) -> str:
    """A critique of a draft, drawn from the distribution that `critique_log_likelihood` gives."""
    return _sample(CRITIQUE, critique_chances(person, stance, draft), draw)


def position_chances(stance: float, options: int) -> Vector:
    """P(position on an agreement scale of so many points), strongest disagreement first."""
    thresholds = [POSITION_LOGITS * (2 * k / options - 1) for k in range(1, options)]
    return graded_probabilities(POSITION_LOGITS * stance, thresholds)


def said_log_likelihood(form: Form, chances: Chances, text: str) -> float:
    """The log-probability of a text that is said by a form's chances, or mumbled."""
    said = math.log1p(-mumble.EPSILON) + form.log_probability(text, chances)
    mumbled = math.log(mumble.EPSILON) + mumble.log_probability(text)
    high, low = max(said, mumbled), min(said, mumbled)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


def _sample(form: Form, chances: Chances, draw: random.Random) -> str:
    return mumble.sample(draw) if draw.random() < mumble.EPSILON else form.sample(chances, draw)


def _graded(value: float, thresholds: Sequence[float], precision: float) -> Vector:
    return graded_probabilities(precision * value, [precision * t for t in thresholds])
