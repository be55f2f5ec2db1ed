import gzip

import numpy as np
import pandas as pd
import pytest

from minipublic.evaluators import effective_n
from minipublic.simulation.codebook import load_codebook
from minipublic.simulation.errors import InputError
from minipublic.simulation.tables import human_responses, read_attributes, read_table, simulated_responses

CODEBOOK = """
respondent: id
weight: w
attributes:
  party: {column: p, coalesce: [lean], labels: {1: Republican, 2: Democrat}}
  age: {column: years, bins: [18, 30, 65]}
items:
  q1: {text: A, options: {1: a, 2: b, 3: c}, missing: [-1]}
  q2: {text: B, options: {Yes: a, No: b, NA: c}}
"""
HUMANS = """id,w,p,lean,years,q1,q2
h1,1.5,1,NA,29,1,Yes
h2,0.5,3,2,30,2.0,No
h3,1,5,,65.0,-1,NA
h4,2,-1,NA,,,
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "c.yaml").write_text(CODEBOOK)
    return load_codebook(tmp_path / "c.yaml")


def table(tmp_path, text=HUMANS, name="h.csv") -> pd.DataFrame:
    path = tmp_path / name
    path.write_text(text)
    return read_table(path)


def test_humans(tmp_path, book):
    found = human_responses(table(tmp_path), book)
    r = found.responses
    assert r.respondents.tolist() == ["h1", "h2", "h3", "h4"]
    assert r.weights.tolist() == [1.5, 0.5, 1, 2]
    np.testing.assert_array_equal(r.answers, [[0, 0], [1, 1], [-1, 2], [-1, -1]])
    # Leaners count with their party; "NA" is an answer where the codebook declares it, and blank elsewhere.
    assert r.attributes["party"].tolist() == ["Republican", "Democrat", "", ""]
    assert r.attributes["age"].tolist() == ["18-29", "30-64", "65+", ""]
    assert any("party is not known of 2 of 4" in note for note in found.notes)


def test_attributes_make_personas(tmp_path, book):
    people = read_attributes(table(tmp_path), book)
    assert people["h1"] == ({"party": "Republican", "age": "18-29"}, 1.5)
    assert people["h4"] == ({}, 2.0)


@pytest.mark.parametrize("name", ["h.csv", "h.tsv", "h.csv.gz", "h.parquet"])
def test_formats(tmp_path, book, name):
    path = tmp_path / name
    if name.endswith("tsv"):
        path.write_text(HUMANS.replace(",", "\t"))
    elif name.endswith("gz"):
        path.write_bytes(gzip.compress(HUMANS.encode()))
    elif name.endswith("parquet"):
        table(tmp_path).to_parquet(path)
    else:
        path.write_bytes(b"\xef\xbb\xbf" + HUMANS.encode())
    np.testing.assert_array_equal(human_responses(read_table(path), book).responses.answers[:, 0], [0, 1, -1, -1])


def test_numbers_as_pandas_writes_them(tmp_path, book):
    frame = pd.DataFrame({"q1": [1, None, 3], "q2": ["Yes", None, "No"]})
    frame.to_csv(tmp_path / "s.csv", index=False)
    frame.to_parquet(tmp_path / "s.parquet")
    for name in ("s.csv", "s.parquet"):
        found = simulated_responses(read_table(tmp_path / name), book).responses
        np.testing.assert_array_equal(found.answers, [[0, 0], [-1, -1], [2, 1]])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((",q1,", ",Q1,"), r"no column 'q1'; did you mean 'Q1'"),
        (("29,1,Yes", "29,7,Yes"), r"column 'q1': '7' stands in 1 rows.*options.*missing"),
        (("h1,1.5", "h1,heavy"), r"column 'w': 1 weights.*row 2"),
        (("h1,1.5", "h1,-1"), "negative"),
        (("h2,", "h1,"), "respondent 'h1' stands in more than one row"),
        (("id,w,p,lean", "id,w,p,p"), "two columns are called 'p'"),
    ],
)
def test_mistakes_are_named(tmp_path, book, change, said):
    with pytest.raises(InputError, match=said):
        human_responses(table(tmp_path, HUMANS.replace(*change)), book, name="h.csv")


def test_broken_files_are_named(tmp_path):
    table(tmp_path)
    with pytest.raises(InputError, match=r"no such table; did you mean .*h\.csv"):
        read_table(tmp_path / "hh.csv")
    (tmp_path / "e.csv").write_text("")
    with pytest.raises(InputError, match="not readable"):
        read_table(tmp_path / "e.csv")
    (tmp_path / "g.csv.gz").write_bytes(gzip.compress(HUMANS.encode())[:40])
    with pytest.raises(InputError, match="complete"):
        read_table(tmp_path / "g.csv.gz")
    (tmp_path / "p.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(InputError, match="complete"):
        read_table(tmp_path / "p.parquet")
    (tmp_path / "t.xlsx").write_text("x")
    with pytest.raises(InputError, match=r"\.csv, \.tsv"):
        read_table(tmp_path / "t.xlsx")


def test_a_simulated_table_may_lack_items_but_not_all(tmp_path, book):
    found = simulated_responses(table(tmp_path, "q1\n1\n2\n", "s.csv"), book)
    assert [i.code for i in found.responses.items] == ["q1"]
    assert "q2" in found.notes[0]
    with pytest.raises(InputError, match="none of the codebook's items"):
        simulated_responses(table(tmp_path, "x\n1\n", "s.csv"), book)


def test_simulated_groups_by_raw_column_or_label(tmp_path, book):
    raw = simulated_responses(table(tmp_path, "q1,p,lean\n1,1,\n2,3,2\n", "s.csv"), book, by=["party"])
    labelled = simulated_responses(table(tmp_path, "q1,party\n1,Republican\n2,Democrat\n", "s.csv"), book, by=["party"])
    assert raw.responses.attributes["party"].tolist() == ["Republican", "Democrat"]
    assert labelled.responses.attributes["party"].tolist() == ["Republican", "Democrat"]
    with pytest.raises(InputError, match="no column"):
        simulated_responses(table(tmp_path, "q1\n1\n", "s.csv"), book, by=["party"])


def test_the_nonvoters_data(data):
    from pathlib import Path

    import minipublic

    book = load_codebook(Path(minipublic.__file__).parent / "examples" / "nonvoters" / "codebook.yaml")
    path = data / "nonvoters_2020" / "nonvoters_data.csv"
    r = human_responses(read_table(path), book).responses
    assert r.answers.shape == (5836, 35)
    assert effective_n(r.weights) == pytest.approx(5205, abs=1)  # as in its SOURCE.txt
    raw = pd.read_csv(path)
    for item in ("Q2_1", "Q3_3", "Q9_4"):
        kept = raw[raw[item] > 0]
        expected = [kept.loc[kept[item] == k, "weight"].sum() / kept["weight"].sum() for k in (1, 2, 3, 4)]
        from minipublic.evaluators import answer_shares

        np.testing.assert_allclose(answer_shares(r, item).shares, expected, atol=1e-12)
    republican = (raw["Q30"] == 1) | (~raw["Q30"].isin([1, 2]) & (raw["Q33"] == 1))
    assert (r.attributes["party"] == "Republican").sum() == republican.sum()


def test_the_masculinity_weights_give_its_published_answers(data, tmp_path):
    """Microdata and published weighted marginals of one survey (FiveThirtyEight 2018): the loader reproduces them."""
    (tmp_path / "c.yaml").write_text(
        "weight: weight\nitems:\n  q0001:\n    text: In general, how masculine or manly do you feel?\n"
        "    options: {Very masculine: V, Somewhat masculine: S, Not very masculine: N, Not at all masculine: A, No answer: X}\n"
    )
    frame = pd.read_csv(data / "masculinity_2018" / "raw-responses.csv.gz")[["q0001", "weight"]].dropna()
    frame.to_csv(tmp_path / "m.csv", index=False)
    from minipublic.evaluators import answer_shares

    found = human_responses(read_table(tmp_path / "m.csv"), load_codebook(tmp_path / "c.yaml")).responses
    np.testing.assert_array_equal(np.round(answer_shares(found, "q0001").shares, 2), [0.37, 0.46, 0.11, 0.05, 0.01])
