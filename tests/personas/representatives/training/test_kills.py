"""A training that is killed in the middle goes on, and ends where one that was never killed ends."""

import csv
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import little
import pytest

from minipublic.personas.representatives.training.one_model import train_representative
from minipublic.personas.representatives.training.settings import TrainingSettings

pytestmark = pytest.mark.local
CHANGES = {"rate": 3e-3, "batch": 16, "device_batch": 8, "max_steps": 24, "eval_every": 5, "patience": 99}


def losses(folder):
    with (folder / "loss.csv").open() as file:
        return [(row["step"], row["train_loss"], row["validation_loss"], row["tokens"]) for row in csv.DictReader(file)]


def test_killed_and_called_again(little_base, tmp_path):
    whole = train_representative(little_base, *little.sides(), TrainingSettings(**CHANGES), tmp_path / "whole")
    out = tmp_path / "killed"
    command = [sys.executable, little.__file__, little_base, out, json.dumps(CHANGES)]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if int(line) == 12:
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
    goes_on(little_base, TrainingSettings(**CHANGES), out, whole)


def test_an_adapter_goes_on_too(little_base, tmp_path):
    settings = TrainingSettings(**CHANGES, method="lora")
    whole = train_representative(little_base, *little.sides(), settings, tmp_path / "whole")
    stopped(little_base, settings, tmp_path / "killed")
    goes_on(little_base, settings, tmp_path / "killed", whole)


def test_it_goes_on_with_fewer_at_once_where_memory_ran_out(little_base, tmp_path):
    settings = TrainingSettings(**CHANGES)
    whole = train_representative(little_base, *little.sides(), settings, tmp_path / "whole")
    stopped(little_base, settings, tmp_path / "killed")
    fewer = replace(settings, device_batch=4)
    again = train_representative(little_base, *little.sides(), fewer, tmp_path / "killed")
    for (step, *one), (same, *other) in zip(losses(again.folder)[1:], losses(whole.folder)[1:], strict=True):
        assert step == same
        assert [float(x or 0) for x in one] == pytest.approx([float(x or 0) for x in other], rel=1e-3)


def stopped(base, settings, out):
    def stop(point, _):
        if point.step == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_representative(base, *little.sides(), settings, out, progress=stop)


def goes_on(base, settings, out, whole):
    assert not (out / "training.json").exists()
    assert (out / "unfinished" / "checkpoint-10" / "history.json").is_file()
    # What a kill in the middle of writing leaves behind.
    (out / "unfinished" / "checkpoint-15").mkdir(exist_ok=True)
    (out / "unfinished" / "best-15").mkdir(exist_ok=True)
    seen = []
    again = train_representative(
        base, *little.sides(), settings, out, progress=lambda point, _: seen.append(point.step)
    )
    assert seen[0] == 11
    assert losses(out) == losses(whole.folder)
    assert again.record["sha256"] == whole.record["sha256"]
    assert not (out / "unfinished").exists()


def test_killed_after_the_last_step_and_before_the_record(little_base, tmp_path, monkeypatch):
    from minipublic.personas.representatives.training import one_model as training

    settings = TrainingSettings(rate=3e-3, batch=16, max_steps=4, eval_every=2)
    monkeypatch.setattr(training, "save_curve", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        train_representative(little_base, *little.sides(), settings, tmp_path / "rep")
    assert (tmp_path / "rep" / "checkpoint").is_dir()
    monkeypatch.undo()
    seen = []
    trained = train_representative(
        little_base, *little.sides(), settings, tmp_path / "rep", progress=lambda point, _: seen.append(point)
    )
    assert seen == []
    assert Path(trained.checkpoint, "model.safetensors").is_file()
