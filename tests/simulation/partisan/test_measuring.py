"""`minipublic evaluate partisan`: tables in, measures and a page out."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from minipublic.simulation.cli.evaluate import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.partisan.measuring import compare_partisans

TRAITS = ("moral", "hard_working", "open_minded", "intelligent", "honest")


def table(path, n=40, seed=0, **columns):
    random = np.random.default_rng(seed)
    party = np.array(["Democrat", "Republican"])[np.arange(n) % 2]
    cells = {"party": party, "w": np.round(random.uniform(0.5, 2, n), 3)}
    for target, own in (("democrats", "Democrat"), ("republicans", "Republican")):
        for trait in TRAITS:
            centre = np.where(party == own, 2.0, 4.0)
            cells[f"traits_{trait}_{target}"] = np.clip(np.round(centre + random.normal(0, 0.9, n)), 1, 5).astype(int)
    frame = pd.DataFrame(cells).assign(**columns)
    frame.to_csv(path, index=False)
    return frame


def run(tmp_path, *more, code=0):
    out = tmp_path / "out.json"
    given = ["partisan", "--responses", tmp_path / "r.csv", "--instrument", "traits", "--json", out, *more]
    if code:
        with pytest.raises(InputError) as error:
            CliRunner().invoke(app, [str(a) for a in given], catch_exceptions=False)
        return str(error.value)
    done = CliRunner().invoke(app, [str(a) for a in given], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(out.read_text()), done.output


def test_the_measures_and_the_page(tmp_path):
    frame = table(tmp_path / "r.csv")
    table(tmp_path / "h.csv", 60, seed=1)
    found, said = run(tmp_path, "--humans", tmp_path / "h.csv", "--bootstrap", 50)
    columns = [f"traits_{t}_democrats" for t in TRAITS]
    mean = frame[columns].mean(axis=1).groupby(frame["party"]).mean()
    assert found["gap"] == "hostility"
    assert found["democrat"]["value"] == pytest.approx(mean["Republican"] - mean["Democrat"])
    for key in ("democrat", "republican"):
        assert {"value", "ci", "cohens_d", "n"} <= set(found[key])
        for measure in ("extremes", "variance_ratio", "wasserstein"):
            assert {"value", "ci", "n"} <= set(found[measure][key])
        assert found["humans"][key]["n"] == 60
    assert (found["n"], found["left_out"]) == (40, 0)
    page = (tmp_path / "out.html").read_text()
    for said_there in ("1.630", "3.632", "GPT-4o, Generative Agent", "Is the spread right, too?", "divided", "<svg"):
        assert said_there in page
    assert "Democrats judged" in said
    assert "page: " in said


def test_weights_count_where_the_column_is(tmp_path):
    frame = table(tmp_path / "r.csv")
    table(tmp_path / "h.csv").drop(columns="w").to_csv(tmp_path / "h.csv", index=False)
    found, said = run(tmp_path, "--weight", "w", "--humans", tmp_path / "h.csv", "--bootstrap", 0)
    score, own = frame[[f"traits_{t}_democrats" for t in TRAITS]].mean(axis=1), frame["party"] == "Democrat"
    expected = np.average(score[~own], weights=frame["w"][~own]) - np.average(score[own], weights=frame["w"][own])
    assert found["democrat"]["value"] == pytest.approx(expected)
    assert found["democrat"]["ci"] is None
    assert "h.csv: no column 'w'; every row counts once" in said
    assert "no column 'x'" not in said
    assert "neither" not in said
    assert "--weight x: no such column" in run(tmp_path, "--weight", "x", code=2)


def test_parties_are_read_leniently_and_others_left_out(tmp_path):
    frame = table(tmp_path / "r.csv")
    labels = frame["party"].replace({"Democrat": "DEMOCRATS", "Republican": "republican"}).to_numpy()
    labels[:3] = ["Independent", "Independent", ""]
    frame.assign(party=labels).rename(columns={"party": "Party"}).to_csv(tmp_path / "r.csv", index=False)
    found, said = run(tmp_path, "--bootstrap", 0)
    assert (found["left_out"], found["n"]) == (3, 37)
    assert found["left_out_labels"] == {"": 1, "Independent": 2}
    assert "'DEMOCRATS' was read as 'Democrat'" in said
    assert "Independent (2)" in said
    renamed = frame.assign(side=labels).drop(columns="party")
    renamed.to_csv(tmp_path / "r.csv", index=False)
    assert run(tmp_path, "--party", "side", "--bootstrap", 0)[0]["democrat"] == found["democrat"]
    assert "no column 'party' for the party; give --party COLUMN (columns: w, traits" in run(tmp_path, code=2)
    renamed.assign(side="D").to_csv(tmp_path / "r.csv", index=False)
    assert "no Democrat among the respondents: 'party' holds 'D'" in run(tmp_path, "--party", "side", code=2)


def test_texts_of_options_are_read_as_codes(tmp_path):
    frame = table(tmp_path / "r.csv")
    before = run(tmp_path, "--bootstrap", 0)[0]
    texts = {1: "A lot more moral", 2: "somewhat more moral", 3: "About the same", 4: "Somewhat more immoral"}
    texts[5] = "A lot more immoral"
    column = "traits_moral_democrats"
    frame.assign(**{column: frame[column].map(texts)}).to_csv(tmp_path / "r.csv", index=False)
    after, said = run(tmp_path, "--bootstrap", 0)
    assert after["democrat"] == before["democrat"]
    assert f"the texts in column {column} were read as codes" in said
    mixed = frame[column].map(texts).to_numpy(object)
    mixed[0] = "2"
    frame.assign(**{column: mixed}).to_csv(tmp_path / "r.csv", index=False)
    assert "'2' is a code and" in run(tmp_path, code=2)


def test_blanks_and_declared_codes_are_missing_and_others_errors(tmp_path):
    frame = table(tmp_path / "r.csv").astype(object)
    frame.loc[0, "traits_moral_democrats"] = 99
    frame.loc[1, "traits_moral_democrats"] = "NA"
    frame.loc[2, "traits_moral_democrats"] = ""
    frame.loc[3, "traits_moral_democrats"] = "2.0"
    frame.to_csv(tmp_path / "r.csv", index=False)
    assert run(tmp_path, "--bootstrap", 0)[0]["extremes"]["democrat"]["answers"] == 198
    frame.loc[4, "traits_moral_democrats"] = 7
    frame.to_csv(tmp_path / "r.csv", index=False)
    said = run(tmp_path, code=2)
    assert (
        "column 'traits_moral_democrats': '7' is no answer (1 cells are none); the codes are 1 A lot more moral, 2"
        in said
    )
    assert "Recode the column" in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--responses", "no.csv"], "no such table"),
        (["--instrument", "trait"], "did you mean `traits`"),
        (["--humans", "no.csv"], "no such table"),
        (["--json", "x.html"], "let the measures' file end in .json"),
        (["--party", "side"], "no column 'side' for the party; --party names one of the table's"),
    ],
)
def test_mistakes_name_the_remedy(tmp_path, more, said):
    table(tmp_path / "r.csv")
    assert said in run(tmp_path, *more, code=2)


def test_absent_columns_are_named_and_optional_ones_are_not_needed(tmp_path):
    table(tmp_path / "r.csv").drop(columns=["traits_moral_democrats"]).to_csv(tmp_path / "r.csv", index=False)
    assert "these columns, which are not there or blank: traits_moral_democrats" in run(tmp_path, code=2)
    acts = {f"subversion_{b}_{k}": [1, 2, 3, 4] for b in ("self", "most", "ingroup") for k in range(1, 7)}
    pd.DataFrame({"party": ["Democrat", "Republican"] * 2, **acts}).assign(
        subversion_ingroup_1="", subversion_ingroup_2=""
    ).to_csv(tmp_path / "r.csv", index=False)
    found, notes = compare_partisans(tmp_path / "r.csv", "subversion", bootstrap=0)
    assert set(found["within_rater"]) == {"democrat", "republican"}
    assert len(found["items"]) == 16
    assert any("nobody answered subversion_ingroup_1" in note for note in notes)


OWN = """
gap: hostility
parties:
  attribute: side
  labels:
    Leaver: {plural: Leavers, adjective: Leave}
    Remainer: {plural: Remainers, adjective: Remain}
attributes:
  side: {column: vote, labels: {1: Leaver, 2: Remainer}}
items:
  l: {text: "Are Leavers selfish?", options: {1: No, 2: Somewhat, 3: Yes}, target: Leaver}
  r: {text: "Are Remainers selfish?", options: {1: No, 2: Somewhat, 3: Yes}, target: Remainer}
"""


def test_a_codebook_of_ones_own(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN)
    pd.DataFrame({"vote": [1, 2, 1, 2, 3], "l": [1, 3, 2, 3, 1], "r": [3, 1, 2, 1, 1]}).to_csv(
        tmp_path / "r.csv", index=False
    )
    found, said = run(tmp_path, "--instrument", tmp_path / "own.yaml", "--bootstrap", 0)
    assert found["leaver"]["value"] == pytest.approx(3 - 1.5)
    assert found["left_out"] == 1
    assert "Leavers judged" in said
    assert "published" not in (tmp_path / "out.html").read_text().split("Is the spread right")[0]
    (tmp_path / "own.yaml").write_text(OWN.replace("gap: hostility\n", ""))
    assert "add `gap: hostility`" in run(tmp_path, "--instrument", tmp_path / "own.yaml", code=2)
