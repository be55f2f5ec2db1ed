"""Matching files: what is written, and what is refused."""

import json

import pandas as pd
import pytest

from minipublic import Persona, Population
from minipublic.simulation.errors import InputError
from minipublic.simulation.matching import MatchPlan, files, match_files

PERSONAS = (
    Persona("p1", traits={"party": {"D": 0.8, "R": 0.2}, "age": {"young": 1.0}}),
    Persona("p2", {"party": "R", "age": "old"}),
    Persona("p3", {"party": "D", "age": "old"}),
)


@pytest.fixture
def plan(tmp_path):
    """A plan over small files; keyword arguments change the humans' table and the plan."""

    def make(table="id,party,age\nh1,D,old\nh2,R,\nh3,D,young\n", people=PERSONAS, **more):
        Population(people).save(tmp_path / "p.jsonl")
        (tmp_path / "h.csv").write_text(table)
        files = {"personas": tmp_path / "p.jsonl", "humans": tmp_path / "h.csv", "out": tmp_path / "m.csv"}
        return MatchPlan(**files | {"traits": ("party", "age")} | more)

    return make


def test_pairs_and_summary(plan, tmp_path):
    told = match_files(plan())
    pairs = pd.read_csv(tmp_path / "m.csv")
    assert list(pairs) == [
        "human",
        "persona",
        "weight",
        "party_human",
        "party_probability",
        "age_human",
        "age_probability",
    ]
    assert dict(zip(pairs.human, pairs.persona, strict=True)) == {"h1": "p3", "h2": "p2", "h3": "p1"}
    assert pairs.weight.tolist() == pytest.approx([1, 0.5, 0.8])
    assert pairs.age_human.isna().tolist() == [False, True, False]
    assert pairs.age_probability.tolist() == pytest.approx([1, 0.5, 1])
    assert json.loads((tmp_path / "m.summary.json").read_text()) == json.loads(json.dumps(told))
    assert told["weight_sum"] == pytest.approx(2.3)
    assert told["files"] == {"personas": str(tmp_path / "p.jsonl"), "humans": str(tmp_path / "h.csv")}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["h.csv", "m.csv", "m.summary.json", "p.jsonl"]


def test_the_other_formats_say_the_same(plan, tmp_path):
    match_files(plan())
    match_files(plan(out=tmp_path / "sub" / "n.parquet"))
    told = match_files(plan(out=tmp_path / "o.json"))
    pairs = pd.read_csv(tmp_path / "m.csv")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "sub" / "n.parquet"), pairs, check_dtype=False)
    whole = json.loads((tmp_path / "o.json").read_text())
    assert whole["summary"] == json.loads(json.dumps(told))
    assert [pair["persona"] for pair in whole["pairs"]] == pairs.persona.tolist()
    assert whole["pairs"][1]["age_human"] is None
    assert (tmp_path / "o.summary.json").exists()


def test_a_population_of_any_format(plan, tmp_path):
    Population(PERSONAS).save(tmp_path / "p.parquet")
    assert match_files(plan(personas=tmp_path / "p.parquet")) | {"files": 0} == match_files(plan()) | {"files": 0}


def test_both_files_or_none(plan, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(files, "_json", fail)
    with pytest.raises(OSError, match="disk full"):
        match_files(plan())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["h.csv", "p.jsonl"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"method": "max_wieght"}, "no way 'max_wieght'; did you mean `max_weight`"),
        ({"traits": ()}, "name the traits to compare"),
        ({"traits": ("party", "party")}, "each once"),
        ({"traits": ("partei",)}, "p.jsonl: no persona has the trait 'partei'; did you mean `party`"),
        ({"table": "id,party\nh1,D\n"}, "h.csv: there is no column 'age'"),
        ({"table": "id,party,age\nh1,Dem,old\nh2,Rep,old\n"}, "no persona can have any of the humans' values of 'party' \\('Dem', 'Rep'\\); the personas have 'D', 'R'"),
        ({"table": "id,party,age\nh1,D,\n"}, "no human's value of 'age' is known"),
        ({"table": "id,party,age\n" + "".join(f"h{k},D,old\n" for k in range(4))}, "4 humans and only 3 personas"),
        ({"people": ()}, "has no personas"),
    ],
)  # fmt: skip
def test_what_is_refused(plan, tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        match_files(plan(**changes))
    assert not (tmp_path / "m.csv").exists()


def test_files_that_must_not_be_written(plan, tmp_path):
    with pytest.raises(InputError, match=r"written as \.csv, \.parquet, \.json"):
        match_files(plan(out=tmp_path / "m.xlsx"))
    with pytest.raises(InputError, match="would overwrite"):
        match_files(plan(out=tmp_path / "h.csv"))
