"""The command on a run folder whose representatives are served by known models: one table, JSON, a page."""

import json
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from small_world import WORLD
from typer.testing import CliRunner

from minipublic.models.errors import UnsupportedError
from minipublic.personas.representatives import Variant, save_episodes
from minipublic.simulation.cli.app import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.representatives.evaluation.contestants import line_up
from minipublic.simulation.representatives.evaluation.evaluate import evaluate_representatives
from minipublic.simulation.representatives.evaluation.trained_run import open_trained_run

TRUTH = f"miniature:{WORLD}"
STUDY = {
    "study": "little",
    "kind": "representatives",
    "seed": 2,
    "steps": ["critique"],
    "episodes": {"path": "gone.jsonl"},
    "bases": {"small": "hf:somewhere/small", "large": {"spec": "hf:somewhere/large", "options": {"chat": True}}},
    "representatives": [
        {"name": "plain", "base": "small", "variant": "base"},
        {"name": "told", "base": "small", "variant": "base+O3+C3"},
        {"name": "big", "base": "large", "variant": "base+O3+C3"},
        {"name": "mine", "base": "large", "variant": "base", "per_person": True, "training": {"method": "lora"}},
    ],
    "evaluation": {
        "judge": TRUTH,
        "truth": TRUTH,
        "payoff": "truth",
        "mediators": {"mean": TRUTH, "median": {"spec": TRUTH, "options": {"mechanism": "median"}}},
        "served": {
            "small": "miniature:one",
            "large": "miniature:two",
            "plain": "miniature:three",
            "told": TRUTH,
            "big": TRUTH,
        },
        "limit": 3,
        "texts": 24,
        "bootstrap": 100,
        "samples": 2,
    },
}


@pytest.fixture
def folder(tmp_path, episodes):
    """Writes a run folder; keyword arguments change settings under `evaluation`."""

    def write(**changes):
        save_episodes(episodes, tmp_path / "validation.jsonl")
        study = STUDY | {"evaluation": STUDY["evaluation"] | changes}
        study["evaluation"] = {k: v for k, v in study["evaluation"].items() if v is not None}
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
        return tmp_path

    return write


def check_tables(run, results):
    """The JSON's numbers can be computed from the tables."""
    texts = pd.read_parquet(run / "evaluation_texts.parquet").query("contestant == 'told'")
    expected = results["contestants"]["told"]["log_likelihood"]["per_text"]["value"]
    assert texts["log_likelihood"].mean() == pytest.approx(expected)
    payoffs = pd.read_parquet(run / "evaluation_payoffs.parquet").set_index(["mediator", "episode", "persona"])
    base = payoffs.query("regime == 'base'")["payoff"]
    told = payoffs.query("regime == 'all' and contestant == 'told'")["payoff"]
    absolute = (told - base).abs().groupby("mediator").mean().mean()
    assert results["contestants"]["told"]["payoff_discrepancy"]["all"]["absolute"]["value"] == pytest.approx(absolute)


@pytest.mark.slow
def test_one_table_json_and_a_page(folder):
    run = folder()
    shown = CliRunner().invoke(app, ["evaluate", "representatives", str(run), "--json", str(run / "out.json")])
    assert shown.exit_code == 0, shown.output
    assert "told" in shown.stdout
    assert "24 held-out texts (critique)" in shown.stdout
    results = json.loads((run / "out.json").read_text())
    assert list(results["contestants"]) == [
        "small vanilla base",
        "plain",
        "small vanilla base+O3+C3",
        "told",
        "large vanilla base+O3+C3",
        "big",
        "truth",
    ]
    told = results["contestants"]["told"]
    assert told["log_likelihood"]["per_text"]["ci"][0] < told["log_likelihood"]["per_text"]["value"] < 0
    assert (
        told["payoff_discrepancy"]["all"]["absolute"]
        == results["contestants"]["truth"]["payoff_discrepancy"]["all"]["absolute"]
    )
    assert set(told["payoff_discrepancy"]["one"]["mechanisms"]) == {"mean", "median"}
    assert results["contestants"]["truth"]["above_floor"]["resampled"]["all"]["value"] == 0
    assert [(d["contestant"], d["against"]) for d in results["differences"]] == [
        ("plain", "small vanilla base"),
        ("told", "small vanilla base+O3+C3"),
        ("big", "large vanilla base+O3+C3"),
    ]
    assert results["differences"][1]["log_likelihood"]["per_text"]["ci"][0] > 0
    assert [(r["contestant"], r["against"]) for r in results["ablation"]["variants"]] == [
        ("small vanilla base+O3+C3", "small vanilla base"),
        ("told", "plain"),
    ]
    assert [(r["contestant"], r["against"]) for r in results["ablation"]["sizes"]] == [
        ("large vanilla base+O3+C3", "small vanilla base+O3+C3"),
        ("big", "told"),
    ]
    assert results["not_measured"][0].startswith("mine: not measured: an adapter for each person")
    assert len(results["samples"]) == 2
    assert set(results["samples"][0]["texts"]) == set(results["contestants"])
    page = (run / "representatives.html").read_text()
    assert page.count("<svg") == 2
    assert results["samples"][0]["human"] in page
    check_tables(run, results)
    again = evaluate_representatives(run)
    assert again["calls"]["asked_now"] == 0
    assert {**again, "calls": 0} == {**results, "calls": 0}


def test_every_number_has_an_interval_or_says_why_not(folder):
    results = evaluate_representatives(folder(judge=None, truth=None, payoff=TRUTH))
    lacking = []

    def look(value, place):
        if isinstance(value, dict):
            if "value" in value and value.get("ci") is None and not value.get("reason"):
                lacking.append(place)
            for key, inner in value.items():
                look(inner, f"{place}.{key}")

    look(results, "")
    assert lacking == []
    assert results["contestants"]["told"]["win_rate"]["human"]["reason"].startswith("not measured: no judge")
    assert "truth" in results["floor"]["resampled"]["reason"]
    assert results["payoff"]["source"] == TRUTH


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"compare": ["tolt"]}, r"evaluation\.compare\.0: no representative is called 'tolt'"),
        ({"truth": None}, r"evaluation\.payoff: `truth` needs the section `evaluation\.truth`"),
        ({"bootstraps": 3}, r"evaluation\.bootstraps: unknown key .* did you mean `bootstrap`"),
        ({"judge_told": "O3"}, "is no variant"),
        ({"served": None}, "finish the training"),
        ({"payoff": "trained"}, r"evaluation\.payoff: `trained` needs the section `payoff`"),
        ({"limit": 0}, "evaluation.limit"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(folder, changes, said):
    with pytest.raises(InputError, match=said):
        evaluate_representatives(folder(**changes))


def test_a_payoff_model_that_is_not_trained_yet_is_missed(folder):
    with pytest.raises(InputError, match="holds no trained payoff model"):
        evaluate_representatives(folder(), overrides=["evaluation.payoff=trained", "payoff={base: small}"])


def test_a_folder_without_a_study_is_no_run(tmp_path):
    with pytest.raises(InputError, match=r"no study\.yaml"):
        open_trained_run(tmp_path)


def test_only_those_to_compare_are_measured(folder):
    run = open_trained_run(folder(), ["evaluation.compare=[big]"])
    assert [name for name, _, _ in run.representatives] == ["big"]


def test_opening_a_run_loads_nothing_heavy():
    code = "import sys, minipublic.simulation.representatives.evaluation.trained_run; print({'torch', 'transformers'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )


def trained(folder, name, method):
    made = folder / "representatives" / name
    (made / "checkpoint").mkdir(parents=True)
    record = {"method": method, "chat": False, "base": {"name": "/weights/small"}}
    (made / "training.json").write_text(json.dumps(record))
    return made / "checkpoint"


def test_weights_are_read_from_the_run_folder(folder):
    run = folder(served=None, options={"dtype": "bfloat16"})
    plain, big = trained(run, "plain", "full"), trained(run, "big", "lora")
    opened = open_trained_run(run)
    assert opened.base("small").spec == "hf:somewhere/small"
    assert opened.representative("plain", "small").spec == f"hf:{plain}"
    adapted = opened.representative("big", "large")
    assert (adapted.spec, adapted.adapter) == ("hf:/weights/small", str(big))
    assert adapted.options == {"chat": True, "dtype": "bfloat16"}
    with pytest.raises(InputError, match=f"finish the training: minipublic train .*study.yaml --out {run}"):
        opened.representative("told", "small")


def test_a_judge_that_cannot_choose_stops_the_run_before_anything_is_asked(folder):
    run = folder(method="structured")
    with pytest.raises(UnsupportedError, match=r"evaluation\.judge: .* set evaluation\.method to what it offers"):
        evaluate_representatives(run)
    assert evaluate_representatives(folder(judge=None, mediators={}, payoff=None, truth=None))["calls"]["calls"] > 0


def test_a_representative_has_a_name_of_its_own():
    with pytest.raises(ValueError, match="'truth', as another contestant"):
        line_up([("truth", "small", Variant())], truth=True)
    with pytest.raises(ValueError, match="'small vanilla base'"):
        line_up([("small vanilla base", "small", Variant())], truth=False)
