"""Reading a model's list, and telling which questions say the same."""

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minipublic.personas.question_sets import SeenQuestions
from minipublic.personas.question_sets.wording import content_words, parse_lines

ASKED = "Should we tax wealth?"


@pytest.mark.parametrize(
    "line",
    [
        ASKED,
        f"1. {ASKED}",
        f"  12) {ASKED}",
        f"(3) {ASKED}",
        f"- {ASKED}",
        f"• {ASKED}",
        f"* **{ASKED}**",
        f"**4.** {ASKED}",
        f'"{ASKED}",',
        f"5. “{ASKED}”",
        f"Q6: {ASKED}",
        f"Question 7. {ASKED}",
        f"> 8. - {ASKED}",
        "Should we  tax wealth ??",
        "a) Should we tax wealth?!",
    ],
)
def test_marks_of_lists_are_no_part_of_a_question(line):
    assert parse_lines(f"\n{line}\n\n") == [ASKED]


@pytest.mark.parametrize(
    "question",
    ["Should 16 year olds vote?", "A tax on wealth: is it fair?", "Is 5G safe?", "I-beams: should we ban them?"],
)
def test_what_only_looks_like_a_mark_stays(question):
    assert parse_lines(f"1. {question}") == [question]


@given(st.text(max_size=60))
@example("0\x1f")
def test_no_text_breaks_the_reading(text):
    for line in parse_lines(text):
        assert line == line.strip()
        assert "\n" not in line
        content_words(line)


def seen(*questions):
    found = SeenQuestions()
    for question in questions:
        found.add(question)
    return found


def test_capitals_and_punctuation_make_no_other_question():
    one = seen("Should we ban single-use plastics?")
    assert one.same("should we ban single use plastics ??") == "Should we ban single-use plastics?"
    assert one.same("Should we ban plastics?") is None


@pytest.mark.parametrize(
    ("question", "other", "similarity"),
    [
        ("Should we ban smoking on the beaches?", "Should smoking be banned from the beach?", 1 / 5),
        ("Should the UK have a minimum wage?", "Should there be a minimum wage in the UK?", 1),
        ("Should we raise the tax on sugar?", "Should we lower the tax on sugar?", 2 / 4),
        ("Should the voting age be lowered to 16?", "Should the voting age be lowered to 17?", 3 / 5),
        ("Should we tax wealth?", "Should we NOT tax wealth?", 2 / 3),
    ],
)
def test_similarity_by_hand(question, other, similarity):
    a, b = content_words(question), content_words(other)
    assert len(a & b) / len(a | b) == pytest.approx(similarity)
    found = seen(question).nearest(other)
    assert found == ((question, similarity) if similarity >= 0.8 else None)


def test_questions_of_common_words_alone_are_compared_by_them():
    assert seen("Should they have what we have?").nearest("Is it so?") is None
    assert seen("Is it so?").nearest("Is it so")[1] == 1


@pytest.fixture(scope="module")
def published(data):
    rows = json.loads((data / "habermas_questions" / "230118_chinchilla_questions.json").read_text())
    return [row["question"] for row in rows]


def test_a_corpus_that_people_cleaned_has_few_repetitions(published):
    found, same, near = SeenQuestions(), 0, 0
    started = time.process_time()
    for question in published:
        if found.same(question):
            same += 1
        elif found.nearest(question):
            near += 1
        found.add(question)
    # As the docstring of `SeenQuestions` says: 265 of 5,645, or 4.7 %.
    assert (same, near) == (2, 263)
    assert time.process_time() - started < 10


def test_injected_repetitions_are_caught(published):
    found = seen(*published)
    for question in published[::25]:
        told = question.rstrip("? ")
        assert found.same(f"{told.lower()} ??")
        assert found.nearest(f"Would it be so: {' '.join(reversed(told.split()))}?")
        assert found.nearest(f"{told.replace(' the ', ' ').replace('Should ', 'Should it be that ')}?")
