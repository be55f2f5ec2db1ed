"""A run that is killed at any moment resumes to the same rows, and asks nothing twice."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
from commands import command, journal_calls, minipublic, records, wait_for_calls


def kill_and_resume(study: Path, folder: Path, server, kills: int, in_flight: int) -> None:
    clean, out = folder / "clean", folder / "killed"
    minipublic("run", study, "--out", clean)
    server.requests, server.delay_s = 0, 0.02
    chance = random.Random(11)
    for _ in range(kills):
        held = journal_calls(out) if (out / "calls.sqlite").exists() else 0
        process = subprocess.Popen(
            command("run", study, "--out", out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_calls(out, held + 1)
        time.sleep(chance.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert process.returncode == -signal.SIGKILL
    server.delay_s = 0
    minipublic("run", study, "--out", out)
    pd.testing.assert_frame_equal(records(out), records(clean))
    assert (out / "transcripts.jsonl").read_bytes() == (clean / "transcripts.jsonl").read_bytes()
    # Only calls under way at a kill are asked again: in flight, or answered and being written.
    assert server.requests <= journal_calls(out) + kills * 2 * in_flight


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_rows(survey, folder, server_beside):
    study = survey(model={"spec": f"openai:m@{server_beside.url}", "max_in_flight": 4})
    kill_and_resume(study, folder, server_beside, kills=2, in_flight=4)


@pytest.mark.slow
def test_twenty_kills(survey, folder, server_beside):
    study = survey(model={"spec": f"openai:m@{server_beside.url}", "max_in_flight": 2}, survey={"replicates": 3})
    kill_and_resume(study, folder, server_beside, kills=20, in_flight=2)
