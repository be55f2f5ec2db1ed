"""The three instruments asked of the synthetic public, and the gap measured on the run."""

import pandas as pd
import pytest
import yaml
from commands import minipublic, records

from minipublic.simulation.instruments.reading import find_instrument
from minipublic.simulation.partisan.measuring import compare_partisans

PEOPLE = "id,party,age\n" + "".join(
    f"p{k},{('Democrat', 'Republican', 'Independent')[k % 3]},{30 + k}\n" for k in range(18)
)


@pytest.mark.parametrize(
    ("name", "gap", "presentation"),
    [
        pytest.param("traits", "hostility", "independent", marks=pytest.mark.slow),
        pytest.param("subversion", "subversion", "battery", marks=pytest.mark.slow),
        ("meta_prejudice", "meta_perception", "series"),
    ],
)
def test_an_instrument_runs_end_to_end(tmp_path, name, gap, presentation):
    (tmp_path / "people.csv").write_text(PEOPLE)
    study = {
        "study": name,
        "kind": "survey",
        "population": {"file": "people.csv"},
        "conditions": ["bio"],
        "survey": {"codebook": str(find_instrument(name)), "presentation": presentation},
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    minipublic("run", tmp_path / "study.yaml", "--out", tmp_path / "run")
    rows = records(tmp_path / "run")
    people = pd.read_csv(tmp_path / "people.csv").set_index("id")["party"]
    independent = rows["persona"].map(people) == "Independent"
    not_asked = rows["missing"] == "not_asked"
    if name == "traits":  # asked of everybody
        assert not not_asked.any()
    else:
        assert not_asked.sum() == independent.sum() - (12 if name == "meta_prejudice" else 0)
        assert independent[not_asked].all()
    assert (rows["answer"].notna() | rows["missing"].notna()).all()
    found, notes = compare_partisans(tmp_path / "run", name, bootstrap=40)
    assert found["gap"] == gap
    assert (found["n"], found["left_out"]) == (12, 6)
    assert found["democrat"]["value"] is not None
    assert any("Independent (6)" in note for note in notes)
    assert (
        "{" not in (tmp_path / "run" / "report.html").read_text().split("<h2>Answers, item by item")[1].split("<svg")[0]
    )
