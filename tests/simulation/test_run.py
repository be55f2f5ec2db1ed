"""The command `run` from end to end: what it writes, how it resumes, how it refuses."""

import json
import re
import signal
import subprocess

import pandas as pd
import pytest
from commands import command, minipublic, records, wait_for_calls

RECORDS = [
    "persona",
    "item",
    "replicate",
    "answer",
    "probabilities",
    "captured_mass",
    "missing",
    "option_order",
    "model",
    "prompt_hash",
]
UTTERANCES = ["episode", "seat", "step", "text", "missing", "model", "prompt_hash"]


def test_a_survey_leaves_its_folder(survey, folder):
    out = folder / "out"
    minipublic("run", survey(survey={"replicates": 2}), "--out", out)
    for name in (
        "study.yaml",
        "run.json",
        "calls.sqlite",
        "records.parquet",
        "utterances.parquet",
        "transcripts.jsonl",
        "metrics.json",
        "report.html",
    ):
        assert (out / name).is_file(), name
    table = records(out)
    assert list(table.columns)[: len(RECORDS)] == RECORDS
    assert len(table) == 40 * 2 * 2 * 3
    assert list(pd.read_parquet(out / "utterances.parquet").columns)[: len(UTTERANCES)] == UTTERANCES
    run = json.loads((out / "run.json").read_text())
    assert run["status"] == "complete"
    assert run["calls"]["calls"] == len(table)
    for _, row in table.iterrows():
        assert sum(row["probabilities"]) == pytest.approx(1)
        assert sorted(row["option_order"]) == ["1", "2", "3", "4"] + (["9"] if row["item"] == "q3" else [])
        assert pd.isna(row["answer"]) != pd.isna(row["missing"])
    replicates = table[table["condition"] == "none"].groupby(["persona", "item"])["answer"].nunique()
    assert (replicates > 1).any()  # two draws from one distribution differ now and then
    metrics = json.loads((out / "metrics.json").read_text())
    assert set(metrics["conditions"]) == {"qa", "none"}
    assert len(metrics["comparisons"]) == 2


def test_an_answer_is_drawn_and_not_the_likeliest(survey, folder):
    out = folder / "out"
    minipublic("run", survey(), "--out", out)
    table = records(out).dropna(subset=["answer"])
    likeliest = [str(1 + p.argmax()) for p in table["probabilities"]]
    share = (table["answer"] == likeliest).mean()
    expected = sum(p.max() for p in table["probabilities"]) / len(table)
    assert share < 0.9
    assert abs(share - expected) < 4 * (0.25 / len(table)) ** 0.5


def test_a_consensus_leaves_its_folder(consensus, folder):
    out = folder / "out"
    minipublic("run", consensus(), "--out", out)
    said = pd.read_parquet(out / "utterances.parquet")
    assert said["episode"].nunique() == 6
    assert set(said["step"]) == {"opinion", "draft", "critique", "revised", "proposition"}
    assert said["text"].notna().all()
    table = records(out)
    assert set(table["item"]) == {"position", "endorsement_draft", "endorsement_revised"}
    lines = [json.loads(line) for line in (out / "transcripts.jsonl").read_text().splitlines()]
    assert len(lines) == 6
    assert lines[0]["proposition_source"] == "rule"
    shown = minipublic("transcript", out, lines[0]["episode"]).stdout
    assert lines[0]["revised"] in shown
    assert "endorsement_gain" in json.loads((out / "metrics.json").read_text())["conditions"]["qa"]


def test_running_again_asks_nothing(survey, folder):
    out = folder / "out"
    minipublic("run", survey(), "--out", out)
    before = records(out)
    minipublic("run", survey(), "--out", out)
    run = json.loads((out / "run.json").read_text())
    assert run["calls"]["asked_now"] == 0
    assert run["calls"]["replayed_now"] == len(before)
    pd.testing.assert_frame_equal(records(out), before)


@pytest.mark.slow
def test_a_pilot_is_extended_and_order_changes_nothing(survey, folder):
    minipublic("run", survey(), "--out", folder / "a", "--limit", 5)
    pilot = records(folder / "a")
    assert pilot["persona"].nunique() == 5
    minipublic("run", survey(), "--out", folder / "a")
    minipublic("run", survey(), "--out", folder / "b", "--set", "engine.units_in_flight=1")
    pd.testing.assert_frame_equal(records(folder / "a"), records(folder / "b"))
    pd.testing.assert_frame_equal(records(folder / "a").head(len(pilot)), pilot)


@pytest.mark.slow
def test_a_changed_study_is_refused_with_the_difference(survey, folder):
    out = folder / "out"
    minipublic("run", survey(), "--out", out)
    held = records(out)
    done = minipublic("run", survey(seed=9, survey={"presentation": "series"}), "--out", out, code=2)
    assert "seed: the run has 0, the study now says 9" in done.stderr
    assert 'survey.presentation: the run has "independent"' in done.stderr
    pd.testing.assert_frame_equal(records(out), held)
    # What only says how it is run is no part of what it is.
    minipublic("run", survey(), "--out", out, "--set", "engine.units_in_flight=3", "--set", "title=Other")


@pytest.mark.slow
def test_a_changed_human_table_is_another_study(survey, folder):
    out = folder / "out"
    minipublic("run", survey(), "--out", out)
    table = folder / "humans.csv"
    table.write_text(table.read_text().replace("h0,1,", "h0,2,"))
    assert "files.table" in minipublic("run", survey(), "--out", out, code=2).stderr


@pytest.mark.slow
def test_the_folder_reproduces_itself(survey, folder):
    minipublic("run", survey(), "--out", folder / "a", "--set", "seed=4")
    minipublic("run", folder / "a" / "study.yaml", "--out", folder / "b")
    pd.testing.assert_frame_equal(records(folder / "a"), records(folder / "b"))


def test_dry_run_asks_and_writes_nothing(survey, folder, server_beside):
    spec = f"openai:m@{server_beside.url}"
    shown = minipublic("run", survey(model=spec), "--out", folder / "out", "--dry-run").stdout
    assert re.search(r"^calls +240 +the same", shown, re.MULTILINE)
    assert "Is it good?" in shown
    assert "Question: What is your party?" in shown
    assert server_beside.requests == 0
    assert not (folder / "out").exists()


@pytest.mark.slow
def test_missing_answers_are_counted_and_asked_again(survey, folder, server_beside):
    spec, out = f"openai:m@{server_beside.url}", folder / "out"
    server_beside.faults = ["context"] * 3 + ["no_letters"] * 2
    done = minipublic("run", survey(model=spec), "--out", out, code=3)
    assert "missing (context_length): 3" in done.stdout
    assert "missing (no_option): 2" in done.stdout
    table = records(out)
    assert table["missing"].notna().sum() >= 5
    assert "What is missing" in (out / "report.html").read_text()
    asked = server_beside.requests
    minipublic("run", survey(model=spec), "--out", out, code=3)
    # The refused prompts are asked again; an answer without a letter is an answer, and replays.
    assert server_beside.requests == asked + 3


def test_a_dead_server_loses_nothing(survey, folder, server_beside):
    spec, out = f"openai:m@{server_beside.url}", folder / "out"
    server_beside.faults = [""] * 60 + ["auth"] * 1000
    done = minipublic("run", survey(model=spec), "--out", out, code=1, timeout=60)
    assert "401" in done.stderr
    assert "Traceback" not in done.stderr
    run = json.loads((out / "run.json").read_text())
    assert run["status"] == "failed"
    held = run["calls"]["calls"]
    assert held >= 40
    server_beside.faults = []
    minipublic("run", survey(model=spec), "--out", out)
    assert json.loads((out / "run.json").read_text())["calls"]["replayed_now"] >= held


@pytest.mark.slow
def test_ctrl_c_stops_cleanly(survey, folder, server_beside):
    server_beside.delay_s = 0.05
    out = folder / "out"
    study = survey(model={"spec": f"openai:m@{server_beside.url}", "max_in_flight": 2})
    process = subprocess.Popen(
        command("run", study, "--out", out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for_calls(out, 10)
    process.send_signal(signal.SIGINT)
    shown, complaint = process.communicate(timeout=30)
    assert process.returncode == 1, complaint
    assert "run the same command again to resume" in shown
    assert "Traceback" not in complaint
    assert json.loads((out / "run.json").read_text())["status"] == "interrupted"
    assert 0 < len(records(out)) < 240
    server_beside.delay_s = 0
    minipublic("run", study, "--out", out)
    assert len(records(out)) == 240


def test_two_runs_cannot_share_a_folder(survey, folder, server_beside):
    server_beside.delay_s = 0.05
    out = folder / "out"
    study = survey(model={"spec": f"openai:m@{server_beside.url}", "max_in_flight": 2})
    process = subprocess.Popen(
        command("run", study, "--out", out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for_calls(out, 2)
    assert "another run is writing" in minipublic("run", study, "--out", out, code=2).stderr
    process.kill()
    process.wait()


def test_hostile_text_is_escaped_in_the_report(consensus, folder):
    attack = "<script>alert(1)</script>{{ 7*7 }}{question}"
    study = consensus(title=attack, consensus={"questions": [f"Should we {attack} it?"], "groups": 2, "group_size": 3})
    minipublic("run", study, "--out", folder / "out")
    page = (folder / "out" / "report.html").read_text()
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )


@pytest.mark.slow
def test_export(survey, folder):
    out = folder / "out"
    minipublic("run", survey(), "--out", out)
    minipublic("export", out, "--wide", folder / "w.csv", "--condition", "qa")
    wide = pd.read_csv(folder / "w.csv")
    assert len(wide) == 40
    assert {"persona", "replicate", "q1", "q2", "q3", "party", "weight"} == set(wide.columns)
    assert list(wide["persona"]) == [f"h{k}" for k in range(40)]
    minipublic("export", out, "--long", folder / "l.csv")
    assert len(pd.read_csv(folder / "l.csv")) == 240
    assert "--condition" in minipublic("export", out, "--wide", folder / "x.csv", code=2).stderr
    assert "not a run folder" in minipublic("export", folder, "--wide", folder / "x.csv", code=2).stderr


@pytest.mark.slow
def test_evaluate_takes_a_run_folder_or_a_table(survey, folder):
    out = folder / "out"
    minipublic("run", survey(), "--out", out)
    shared = [
        "--human",
        folder / "humans.csv",
        "--codebook",
        folder / "codebook.yaml",
        "--by",
        "party",
        "--bootstrap",
        50,
    ]
    minipublic("evaluate", "survey", *shared, "--simulated", out, "--condition", "qa", "--json", folder / "a.json")
    found = json.loads((folder / "a.json").read_text())
    ours = json.loads((out / "metrics.json").read_text())["conditions"]["qa"]
    assert found["wasserstein"]["value"] == ours["wasserstein"]["value"]
    minipublic("export", out, "--wide", folder / "w.csv", "--condition", "qa")
    minipublic("evaluate", "survey", *shared, "--simulated", folder / "w.csv", "--json", folder / "b.json")
    again = json.loads((folder / "b.json").read_text())
    assert again["wasserstein"]["value"] == found["wasserstein"]["value"]
    assert (
        again["groups"]["party"]["Democrat"]["wasserstein"]["value"]
        == found["groups"]["party"]["Democrat"]["wasserstein"]["value"]
    )
