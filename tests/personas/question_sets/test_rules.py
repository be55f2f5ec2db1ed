"""Why a suggestion is left out."""

import pytest

from minipublic.personas.question_sets import REASONS, Rules
from minipublic.personas.question_sets.rules import Sieve

SEED = "Should the UK have a minimum wage?"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("We should tax wealth.", "not_a_question"),
        ("Here are some questions:", "not_a_question"),
        ("Should we tax wealth? Or income?", "several_questions"),
        ("Why tax?", "too_short"),
        (f"Should we {'really ' * 40}tax wealth?", "too_long"),
        ("Should we ban Dog Fights at night?", "blocked"),
        ("What should we do about wealth?", "no_proposition"),
        ("should the UK have a minimum wage?", "seed"),
        ("Should there be a minimum wage in the UK?", "near_duplicate"),
        ("Should we tax wealth?", None),
        ("Should we ban dogs at night?", None),
    ],
)
def test_reasons(question, reason):
    rejected = Sieve(Rules(blocked=("dog fights",)), [SEED]).rejects(question)
    assert (rejected and rejected.reason) == reason
    assert reason is None or reason in REASONS


def test_what_was_let_through_is_not_let_through_again():
    sieve = Sieve(Rules(), [SEED])
    assert sieve.rejects("Should we tax wealth?") is None
    again = sieve.rejects("should we tax WEALTH?")
    assert (again.reason, again.detail) == ("duplicate", "Should we tax wealth?")


def test_what_breaks_a_rule_is_not_remembered():
    sieve = Sieve(Rules(), [])
    assert sieve.rejects("What about wealth taxes?").reason == "no_proposition"
    assert sieve.rejects("What about wealth taxes?").reason == "no_proposition"


def test_rules_can_be_relaxed():
    loose = Sieve(Rules(proposition=False, similarity=1.1), [SEED])
    assert loose.rejects("What should we do about wealth?") is None
    assert loose.rejects("Should there be a minimum wage in the UK?") is None
