"""Small studies of several mechanisms, and runs of them."""

import asyncio
import json
from pathlib import Path

import yaml

from minipublic.simulation.loading import load_study
from minipublic.simulation.measure import measure_run
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

MECHANISMS = ["summary", {"name": "welfare", "alpha": "inf"}, "median_opinion", "random_opinion"]
STUDY = {
    "study": "family",
    "kind": "consensus",
    "population": {"generate": 75, "attributes": {"party": {"shares": {"A": 0.5, "B": 0.5}}}},
    "conditions": [{"style": "qa", "mechanism": MECHANISMS}],
    "consensus": {"questions": ["Should we tax wealth?"], "groups": 15, "group_size": 5},
    "evaluation": {"bootstrap": 200},
}


def write(folder: Path, **changes) -> Path:
    """A study file with some sections changed."""
    path = folder / "family.yaml"
    path.write_text(yaml.safe_dump(STUDY | changes, sort_keys=False))
    return path


def compared(path: Path, *overrides: str) -> tuple[Path, dict]:
    """The run folder of a study, and its metrics."""
    plan, out = make_plan(load_study(path, overrides), path), path.parent / "out"
    asyncio.run(run_study(plan, out))
    measure_run(out, plan)
    return out, json.loads((out / "metrics.json").read_text())
