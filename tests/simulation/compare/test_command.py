"""`minipublic compare`: what it prints and writes, that it resumes, and what it says of mistakes."""

import json

import pytest
from commands import minipublic, run_json
from family_studies import write
from typer.testing import CliRunner

from minipublic.simulation.cli.app import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.report.page import write_report

SMALL = {"questions": ["Should we tax wealth?"], "groups": 3, "group_size": 3}


def called(*arguments):
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


def test_it_compares_writes_and_asks_nothing_twice(tmp_path):
    path = write(tmp_path, consensus=SMALL, conditions=mechanisms("median_opinion", "random_opinion"))
    out, file = tmp_path / "out", tmp_path / "c.json"
    first = called(path, "--out", out, "--json", file, "--limit", 2)
    assert first.exit_code == 0, first.output
    assert "2 episodes of 2 groups of up to 3 people" in first.output
    assert "Utilitarian best of the family: " in first.output
    told = json.loads(file.read_text())
    assert (told["study"], told["people"], told["limit"]) == ("family", 3, 2)
    assert told["families"] == json.loads((out / "metrics.json").read_text())["mechanisms"]
    asked = run_json(out)["calls"]["calls"]
    whole = called(path, "--out", out)
    again = called(path, "--out", out)
    calls = run_json(out)["calls"]
    assert "3 episodes of 3 groups" in whole.output
    assert again.output.split("\n\n")[1] == whole.output.split("\n\n")[1]
    assert calls["asked_now"] == 0
    assert calls["calls"] > asked


def test_the_page_names_the_best_and_shows_every_mechanism(family):
    out, told = family
    page = write_report(out).read_text()
    assert f"Utilitarian best of the family: {told['utilitarian_best']['mechanism']}" in page
    assert "15 episodes of 15 groups of up to 5 people" in page
    for name in told["mechanisms"]:
        assert f"<td>{name}</td>" in page
    assert "6 paired differences" in page
    assert "mean payoff (0–1)" in page  # an axis of the figure


def test_a_run_measured_before_there_were_mechanisms_has_a_page(family):
    out, _ = family
    metrics = json.loads((out / "metrics.json").read_text())
    try:
        (out / "metrics.json").write_text(json.dumps({k: v for k, v in metrics.items() if k != "mechanisms"}))
        assert "Mechanisms on the same groups" not in write_report(out).read_text()
    finally:
        (out / "metrics.json").write_text(json.dumps(metrics))


OWN = "def mine(case, desk):\n    return next(iter(case.opinions.values()))\n"


def mechanisms(*given) -> list[dict]:
    return [{"style": "qa", "mechanism": list(given)}]


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        (mechanisms("summary"), ["family.yaml: conditions: nothing to compare", "mechanism: [summary,"]),
        (["qa", "bio"], ["family.yaml: conditions: nothing to compare"]),
        (mechanisms("summary", "habermass"), ["family.yaml: conditions: qa / habermass", "did you mean 'habermas'?"]),
        (
            mechanisms("summary", {"name": "habermas", "candidate": 4}),
            ["family.yaml: conditions: qa / habermas", "no option 'candidate'; did you mean 'candidates'?"],
        ),
        (
            mechanisms("summary", {"name": "welfare", "alpha": -1}),
            ["qa / welfare (alpha=-1)", "alpha: -1 is no number"],
        ),
        (mechanisms("summary", "gone.py:mine"), ["conditions: qa / mine: mechanism: ", "gone.py does not exist"]),
        (mechanisms("summary", "own.py:mien"), ["qa / mien: mechanism", "has no 'mien'; did you mean 'mine'?"]),
        (mechanisms("summary", "summary"), ["`conditions` share a name: qa / summary, qa / summary"]),
        (mechanisms("summary", {"candidates": 4}), ["family.yaml:", "mechanism.name: Field required"]),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, conditions, said):
    (tmp_path / "own.py").write_text(OWN)
    found = called(write(tmp_path, consensus=SMALL, conditions=conditions), "--out", tmp_path / "out")
    assert isinstance(found.exception, InputError)
    for part in said:
        assert part in str(found.exception)
    assert not (tmp_path / "out").exists()


def test_a_survey_has_nothing_to_compare(survey):
    found = called(survey())
    assert "a survey has no groups and no mechanisms" in str(found.exception)


def test_a_protocol_that_rates_nothing_says_so(tmp_path):
    steps = SMALL | {"steps": [{"collect": "opinion", "instruction": "Say it."}, {"mediate": "statement"}]}
    path = write(tmp_path, kind="protocol", protocol=steps, consensus=None, population={"generate": 9, **PARTY})
    found = called(path, "--out", tmp_path / "out")
    assert "the protocol rates no statement; add a step `rate`" in str(found.exception)


PARTY = {"attributes": {"party": {"shares": {"A": 1, "B": 1}}}}


@pytest.mark.slow
def test_a_function_of_one_s_own_is_found_beside_the_study(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "own.py").write_text(OWN)
    path = write(tmp_path / "study", consensus=SMALL, conditions=mechanisms("summary", "own.py:mine"))
    said = minipublic("compare", path, "--out", tmp_path / "out", cwd=tmp_path).stdout
    assert "\nmine " in said
    (path.parent / "own.py").write_text(OWN + "\n# another text\n")
    refused = minipublic("compare", path, "--out", tmp_path / "out", code=2).stderr
    assert "conditions[1].mechanism.file" in refused
