"""Whole studies on a real vLLM server."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time

import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.vllm
SURVEY = {
    "study": "served",
    "kind": "survey",
    "population": {"generate": 30, "attributes": {"party": {"shares": {"Left": 0.5, "Right": 0.5}}}},
    "survey": {"codebook": "codebook.yaml"},
}
CODEBOOK = {
    "items": {
        f"q{k}": {"text": f"Is it good, part {k}?", "options": {"1": "No", "2": "Not sure", "3": "Yes"}}
        for k in range(1, 9)
    }
}
TALK = {
    "study": "talk",
    "kind": "consensus",
    "population": {"generate": 9, "attributes": {"party": {"shares": {"Left": 0.5, "Right": 0.5}}}},
    "sampling": {"max_tokens": 24},
    "consensus": {"questions": ["Should wealth be taxed?"], "groups": 3, "group_size": 3},
}


def write(folder, study, **changes):
    (folder / "codebook.yaml").write_text(yaml.safe_dump(CODEBOOK))
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study | changes))
    return path


def minipublic(*arguments):
    return [sys.executable, "-m", "minipublic.simulation.cli", *map(str, arguments)]


def run(*arguments, code=0):
    done = subprocess.run(minipublic("run", *arguments), capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stderr
    return done


def described(out):
    return json.loads((out / "run.json").read_text())


def test_a_survey_says_which_weights_answered_and_what_the_server_counted(plain_server, tmp_path):
    out = tmp_path / "out"
    study = write(tmp_path, SURVEY, model=f"vllm:tiny@{plain_server.url}", asking={"average_orders": True})
    run(study, "--out", out)
    records, said = pd.read_parquet(out / "records.parquet"), described(out)
    assert set(records["model"]) == {"vllm:tiny"}
    assert len(records) == 240
    assert records["captured_mass"].mean() > 0.8
    assert records["order_asymmetry"].between(0, 1).all()
    counts = said["servers"][plain_server.url]
    assert counts["prompt_tokens"] >= said["calls"]["prompt_tokens"] > 0
    assert counts["prefix_cache_queries"] > 0
    assert counts["kv_cache_tokens"] > 0
    assert "prefix cache" in (out / "report.html").read_text()


def test_three_roles_on_three_weights_in_one_episode(lora_server, tiny, tmp_path):
    at = f"vllm:tiny@{lora_server.url}"
    models = {"base": at, "rep": {"spec": at, "adapter": str(tiny / "a")}}
    models |= {"chat": {"spec": at, "adapter": str(tiny / "b"), "options": {"endpoint": "chat"}}}
    people = TALK["population"] | {"models": {"p0": "rep", "p1": "rep", "p2": "rep"}}
    study = write(tmp_path, TALK, models=models, model="base", mediator="chat", population=people)
    out = tmp_path / "out"
    run(study, "--out", out)
    records, texts = pd.read_parquet(out / "records.parquet"), pd.read_parquet(out / "utterances.parquet")
    weights = dict(zip(records["persona"], records["model"], strict=True))
    assert weights["p0"].startswith("vllm:tiny+a#")
    assert {model for persona, model in weights.items() if persona not in ("p0", "p1", "p2")} == {"vllm:tiny"}
    mediated = texts[texts["seat"] == "mediator"]["model"]
    assert mediated.str.startswith("vllm-chat:tiny+b#").all()
    spoken = texts[texts["seat"] != "mediator"].groupby("episode")["model"].nunique()
    assert spoken.max() == 2  # representatives and prompted personas sit at one table


def test_a_server_that_is_killed_and_restarted_costs_nothing(start, tiny, tmp_path):
    server, out = start(), tmp_path / "out"
    people = SURVEY["population"] | {"generate": 200}
    settings = {
        "population": people,
        "engine": {"units_in_flight": 4},
        "survey": {"codebook": "codebook.yaml", "presentation": "series"},
    }
    study = write(tmp_path, SURVEY, model=f"vllm:tiny@{server.url}", **settings)
    going = subprocess.Popen(
        minipublic("run", study, "--out", out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for_calls(out, 100)
    server.kill()
    held = calls(out)
    assert held < 1600
    restart = threading.Thread(target=server.start)
    restart.start()
    _said, errors = going.communicate(timeout=500)
    restart.join()
    assert going.returncode == 0, errors
    assert "Waiting up to" in errors
    records = pd.read_parquet(out / "records.parquet")
    assert len(records) == 1600
    assert records["missing"].isna().all()
    assert described(out)["calls"]["calls"] == 1600 == described(out)["calls"]["asked_now"]
    again = run(study, "--out", out)
    assert "0 calls asked and 1600 replayed" in again.stdout


def wait_for_calls(out, n):
    end = time.monotonic() + 120
    while calls(out) < n:
        assert time.monotonic() < end, "the run does not get going"
        time.sleep(0.05)


def calls(out):
    if not os.path.exists(out / "calls.sqlite"):
        return 0
    try:
        with sqlite3.connect(f"file:{out / 'calls.sqlite'}?mode=ro", uri=True) as journal:
            return journal.execute("select count(*) from calls").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_models_check_finds_out_by_trying(plain_server):
    done = subprocess.run(
        minipublic("models", "check", f"vllm:tiny@{plain_server.url}"), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for feature in ("seed", "stop", "logprobs", "n", "lists", "score"):
        assert f"{feature}: honoured" in done.stdout
