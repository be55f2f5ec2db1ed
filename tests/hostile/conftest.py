"""One study of a group for every attack, run twice: attacked, and with what an honest person in the same seat writes."""

import asyncio
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
import pandas as pd
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from hostile_people import ATTACKS, Public

from minipublic.simulation.loading import load_study
from minipublic.simulation.measure import measure_run
from minipublic.simulation.planning import make_plan
from minipublic.simulation.report.page import write_report
from minipublic.simulation.run import run_study

SEATS = 3
# What a population file may hold: labels and names are words of strangers too.
LABELS = (
    "<script>alert(2)</script>", "\" onclick=\"alert(2)", "</td></table><h1>Label</h1>", "\x1b[31mred\u202e\u200b",
    "=1+1", "{{ 7 * 7 }}", "line\nseat_1 (p0: nobody)\n  opinion: none", "&lt;i&gt;", "plain",
)  # fmt: skip
IDS = ("<img src=x onerror=alert(3)>", "\x1b]0;id\x07", "p\u202e2", "=cmd|' /C calc'!A0", "../../p4")


@dataclass
class Played:
    model: Public
    out: Path

    @cached_property
    def tables(self):
        return {name: pd.read_parquet(self.out / f"{name}.parquet") for name in ("records", "utterances")}

    @cached_property
    def transcripts(self):
        return [orjson.loads(line) for line in (self.out / "transcripts.jsonl").read_bytes().splitlines()]


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """The study's plan, and by persona the attack of the one hostile person in every group."""
    folder = tmp_path_factory.mktemp("hostile")
    ids = [IDS[k] if k < len(IDS) else f"p{k}" for k in range(SEATS * len(ATTACKS))]
    people = [{"id": name, "attributes": {"party": LABELS[k % len(LABELS)]}} for k, name in enumerate(ids)]
    (folder / "people.jsonl").write_bytes(b"\n".join(map(orjson.dumps, people)))
    told = {
        "study": "hostile", "kind": "consensus", "seed": 11, "model": "synthetic:town",
        "population": {"file": "people.jsonl"},
        "consensus": {"questions": ["Should we tax wealth?"], "groups": len(ATTACKS), "group_size": SEATS},
        "evaluation": {"bootstrap": 20},
    }  # fmt: skip
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(told, sort_keys=False))
    plan = make_plan(load_study(path), path)
    second = [list(unit.seats.values())[1].id for unit in plan.units()]
    return plan, dict(zip(second, ATTACKS, strict=True))


@pytest.fixture(scope="session")
def attacked(study, tmp_path_factory):
    return played(study, tmp_path_factory.mktemp("attacked"), honest=False)


@pytest.fixture(scope="session")
def honest(study, tmp_path_factory):
    return played(study, tmp_path_factory.mktemp("honest"), honest=True)


def played(study, out, honest):
    plan, hostile = study
    model = Public(hostile, honest)
    asyncio.run(run_study(plan, out, models=dict.fromkeys(plan.model_configs(), model)))
    measure_run(out)
    write_report(out)
    return Played(model, out)
