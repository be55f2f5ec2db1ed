import random
from dataclasses import replace

import pytest

from minipublic.models.miniature import MiniaturePublic
from minipublic.models.miniature.grammar import write_statement
from minipublic.models.miniature.judge import prefer, prefer_statement, prefer_text
from minipublic.models.miniature.payoffs import payoff, rating_chances

PUBLIC = MiniaturePublic()
QUESTION = "Should we fund rural schools?"
PERSON = replace(PUBLIC.person("p1"), concern=3)


def statement(grade, *concerns):
    return write_statement(grade, concerns, random.Random(1))


def test_a_payoff_is_the_mean_of_the_ratings():
    chances = rating_chances(PERSON, 0.4, statement(6, 1))
    assert len(chances) == 7
    assert sum(chances) == pytest.approx(1)
    assert payoff(PERSON, 0.4, statement(6, 1)) == pytest.approx(sum(k * p for k, p in enumerate(chances, 1)))


def test_payoffs_fall_with_the_distance_and_rise_with_the_concern():
    by_grade = [payoff(PERSON, 0.0, statement(g)) for g in range(4, 9)]
    assert by_grade == sorted(by_grade, reverse=True)
    assert by_grade[0] - by_grade[-1] > 1
    assert payoff(PERSON, 0.0, statement(4, 3)) > payoff(PERSON, 0.0, statement(4, 2)) + 0.8
    assert payoff(PERSON, 0.0, statement(4, 2)) == payoff(PERSON, 0.0, statement(4))


def test_a_text_that_cannot_be_read_stands_at_0_without_a_concern():
    assert payoff(PERSON, 0.3, "Unreadable words.") == payoff(PERSON, 0.3, statement(4))


def test_the_judge_takes_the_first_of_equals_with_its_known_bias():
    assert prefer((2.0, 2.0), 4) == pytest.approx((0.55, 0.45))
    assert prefer((-float("inf"), -float("inf")), 4) == pytest.approx((0.55, 0.45))
    first, swapped = prefer((3.0, 2.0), 1), prefer((2.0, 3.0), 1)
    assert first[0] > first[1]
    assert first[0] - swapped[1] == pytest.approx(0.1)  # twice the bias
    assert prefer((50.0, 0.0), 1)[0] == pytest.approx(1.0)
    assert prefer((0.0, 50.0), 1)[0] == pytest.approx(0.1)


def test_the_judge_knows_the_person_and_the_group():
    draft = statement(8, 1)
    own = PUBLIC.sample("critique", 1, "p1", QUESTION, draft)
    assert prefer_text(PUBLIC, "critique", (own, "mm the the price."), "p1", QUESTION, draft)[0] > 0.95
    group = [f"p{k}" for k in range(4)]
    concerns = [PUBLIC.person(p).concern for p in group[:2]]
    good, bad = statement(4, *concerns), statement(4)
    first, second = prefer_statement(PUBLIC, (bad, good), group, QUESTION)
    assert first < 0.5 < second
