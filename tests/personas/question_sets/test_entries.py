"""Files of questions."""

import json

import pytest

from minipublic.personas.question_sets import QuestionEntry, QuestionFileError, read_questions, write_questions


def test_a_list_of_lines(tmp_path):
    (tmp_path / "seeds.txt").write_text("# mine\nShould we tax wealth?\n\n  Why not?\n")
    first, second = read_questions(tmp_path / "seeds.txt")
    assert (first.affirming_statement, first.negating_statement) == (
        "We should tax wealth.",
        "We should NOT tax wealth.",
    )
    assert (second.question, second.affirming_statement, second.source) == ("Why not?", None, "seed")


def test_the_published_layout(data, tmp_path):
    path = data / "habermas_questions" / "230118_chinchilla_questions.json"
    entries, rows = read_questions(path), json.loads(path.read_text())
    assert len(entries) == 5645
    for entry, row in zip(entries, rows, strict=True):
        assert {key: getattr(entry, key) for key in row} == row
    write_questions(tmp_path / "again.json", entries)
    assert read_questions(tmp_path / "again.json") == entries


def test_what_is_written_is_read(tmp_path):
    entries = [
        QuestionEntry.of("Should we?", "synthetic:x", {"contentious": 0.7}),
        QuestionEntry("q1", "Why?", topic=0),
    ]
    write_questions(tmp_path / "q.json", entries)
    assert read_questions(tmp_path / "q.json") == entries


def test_the_same_words_have_the_same_id():
    assert QuestionEntry.of("Should we?", "a").id == QuestionEntry.of("should we ??", "b").id


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("[", "not readable"),
        ("{}", "expected a list"),
        ("[]", "at least one"),
        ('[{"question": "A?"}, {"text": "B?"}]', "question 2: expected an object with a text `question`"),
        ('[{"question": "A?", "topic": "x"}]', "question 1: `topic` must be a whole number or null, got 'x'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, what):
    (tmp_path / "q.json").write_text(content)
    with pytest.raises(QuestionFileError, match=what):
        read_questions(tmp_path / "q.json")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(QuestionFileError, match=r"none\.txt"):
        read_questions(tmp_path / "none.txt")
