"""A payoff model learns what can be learned, goes on after a kill, and refuses what does not fit it."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_reader
from small_votes import votes

from minipublic.evaluators.ranking import auc
from minipublic.models.templates import PromptBook
from minipublic.personas import representatives
from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.persona import Persona
from minipublic.personas.representatives import PayoffCase, PayoffError, Variant, vote_cases
from minipublic.personas.representatives.payoffs.cases import rating_scale, render_payoff
from minipublic.personas.representatives.training.settings import TrainingSettings

pytestmark = pytest.mark.local
VARIANT = Variant.parse("base+D")
SETTINGS = TrainingSettings(
    rate=5e-3, batch=32, device_batch=32, max_steps=40, eval_every=10, patience=4, seed=1, dtype="float32", device="cpu"
)
TRAIN, VALIDATION, HELD_OUT = (vote_cases(votes(60, first=100 * k, seed=k)) for k in range(3))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    for library in ("torch", "transformers", "peft"):
        pytest.importorskip(library, reason="needs pip install 'minipublic[local]'")
    import torch

    torch.set_num_threads(1)
    texts = [render_payoff(case, VARIANT, persona_prompts()).text for case in TRAIN.cases]
    return tiny_reader.make(tmp_path_factory.mktemp("base"), texts)


def trained(base, out, settings=SETTINGS, train=TRAIN, validation=VALIDATION, **more):
    return representatives.train_payoff_model(base, train, validation, settings, out, variant=VARIANT, **more)


@pytest.fixture(scope="module")
def finished(base, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained")
    trained(base, out)
    return out


def test_it_learns_who_agrees_with_what(finished):
    model = representatives.PayoffModel.load(finished, device="cpu")
    found = model.predict(HELD_OUT.cases)
    assert auc(found, HELD_OUT.outcomes) > 0.78  # the true chances reach 0.844
    assert asyncio.run(model.payoffs(HELD_OUT.cases[:5])) == pytest.approx(found[:5].tolist(), abs=1e-6)
    assert model.unit == "chance of agreement"


def test_the_folder_says_what_was_done(finished):
    record = json.loads((finished / "payoff.json").read_text())
    assert record["loss"]["best"] < record["loss"]["start"]
    assert record["data"] == {"train": TRAIN.data_hash(), "validation": VALIDATION.data_hash()}
    assert record["n"]["train"] == {"cases": 360, "people": 60, "dropped": 0, "left_out": {}}
    assert (finished / "loss.csv").read_text().startswith("step,train_loss,validation_loss,seconds\n0,,")
    assert (finished / "loss.png").stat().st_size > 1000
    assert not (finished / "training").exists()


def test_a_batch_alone_and_many_together_say_the_same(finished):
    one, many = (representatives.PayoffModel.load(finished, device="cpu", batch_size=size) for size in (1, 50))
    assert one.predict(HELD_OUT.cases[:20]) == pytest.approx(many.predict(HELD_OUT.cases[:20]), abs=1e-5)
    assert many.predict([]).shape == (0,)


def test_a_killed_training_goes_on_to_the_same_end(base, finished, tmp_path):
    class Killed(Exception):
        pass

    def kill(point):
        if point.step == 25:
            raise Killed

    with pytest.raises(Killed):
        trained(base, tmp_path / "out", progress=kill)
    with pytest.raises(PayoffError, match="no trained payoff model"):
        representatives.PayoffModel.load(tmp_path / "out")
    seen = []
    again = trained(base, tmp_path / "out", progress=lambda point: seen.append(point.step))
    assert seen[0] == 21
    whole = representatives.PayoffModel.load(finished, device="cpu")
    assert again.predict(HELD_OUT.cases) == pytest.approx(whole.predict(HELD_OUT.cases), abs=1e-6)


def test_a_finished_folder_is_opened_and_another_refused(base, finished):
    steps = []
    trained(base, finished, progress=steps.append)
    assert steps == []
    with pytest.raises(PayoffError, match="holds a payoff model with other settings"):
        trained(base, finished, replace(SETTINGS, rate=1e-3))


def test_an_adapter_learns_too_and_leaves_the_base_alone(base, tmp_path):
    settings = replace(SETTINGS, method="lora", rate=5e-3, rank=8)
    before = (base / "model.safetensors").read_bytes()
    model = trained(base, tmp_path, settings)
    assert (tmp_path / "adapter_model.safetensors").is_file()
    assert not (tmp_path / "model.safetensors").exists()
    assert auc(model.predict(HELD_OUT.cases), HELD_OUT.outcomes) > 0.7
    assert (base / "model.safetensors").read_bytes() == before


def test_ratings_are_foretold_on_their_scale(base, tmp_path):
    train, validation = (
        replace(s, scale=rating_scale(), outcomes=tuple(1 + 6 * y for y in s.outcomes)) for s in (TRAIN, VALIDATION)
    )
    model = trained(base, tmp_path, replace(SETTINGS, max_steps=10), train, validation)
    found = model.predict(HELD_OUT.cases)
    assert model.scale == rating_scale()
    assert ((found > 1) & (found < 7)).all()
    assert found.max() > 2  # points, not shares


def test_what_does_not_fit_is_refused(base, tmp_path):
    with pytest.raises(PayoffError, match="'p0' is trained on and validated on"):
        trained(base, tmp_path, validation=TRAIN)
    with pytest.raises(PayoffError, match="use one scale"):
        trained(base, tmp_path, validation=replace(VALIDATION, scale=rating_scale(0, 1)))
    with pytest.raises(PayoffError, match="360 of 360 cases are longer than 5 tokens"):
        trained(base, tmp_path, replace(SETTINGS, max_length=5))
    with pytest.raises(PayoffError, match="no trained payoff model"):
        representatives.PayoffModel.load(tmp_path)


def test_a_text_longer_than_the_model_reads_has_no_payoff(finished):
    long = PayoffCase(Persona("x"), "Q?", None, "word " * 400)
    found = representatives.PayoffModel.load(finished, device="cpu").predict([HELD_OUT.cases[0], long])
    assert np.isnan(found).tolist() == [False, True]


def test_other_prompt_texts_than_in_training_are_refused(finished, tmp_path):
    (tmp_path / "payoff_cue.txt").write_text("Well?\n")
    book = PromptBook(Path(sys.modules["minipublic.personas"].__file__).parent / "prompts", overrides=tmp_path)
    with pytest.raises(PayoffError, match="'payoff_cue'"):
        representatives.PayoffModel.load(finished, prompts=book)


def test_every_case_comes_once_before_any_comes_again(base):
    from minipublic.personas.representatives.payoffs.training import batch_of

    seen = [k for step in range(1, 6) for k in batch_of(10, 4, step, seed=3)]
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert batch_of(10, 4, 2, seed=3) == seen[4:8]
    assert seen[:10] != seen[10:]
