"""From training to the table, on weights: needs the extra `local`."""

import json

import little
import pytest
from typer.testing import CliRunner

from minipublic.personas.representatives import save_episodes
from minipublic.simulation.cli.app import app

pytestmark = pytest.mark.local
STUDY = """study: small
kind: representatives
episodes: {path: said.jsonl}
split: {validation: 0.25}
bases: {small: "hf:%s"}
representatives:
  - {name: full, base: small}
  - {name: adapter, base: small, variant: base+O3, training: {method: lora, rate: 0.03, rank: 2}}
training: {rate: 0.003, batch: 16, device_batch: 8, max_steps: 6, eval_every: 3}
evaluation:
  judge: "miniature:here"
  payoff: "miniature:here"
  mediators: {mean: "miniature:here"}
  limit: 2
  max_tokens: 12
  bootstrap: 100
"""


def command(*arguments):
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done


def test_what_was_trained_is_measured_and_likelier_than_before(little_base, tmp_path):
    save_episodes(little.episodes(), tmp_path / "said.jsonl")
    (tmp_path / "s.yaml").write_text(STUDY % little_base)
    run = tmp_path / "run"
    command("train", tmp_path / "s.yaml", "--out", run)
    shown = command("evaluate", "representatives", run)
    assert "small vanilla base+O3" in shown.stdout
    results = json.loads((run / "representatives.json").read_text())
    gains = {d["contestant"]: d["log_likelihood"]["per_token"]["value"] for d in results["differences"]}
    assert gains["full"] > 0
    assert gains["adapter"] > 0
    assert results["contestants"]["adapter"]["payoff_discrepancy"]["all"]["absolute"]["value"] is not None
    again = command("evaluate", "representatives", run, "--bootstrap", 20)
    assert json.loads((run / "representatives.json").read_text())["calls"]["asked_now"] == 0, again.stdout
    command("train", tmp_path / "s.yaml", "--out", run)  # the journal in the folder does not keep it from going on
