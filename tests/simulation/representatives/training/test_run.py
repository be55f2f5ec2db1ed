"""`minipublic train`: from a study file to a folder, gone on with where it was stopped, refused where it is another's."""

import json

import little
import pytest
from typer.testing import CliRunner

from minipublic.personas.representatives import Trained, load_episodes, save_episodes
from minipublic.simulation.cli import training_progress
from minipublic.simulation.cli.app import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.folder import RunFolder, TrainingFolder
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.representatives.study import load_representatives
from minipublic.simulation.representatives.training.plan import make_training_plan
from minipublic.simulation.representatives.training.run import train_study

pytestmark = pytest.mark.local
STUDY = """study: small
kind: representatives
episodes: {path: said.jsonl}
split: {validation: 0.25}
steps: [opinion, critique]
bases: {small: "hf:%s"}
representatives:
  - {name: plain, base: small}
  - {name: own, base: small, variant: base+O3, per_person: true, pool: 2, training: {method: lora, rate: 0.03, rank: 2}}
training: {rate: 0.003, batch: 16, device_batch: 8, max_steps: 4, eval_every: 2}
evaluation: {bootstrap: 50}
"""


@pytest.fixture(scope="module")
def folder(little_base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    save_episodes(little.episodes(), folder / "said.jsonl")
    (folder / "s.yaml").write_text(STUDY % little_base)
    return folder


@pytest.fixture(scope="module")
def out(folder):
    """The study, carried out by the command."""
    done = CliRunner().invoke(app, ["train", str(folder / "s.yaml"), "--out", str(folder / "out")])
    assert done.exit_code == 0, done.output
    assert "plain (small, base, full; step" in done.stdout
    assert "own (small, base+O3, lora; 6 adapters of" in done.stdout
    assert "complete: " in done.stdout
    assert "plain: 2 of 4 · loss" in done.stderr
    assert "own: 8 of 8 ·" in done.stderr  # two of the pool, and six people
    return folder / "out"


def planned(folder, *overrides):
    path = folder / "s.yaml"
    return make_training_plan(load_representatives(path, overrides), path)


def test_the_folder_holds_everything_needed_to_judge_it(out, folder):
    record, split = (json.loads((out / name).read_text()) for name in ("training.json", "split.json"))
    assert record["status"] == "complete"
    sides = {name: load_episodes(out / f"{name}.jsonl") for name in ("train", "validation")}
    for name, side in sides.items():
        assert split[name]["episodes"] == [e.id for e in side.episodes]
        assert split[name]["counts"]["participants"] == len(side.population)
    assert split["dropped_seats"] == 0
    assert load_representatives(out / "study.yaml").study == "small"
    trained = Trained.load(TrainingFolder.open(out).representative("plain"))
    found = record["representatives"]["plain"]
    assert found["perplexity"]["start"]["value"] == pytest.approx(trained.perplexity[0])
    assert found["perplexity"]["best"]["value"] == pytest.approx(trained.perplexity[1])
    low, high = found["perplexity"]["ratio"]["ci"]
    assert low <= found["perplexity"]["ratio"]["value"] <= high < 1
    assert found["perplexity"]["n"] == {"texts": 36, "groups": 2, "cluster": "session"}  # opinions and critiques
    own = record["representatives"]["own"]
    assert own["people"] == own["perplexity"]["n"]["groups"] == 6
    assert own["perplexity"]["last"]["value"] < own["perplexity"]["start"]["value"]


def test_again_trains_nothing_and_a_new_representative_is_added(out, folder):
    seen = []

    class Screen:
        def one(self, name, settings):
            return lambda point, history: seen.append(name)

        def people(self, name):
            return None

    assert train_study(planned(folder), out, screen=Screen())["status"] == "complete"
    assert seen == []
    more = (
        "representatives=[{name: plain, base: small}, {name: D, base: small, variant: base+D}, {name: P, base: small}]"
    )
    record = train_study(planned(folder, more), out, only=["D"], screen=Screen())
    assert set(seen) == {"D"}
    assert record["status"] == "partial"
    assert {"plain", "own", "D"} == set(record["representatives"])
    with pytest.raises(InputError, match=r"--only: no representative is called 'd'; did you mean `D`"):
        train_study(planned(folder, more), out, only=["d"])


def test_another_study_or_training_in_the_folder_is_refused(out, folder):
    with pytest.raises(InputError, match="holds a run of another study"):
        train_study(planned(folder, "seed=2"), out)
    with pytest.raises(InputError, match=r"plain: .*holds another training \(rate was 0.003 and is 0.1\)"):
        train_study(planned(folder, "training.rate=0.1"), out)
    with TrainingFolder(out).locked(), pytest.raises(InputError, match="another run is writing to it"):
        train_study(planned(folder), out)
    with pytest.raises(InputError, match=r"study of another kind \(training.json\)"):
        RunFolder(out).check_identity({})
    (folder / "survey").mkdir()
    (folder / "survey" / "run.json").write_text("{}")
    with pytest.raises(InputError, match=r"study of another kind \(run.json\)"):
        train_study(planned(folder), folder / "survey")


@pytest.mark.parametrize("name", ["plain", "own"])
def test_trained_representatives_can_be_seated(out, name):
    from minipublic.simulation.opening import open_models

    path = TrainingFolder(out).representative(name) / "consensus.yaml"
    plan = make_plan(load_study(path), path)
    assert len(plan.population) == 6
    assert all(p.past for p in plan.population)
    opened = open_models(plan)
    assert sum("+" in model.name for model in opened.values()) == {"plain": 0, "own": 6}[name]
    assert sum("+" not in model.name for model in opened.values()) == 1  # which mediates
    if name == "own":
        assert len({p.model for p in plan.population}) == 6
        assert all(len(p.past) == 2 for p in plan.population)  # the third episode was held out


async def test_a_seated_representative_is_asked_with_the_prompt_it_was_trained_on(out, folder):
    from minipublic.graphs.context import Context

    path = TrainingFolder(out).representative("own") / "consensus.yaml"
    plan = make_plan(load_study(path), path)
    personal, _ = planned(folder).personal(planned(folder).study.representative("own"))
    (held,) = [d for d in personal[0].held_out if d.step == "critique"]
    episode = next(e for e in load_episodes(out / "validation.jsonl").episodes if e.id == held.episode)
    seat = next(s for s in episode.seats if s.persona == held.persona)
    persona = next(p for p in plan.population if p.id == held.persona)
    context = Context({"a": persona}, {}, style=plan.study.conditions[0].style, prompts=plan.prompts)
    words = {"question": episode.question, "opinion": seat.opinion, "draft": episode.draft}
    _, text = context.text_prompt("critique", "a", episode.proposition, **words)
    assert text == held.prompt.text


def test_mistakes_are_one_message(folder, monkeypatch, capsys):
    import sys

    from minipublic.personas.representatives.training import libraries
    from minipublic.simulation.cli.app import main

    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    for arguments, said in (
        (["train", str(folder / "s.yaml"), "--out", str(folder / "none")], "pip install 'minipublic[local]'"),
        (["train", str(folder / "s.yaml"), "--set", "training.bach=1"], "did you mean `batch`"),
        (["run", str(folder / "s.yaml")], "minipublic train"),
    ):
        monkeypatch.setattr(sys, "argv", ["minipublic", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
    assert not (folder / "none").exists()


def test_the_line_of_a_step_says_what_is_newest_and_what_is_best():
    from minipublic.personas.representatives.training.history import History, Point

    history = History()
    for point in (Point(0, None, 2.0, 0, 0, 0), Point(1, 1.5, None, 1, 50, 0.5), Point(2, 1.4, 1.0, 2, 100, 1.0)):
        history.add(point, [1.0] if point.validation_loss else None)
    assert training_progress.step_line(history.points[1], History(history.points[:2])) == (
        "loss 1.5 · perplexity 7.389 at step 0 (best 7.389 at 0) · 100 tokens/s"
    )
    assert "perplexity 2.718 at step 2 (best 2.718 at 2)" in training_progress.step_line(history.points[2], history)
