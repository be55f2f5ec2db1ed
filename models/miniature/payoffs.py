"""What a statement is worth to a person: its agreement on a scale of 1 to K, exactly."""

from __future__ import annotations

from ..synthetic.graded import Vector, even_thresholds, graded_probabilities
from .grammar import statement_stance
from .people import Person

RATINGS = 7
# Logits of agreement with a statement at one's own stance that leaves the prime concern out, how many are lost for each
# unit of distance, and how many are won where the prime concern is addressed. Even thresholds cut [−reach, reach].
AT_ONE_MIND, PER_DISTANCE, CONCERN_ADDRESSED, RATING_REACH = 1.0, 3.0, 1.8, 3.0


def rating_chances(person: Person, stance: float, statement: str, options: int = RATINGS) -> Vector:
    """P(each rating from 1 to K); a text that cannot be read stands at 0 and addresses no concern.

    Args:
        person: Who rates.
        stance: The person's, on the question.
        statement: What is rated.
        options: K.
    """
    stated, addressed = statement_stance(statement)
    latent = AT_ONE_MIND - PER_DISTANCE * abs(stance - stated) + CONCERN_ADDRESSED * (person.concern in addressed)
    return graded_probabilities(latent, even_thresholds(options, RATING_REACH))


def payoff(person: Person, stance: float, statement: str) -> float:
    """The expected rating on the scale 1..7; higher is more agreement."""
    return sum(rating * p for rating, p in enumerate(rating_chances(person, stance, statement), start=1))
