from collections import Counter

import pytest

from minipublic.models.miniature.people import DEMOGRAPHICS, label_chance, person_of, stance_at
from minipublic.models.miniature.words import CONCERNS

PEOPLE = [person_of("default", f"x{k}") for k in range(6000)]


def test_a_person_is_the_same_everywhere_and_another_in_another_public():
    person_of.cache_clear()
    assert person_of("default", "x1") == PEOPLE[1]
    assert person_of("other", "x1").attitude != PEOPLE[1].attitude
    # Held fast: records of earlier studies must stay the records of the same people.
    assert (PEOPLE[0].concern, PEOPLE[0].opinion_habit, PEOPLE[0].critique_habit) == (0, 3, 1)
    labels = ("Man", "60-69", "East", "Order", "University", "City")
    assert dict(PEOPLE[0].demographics) == dict(zip(DEMOGRAPHICS, labels, strict=True))


def test_concerns_and_habits_are_even():
    for what, n in (("concern", 8), ("critique_habit", 5), ("opinion_habit", 4)):
        counts = Counter(getattr(p, what) for p in PEOPLE)
        assert set(counts) == set(range(n))
        assert all(abs(c / 6000 - 1 / n) < 0.025 for c in counts.values())


def test_attitudes_are_standard_normal():
    for d in (0, 1):
        values = [p.attitude[d] for p in PEOPLE]
        assert abs(sum(values) / 6000) < 0.05
        assert abs(sum(v * v for v in values) / 6000 - 1) < 0.06


def test_party_goes_with_the_attitude_and_age_with_the_concern():
    left = [p.attitude[0] for p in PEOPLE if p.demographics["party"] == "Left"]
    right = [p.attitude[0] for p in PEOPLE if p.demographics["party"] == "Right"]
    assert sum(left) / len(left) < -0.8 < 0.8 < sum(right) / len(right)
    assert set(Counter(p.demographics["party"] for p in PEOPLE)) == set(DEMOGRAPHICS["party"])


@pytest.mark.parametrize("name", ["age", "region", "home", "gender"])
def test_labels_are_as_often_as_their_chance_says(name):
    for concern in range(len(CONCERNS)):
        those = [p for p in PEOPLE if p.concern == concern]
        assert sum(label_chance(name, label, concern) for label in DEMOGRAPHICS[name]) == pytest.approx(1)
        for label in DEMOGRAPHICS[name]:
            share = sum(p.demographics[name] == label for p in those) / len(those)
            assert share == pytest.approx(label_chance(name, label, concern), abs=0.075)  # 4 sd of 750 people


def test_stances():
    assert stance_at(0) == 0
    assert stance_at(1) == pytest.approx(0.8337, abs=1e-4)  # tanh(1.2)
    p = PEOPLE[3]
    asked, declared = "Should we fund rural schools?", "We should fund rural schools."
    assert p.stance(asked, "default") == p.stance(declared, "default")
    assert p.stance("Should we tax rural schools?", "default") == pytest.approx(-p.stance(asked, "default"))
    assert p.stance("Is it raining?", "default") == p.stance("is it raining", "default") != 0
    assert p.stance("Should we eat less meat?", "default") == p.stance("We should eat less meat.", "default") != 0
