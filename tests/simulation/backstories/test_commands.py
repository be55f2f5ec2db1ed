"""`minipublic personas generate` as a command: the starter end to end, and a run that is killed."""

import os
import signal
import subprocess

import pandas as pd
import pytest
from commands import command, journal_calls, minipublic, wait_for_calls

from minipublic.personas.population import Population

FILES = ("population.jsonl", "rejections.jsonl", "traits.jsonl")


@pytest.mark.slow
def test_the_starter_on_the_synthetic_model(tmp_path):
    study, out = tmp_path / "lives.yaml", tmp_path / "out"
    said = minipublic("new", "backstories", study).stdout
    assert "minipublic personas generate" in said
    assert "5 pools of 110 stories at most" in minipublic("validate", study).stdout
    small = ("--set", "backstories.told.n=3", "--set", "backstories.open.n=3", "--set", "backstories.work.n=2")
    small += ("--set", "population.generate=3", "--set", "trait_draws=5")
    guess = minipublic("personas", "generate", study, "--out", out, *small, "--dry-run").stdout
    assert "nothing was asked" in guess
    assert not out.exists()
    done = minipublic("personas", "generate", study, "--out", out, *small, code=None)
    assert done.returncode in (0, 3), done.stderr
    told = Population.load(out / "told" / "population.jsonl")
    assert all(len(p.interview) == 10 and p.traits.keys() == {"party", "age"} for p in told)
    short = Population.load(out / "told_short" / "population.jsonl")
    assert [p.interview for p in short] == [p.interview[:2] for p in told]
    for pool in ("open", "told", "told_short", "work", "primed"):
        page = (out / pool / "page.html").read_text()
        assert page.count("<svg") >= 2
        for part in (
            "length of a story (words; n =",
            "near-duplicates",
            "MTLD",
            "Three stories",
            "expected share of the",
        ):
            assert part in page
    assert "beside what is true" in (out / "primed" / "page.html").read_text()
    assert minipublic("personas", "generate", study, "--out", out, *small, "--set", "seed=9", code=2).stderr.count(
        "seed"
    )


@pytest.mark.slow
def test_a_killed_command_goes_on_to_the_same_stories(tmp_path, server_beside):
    study, clean, out = tmp_path / "study.yaml", tmp_path / "clean", tmp_path / "killed"
    (tmp_path / "script.txt").write_text("Who are you?\nWhere do you live?\n")
    study.write_text(
        f"study: lives\nkind: backstories\nmodel: {{spec: 'openai:m@{server_beside.url}', max_in_flight: 4}}\n"
        "backstories: {told: {method: interview, n: 12, script: script.txt, critic: false}}\n"
    )
    minipublic("personas", "generate", study, "--out", clean)
    server_beside.requests, server_beside.delay_s = 0, 0.05
    for held in (1, 8):
        process = subprocess.Popen(
            command("personas", "generate", study, "--out", out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_calls(out, held)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (out / "told" / "population.jsonl").exists()
    server_beside.delay_s = 0
    minipublic("personas", "generate", study, "--out", out)
    for name in FILES:
        assert (out / "told" / name).read_bytes() == (clean / "told" / name).read_bytes()
    tables = (pd.read_parquet(folder / "told" / "stories.parquet") for folder in (clean, out))
    pd.testing.assert_frame_equal(*tables)
    # Only calls under way at a kill are asked again.
    assert server_beside.requests <= journal_calls(out) + 2 * 2 * 4


@pytest.mark.slow
def test_ctrl_c_finishes_what_is_under_way(tmp_path, server_beside):
    study, out = tmp_path / "study.yaml", tmp_path / "out"
    study.write_text(
        f"study: lives\nkind: backstories\nmodel: {{spec: 'openai:m@{server_beside.url}', max_in_flight: 2}}\n"
        "backstories: {open: {method: natural, n: 60}}\nengine: {units_in_flight: 2}\n"
    )
    server_beside.delay_s = 0.1
    process = subprocess.Popen(command("personas", "generate", study, "--out", out), stdout=subprocess.PIPE, text=True)
    wait_for_calls(out, 2)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "interrupted" in said
    assert "run the same command again" in said
    stopped = len(Population.load(out / "open" / "population.jsonl"))
    assert 0 < stopped < 60
    server_beside.delay_s = 0
    minipublic("personas", "generate", study, "--out", out)
    assert len(Population.load(out / "open" / "population.jsonl")) == 60
