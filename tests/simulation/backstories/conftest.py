"""Small studies of backstories."""

import sys
from pathlib import Path

import pytest
import yaml

from minipublic.simulation.backstories.generate import generate
from minipublic.simulation.backstories.study import load_backstories
from minipublic.simulation.backstories.study_plan import make_backstories_plan

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def study(tmp_path):
    """Writes a study of backstories; keyword arguments change its sections."""

    def write(**changes):
        content = {
            "study": "lives",
            "kind": "backstories",
            "backstories": {"told": {"method": "interview", "n": 6, "script": "script.txt"}},
        }
        (tmp_path / "script.txt").write_text("# mine\nWho are you?\nWhere do you live?\n")
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(content | changes, sort_keys=False))
        return path

    return write


@pytest.fixture
def make(tmp_path):
    """Makes a study's pools in this process; a model may take the place of the study's."""

    async def make(path, model=None, out="out", overrides=(), **more):
        plan = make_backstories_plan(load_backstories(path, overrides), path)
        models = dict.fromkeys(plan.model_configs(), model) if model else None
        return await generate(plan, tmp_path / out, models=models, **more)

    return make
