"""Interviews, traits and matching on transformers in this process, which cannot hold an answer to a schema."""

import contextlib
import json
import sqlite3

import pytest
from virtual_study import POOLS, asked_in, read_pool, read_run, run, write

pytestmark = pytest.mark.local


def test_a_model_that_can_be_held_to_no_schema_is_asked_in_words(tiny, tmp_path):
    told = {**POOLS["told"], "n": 3, "script": "one.txt", "attempts": 1}
    own = {
        "backstories": {"told": told},
        "conditions": [{"style": "backstory", "backstories": "told", "matching": "max_weight"}],
    }
    chat = {"spec": f"hf:{tiny / 'base'}", "options": {"chat": True}}
    study = write(tmp_path, base=f"hf:{tiny / 'base'}", chat=chat, **own)
    (tmp_path / "one.txt").write_text("Who are you?\n")
    run(study, "--out", tmp_path / "run")
    _, records = read_run(tmp_path / "run")
    assert records["missing"].isna().all()
    people, rows, found = read_pool(tmp_path / "run", "told")
    assert rows["critic"].str.startswith("hf-chat:base#").all()
    assert rows["model"].str.startswith("hf:base#").all()
    assert len({p.story for p in people}) == 3
    assert not any("Question:" in p.interview[0].answer for p in people)
    assert {traits["party"]["source"] for traits in found.values()} <= {"stated", "drawn", "uniform"}
    judged = asked_in(tmp_path / "run")(found["s00000"]["party"]["judge_prompt_hash"])
    assert "Reply with one JSON object and nothing else." in judged
    with contextlib.closing(sqlite3.connect(tmp_path / "run" / "calls.sqlite")) as journal:
        requests = journal.execute("select request from calls where operation = 'generate'").fetchall()
    assert all(
        json.loads(request)[-1] == [] for (request,) in requests
    )  # no schema beside sampling, seed and replicate
