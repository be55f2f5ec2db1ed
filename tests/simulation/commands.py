"""Runs of the command line, and how far they are."""

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "minipublic.simulation.cli", *map(str, arguments)]


def minipublic(*arguments, code: int | None = 0, **more) -> subprocess.CompletedProcess:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, **more)
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done


def records(out: Path) -> pd.DataFrame:
    return pd.read_parquet(out / "records.parquet")


def run_json(out: Path) -> dict:
    return json.loads((out / "run.json").read_text())


def wait_for_calls(out: Path, calls: int, timeout_s: float = 30.0) -> None:
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if (out / "calls.sqlite").exists() and journal_calls(out) >= calls:
            return
        time.sleep(0.01)
    raise AssertionError(f"no {calls} calls in {out} within {timeout_s} s")


def journal_calls(out: Path) -> int:
    connection = sqlite3.connect(f"file:{out / 'calls.sqlite'}?mode=ro", uri=True)
    try:
        return connection.execute("select count(*) from calls").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
