from pathlib import Path

import pytest

from minipublic.simulation.codebook import load_codebook
from minipublic.simulation.errors import InputError
from minipublic.simulation.yaml_text import load_yaml

GOOD = """
respondent: id
attributes:
  age: {column: a, bins: [18, 30, 65]}
  region: {bins: {north: 1-3, south: [4, 9], far: 10+}}
items:
  q1:
    text: "Yes or no?"
    options: {1: Yes, 2: No, 08: Off, 9: Don't know}
    missing: [9, -1]
  q2: {text: A, options: {a: One, b: Two}, ordinal: no, reversed: true}
"""


def load(tmp_path, text) -> object:
    path = tmp_path / "codebook.yaml"
    path.write_text(text)
    return load_codebook(path)


def test_scalars_stay_text(tmp_path):
    book = load(tmp_path, GOOD)
    question = book.items["q1"].question
    assert [(o.code, o.text, o.missing) for o in question.options] == [
        ("1", "Yes", False),
        ("2", "No", False),
        ("08", "Off", False),
        ("9", "Don't know", True),
    ]
    assert not book.items["q2"].question.ordinal
    assert book.items["q2"].question.reversed


def test_items_for_evaluation(tmp_path):
    first, second = load(tmp_path, GOOD).items_for_evaluation()
    assert first.values == (1.0, 2.0, 8.0)
    assert first.labels == ("Yes", "No", "Off")
    assert (second.numeric_codes, second.values) == (False, (0.0, 1.0))


def test_bins(tmp_path):
    book = load(tmp_path, GOOD)
    assert [b.label for b in book.attributes["age"].bins] == ["18-29", "30-64", "65+"]
    assert [(b.low, b.high) for b in book.attributes["region"].bins] == [(1, 3), (4, 9), (10, None)]
    assert book.attributes["region"].columns == ("region",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("reversed: true", "revrsed: true"), r"yaml:11: items\.q2\.revrsed: unknown key.*did you mean `reversed`"),
        (("text: A, ", ""), r"yaml:11: items\.q2\.text"),
        (("{a: One, b: Two}", "{a: One}"), r"items\.q2\.options.*2 to 26 options"),
        (("missing: [9, -1]", "missing: [1, 2, 9]"), r"yaml:10: items\.q1\.missing: fewer than two"),
        (("[18, 30, 65]", "[30, 18]"), r"attributes\.age\.bins.*ascend"),
        (("1-3", "x-3"), r"attributes\.region\.bins.*no range"),
        (
            ("respondent: id", "respondent: id\nrespondent: id2"),
            r"yaml:3.*'respondent' stands twice \(first in line 2\)",
        ),
        (("items:", "itms:"), "did you mean `items`"),
        (("respondent: id", "scales: {s: [q1, q3]}"), r"scales\.s: there is no item 'q3'"),
        (("{a: One, b: Two}", "{a: One, b: Two"), "not valid YAML"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path, change, said):
    with pytest.raises(InputError, match=said):
        load(tmp_path, GOOD.replace(*change))


def test_missing_and_half_written_files(tmp_path):
    (tmp_path / "codebook.yaml").write_text(GOOD)
    with pytest.raises(InputError, match=r"did you mean .*codebook\.yaml"):
        load_codebook(tmp_path / "codebok.yaml")
    with pytest.raises(InputError, match="not valid YAML"):
        load(tmp_path, GOOD[:120])
    with pytest.raises(InputError, match="expected a mapping"):
        load(tmp_path, "- a\n- b\n")
    with pytest.raises(InputError, match="found nothing"):
        load(tmp_path, "")
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(InputError, match="UTF-8"):
        load_yaml(tmp_path / "x.yaml")


def test_instruments_keep_scales_of_chosen_items(tmp_path):
    book = load(tmp_path, GOOD + "scales: {both: [q1, q2]}\n")
    assert book.instrument().scales == {"both": ("q1", "q2")}
    assert book.instrument(["q2"]).scales == {}
    assert [q.code for q in book.instrument(["q2"]).questions] == ["q2"]


def test_shipped_codebooks_load():
    import minipublic

    root = Path(minipublic.__file__).parent
    for path in (
        root / "simulation" / "starters" / "codebook_survey.yaml",
        root / "examples" / "nonvoters" / "codebook.yaml",
    ):
        assert len(load_codebook(path).items) >= 8
