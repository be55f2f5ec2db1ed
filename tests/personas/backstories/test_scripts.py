import pytest

from minipublic.personas.backstories import (
    DEFAULT_CRITERIA,
    INTERVIEW,
    NATURAL,
    BackstoryFileError,
    Criterion,
    Script,
    read_criteria,
    read_script,
)


def test_the_scripts_that_ship():
    assert NATURAL.questions == ("Tell me about yourself.",)
    assert len(INTERVIEW.questions) == 10
    assert INTERVIEW.questions[0].startswith("To start, I would like to begin with a big question")
    assert INTERVIEW.questions[5] == "How would you describe your political views?"


def test_the_criteria_that_ship():
    assert [c.name for c in DEFAULT_CRITERIA] == [
        "factual_inconsistency",
        "code_or_markup",
        "interview_metadata",
        "another_speaker",
        "question_repeated",
    ]
    assert all(c.question.endswith("?") for c in DEFAULT_CRITERIA)


def test_a_script_of_ones_own(tmp_path):
    path = tmp_path / "work.txt"
    path.write_text("# a comment\n\n  What do you do?  \nWho with: friends?\n", encoding="utf-8-sig")
    assert read_script(path) == Script("work", ("What do you do?", "Who with: friends?"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# nothing\n\n", r"s\.txt: there is no question"),
        ("One?\n# x\nTwo?\nOne?\n", r"s\.txt:4: the question of line 1 again"),
    ],
)
def test_a_wrong_script_is_named_with_its_line(tmp_path, text, said):
    path = tmp_path / "s.txt"
    path.write_text(text)
    with pytest.raises(BackstoryFileError, match=said):
        read_script(path)


def test_a_script_that_is_no_text(tmp_path):
    path = tmp_path / "s.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BackstoryFileError, match=r"s\.txt: not readable"):
        read_script(path)


def test_criteria_of_ones_own(tmp_path):
    path = tmp_path / "c.txt"
    path.write_text("# mine\ntoo_short: Is the answer under: ten words?\n")
    assert read_criteria(path) == (Criterion("too_short", "Is the answer under: ten words?"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# nothing\n", r"c\.txt: there is no criterion"),
        ("\nno colon here\n", r"c\.txt:2: write `name: question`"),
        ("Too Short: Is it?\n", r"c\.txt:1: write `name: question`"),
        ("a:\n", r"c\.txt:1: write"),
        ("a: Is it?\nb: Is it?\na: Or?\n", r"c\.txt:3: line 1 is called 'a' too"),
    ],
)
def test_wrong_criteria_are_named_with_their_line(tmp_path, text, said):
    path = tmp_path / "c.txt"
    path.write_text(text)
    with pytest.raises(BackstoryFileError, match=said):
        read_criteria(path)
