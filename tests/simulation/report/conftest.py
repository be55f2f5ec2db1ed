"""A run folder with made-up metrics of several models, conditionings and matchings."""

import sys
from pathlib import Path

import orjson
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import made_up


@pytest.fixture
def metrics() -> dict:
    return made_up.metrics()


@pytest.fixture
def written(tmp_path):
    """Writes a run folder around metrics, and its report; returns the folder."""
    from minipublic.simulation.report.page import write_report

    def write(metrics: dict) -> Path:
        (tmp_path / "study.yaml").write_text("evaluation: {bootstrap: 400}\nsurvey: {replicates: 2}\n")
        (tmp_path / "run.json").write_bytes(orjson.dumps(made_up.run(metrics)))
        (tmp_path / "metrics.json").write_bytes(orjson.dumps(metrics))
        pd.DataFrame({"id": ["a", "b"], "party": ["D", "R"]}).to_parquet(tmp_path / "population.parquet")
        write_report(tmp_path)
        return tmp_path

    return write
