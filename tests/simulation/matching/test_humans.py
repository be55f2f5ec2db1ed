"""Humans to match, from tables and populations."""

import pytest

from minipublic.simulation.errors import InputError
from minipublic.simulation.matching import read_humans

CODEBOOK = """
respondent: QKEY
attributes:
  party: {column: F_PARTY, labels: {1: Democrat, 2: Republican}}
  age: {column: YEARS, bins: [18, 30, 65]}
items:
  q1: {text: "Is it good?", options: {1: Yes, 2: No}}
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="h.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_without_ids_humans_are_called_by_their_rows_and_it_is_said(write):
    humans = read_humans(write("party\nD\nR\n", "h.csv"), ["party"])
    assert humans.ids == ("row 1", "row 2")
    (note,) = humans.notes
    assert "no column is called id, respondent or RespId (party)" in note
    assert "--respondent names another column" in note


@pytest.mark.parametrize("column", ["id", "respondent", "RespId", "QKEY"])
def test_the_column_of_ids_is_found(write, column):
    humans = read_humans(write(f"w,{column},party\n1,a,D\n1,b, \n1,c,NA\n"), ["party"])
    assert humans.ids == ("a", "b", "c")
    assert humans.labels == ({"party": "D"}, {}, {})
    assert humans.traits[0].values == ()


def test_a_word_for_blank_is_a_label_where_a_persona_has_it(write):
    humans = read_humans(write("id,faith\na,None\nb,NA\n"), ["faith"], labels=["None", "Hindu"])
    assert humans.labels == ({"faith": "None"}, {})


def test_a_tab_separated_table_and_a_named_column(write):
    humans = read_humans(write("who\tparty\na\tD\n", "h.tsv"), ["party"], respondent="who")
    assert (humans.ids, humans.labels) == (("a",), ({"party": "D"},))


def test_through_a_codebook(write):
    table = write("QKEY,F_PARTY,YEARS\n7,1,29\n8,2.0,70\n9,9,\n")
    humans = read_humans(table, ["age", "party"], write(CODEBOOK, "c.yaml"))
    assert humans.ids == ("7", "8", "9")
    assert humans.labels == ({"age": "18-29", "party": "Democrat"}, {"age": "65+", "party": "Republican"}, {})
    assert [t.name for t in humans.traits] == ["age", "party"]
    assert humans.traits[0].values == ("18-29", "30-64", "65+")
    assert humans.traits[1].values == ("Democrat", "Republican")


def test_a_population(write):
    path = write('{"id": "a", "attributes": {"party": "D", "age": "old"}}\n{"id": "b"}\n', "h.jsonl")
    humans = read_humans(path, ["party"])
    assert humans.ids == ("a", "b")
    assert humans.labels[0]["party"] == "D"
    with pytest.raises(InputError, match="takes no --codebook"):
        read_humans(path, ["party"], respondent="id")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,party\na,D\na,R\n", "the id 'a' stands in rows 1 and 2"),
        ("id,party\na,D\n,R\n", "the id in row 2 below the header is blank"),
        ("id,Party\na,D\n", "there is no column 'party'; did you mean `Party`\\?; or give --codebook"),
        ("id,party\n", "has no rows"),
    ],
)
def test_what_is_wrong_with_a_table(write, text, said):
    with pytest.raises(InputError, match=said):
        read_humans(write(text), ["party"])


def test_what_is_wrong_with_a_codebook(write):
    table, codebook = write("QKEY,F_PARTY,YEARS\n7,1,29\n"), write(CODEBOOK, "c.yaml")
    with pytest.raises(InputError, match="there is no attribute 'partei'; did you mean `party`"):
        read_humans(table, ["partei"], codebook)
    with pytest.raises(InputError, match="no column of respondents 'who'"):
        read_humans(table, ["party"], codebook, respondent="who")
