import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.models.synthetic import life_words as words
from minipublic.models.synthetic.life_facts import (
    LONGEST,
    can_be_said,
    graded,
    read_facts,
    say_attitude,
    say_trait,
    theme,
    without_facts,
)

ODD = (
    "$100,000 or more",
    "18-29",
    "High school or less",
    "Asian/Pacific",
    "U.S. citizen. Or not.",
    "so-called “other”",
    "”",
    "””x”",
    "party’s {label} %s \\1",
    "zwölf",
)
TRAITS = len(words.TRAIT_FRAMES)
CUES = len(words.CUE_FRAMES) * len(words.GRADES[0])
sayable = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=LONGEST).filter(can_be_said)


def read_traits(text):
    return [(fact.trait, fact.label) for fact in read_facts(text) if fact.trait]


@pytest.mark.parametrize("wording", range(TRAITS))
@pytest.mark.parametrize("label", ODD)
def test_every_wording_of_a_trait_is_read_back(label, wording):
    said = say_trait("age_band", label, wording)
    assert read_traits(f"I was born. {said} That is all.") == [("age_band", label)]
    assert read_facts(said)[0].sentence == said


def test_there_are_several_wordings():
    assert len({say_trait("party", "Democrat", k) for k in range(60)}) == TRAITS
    assert len({say_attitude(0, 1.0, k) for k in range(60)}) == CUES


@given(sayable, sayable, sayable, st.integers(0, 50))
def test_any_names_and_labels_side_by_side_are_read_back(name, label, other, wording):
    text = f"{say_trait(name, label, wording)} {say_trait(label, other, wording + 1)}"
    assert read_traits(text) == [(name, label), (label, other)]
    assert without_facts(text).strip() == ""


@pytest.mark.parametrize("dimension", [0, 3, 7, 8, 25])
def test_every_grade_and_wording_of_an_attitude_is_read_back(dimension):
    for grade in range(len(words.GRADES)):
        value = words.LOWEST_GRADE + words.GRADE_STEP * grade
        for wording in range(CUES):
            said = say_attitude(dimension, value, wording)
            assert [(f.dimension, f.value) for f in read_facts(f"Well. {said} So.")] == [(dimension, value)]


@given(st.floats(-8, 8))
def test_an_attitude_is_told_to_the_nearest_grade(value):
    inside = max(-2.5, min(2.5, value))
    assert abs(graded(value) - inside) <= 0.25
    assert read_facts(say_attitude(1, value))[0].value == graded(value)


def test_the_words_of_grades_and_themes_are_all_different():
    phrases = [phrase for grade in words.GRADES for phrase in grade]
    assert len(set(phrases)) == len(phrases)
    assert len({theme(k) for k in range(20)}) == 20
    assert not any(a != b and a in b for a in words.THEMES for b in words.THEMES)


@pytest.mark.parametrize("label", ["", "two\nlines", "x" * (LONGEST + 1), "\x00", "\u202e", "\ud800"])
def test_what_cannot_stand_in_a_sentence_is_known(label):
    assert not can_be_said(label)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am a Democrat and forty years old.",
        "For the record, my “party” is Democrat.",
        "For the record, my “party” is “Democrat",
        "When it comes to a bigger role for government, I like it.",
        "“" * 50_000,
        "For the record, my “" * 10_000,
        "\ud800\x00",
    ],
)
def test_nothing_is_read_in_a_text_from_elsewhere(text):
    assert read_facts(text) == ()


def test_reading_takes_less_than_a_fifth_of_a_millisecond_for_a_thousand_characters():
    filler = " ".join(line for _, lines in words.SUBJECTS for line in lines)
    text = " ".join(f"{filler} {say_trait('party', 'Democrat', k)} {say_attitude(k, k - 5.0, k)}" for k in range(5))
    fastest = min(timed(text) for _ in range(5))
    assert fastest / len(text) * 1e6 < 0.2, "milliseconds for a thousand characters"


def timed(text):
    start = time.process_time()
    read_facts.__wrapped__(text)
    return time.process_time() - start
