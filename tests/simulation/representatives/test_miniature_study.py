"""The study in miniature in a smaller setting, from nothing to the table: what must come out of it does."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import minipublic
from minipublic.personas.representatives import pretraining_texts
from minipublic.simulation.cli.app import app

pytestmark = [pytest.mark.local, pytest.mark.slow]
STUDY = Path(minipublic.__file__).parent / "examples" / "representatives" / "study.yaml"
SETTINGS = (
    "representatives=[{name: base, base: small}, {name: OC, base: small, variant: base+O3+C3}]",
    "bases={small: 'hf:{data}/small'}",
    "training.batch=64",
    "training.max_steps=600",
    "evaluation.limit=80",
    "evaluation.bootstrap=500",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    torch = pytest.importorskip("torch", reason="needs pip install 'minipublic[local]'")
    torch.set_num_threads(2)
    from minipublic.personas.representatives.from_scratch import SmallModel, make_small_model

    folder = tmp_path_factory.mktemp("miniature")
    texts = pretraining_texts(4_000, seed=1, shares={"loose": 0.2, "prompted": 0.3, "repeats": 0.5})
    make_small_model(folder / "small", texts, SmallModel(hidden=64, layers=2, steps=200))
    settings = [part for each in (*SETTINGS, f"data={folder}") for part in ("--set", each)]
    for command in (
        ["train", STUDY, *settings, "--out", folder / "run"],
        ["evaluate", "representatives", folder / "run"],
    ):
        done = CliRunner().invoke(app, [str(a) for a in command])
        assert done.exit_code == 0, done.output
    return json.loads((folder / "run" / "representatives.json").read_text())


def above(measure, bound=0.0):
    """The whole interval lies above."""
    return measure["ci"][0] > bound


def test_fine_tuning_makes_peoples_own_words_likelier(results):
    for difference in results["differences"]:
        assert above(difference["log_likelihood"]["per_text"])


def test_no_model_finds_them_likelier_than_the_people_do(results):
    ceiling = results["contestants"]["truth"]["log_likelihood"]["per_text"]
    for name, one in results["contestants"].items():
        if name != "truth":
            assert one["log_likelihood"]["per_text"]["value"] < ceiling["value"]


def test_earlier_opinions_and_critiques_help(results):
    (gain,) = [d for d in results["ablation"]["variants"] if d["contestant"] == "OC"]
    assert gain["against"] == "base"
    assert above(gain["log_likelihood"]["per_text"], 0.2)


def test_the_judge_takes_the_fine_tuned_text_for_the_persons_more_often(results):
    (gain,) = [d for d in results["differences"] if d["contestant"] == "OC"]
    assert above(gain["win_rate"])
    bias = results["contestants"]["OC"]["position_bias"]["human"]
    assert bias["value"] == pytest.approx(0.05)  # the miniature's judge is known to have this one


def test_fine_tuning_brings_the_consensus_closer(results):
    for gain in results["differences"]:
        assert gain["absolute"]["one"]["ci"][1] < 0


def test_all_substituted_are_further_off_than_one_and_than_the_people_again(results):
    one = results["contestants"]["OC"]
    assert above(one["all_minus_one"])
    assert above(one["above_floor"]["resampled"]["all"])
    assert above(one["above_floor"]["resampled"]["one"])
