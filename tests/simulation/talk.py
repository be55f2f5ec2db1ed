"""A small deliberation whose roles have models of their own."""

import asyncio
import json

import pandas as pd

from minipublic.simulation.loading import load_study
from minipublic.simulation.opening import open_models
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

MODELS = {
    "base": {"spec": "synthetic:town", "options": {"dimensions": 2}},
    "rep": {"spec": "synthetic:town", "options": {"attribute_share": 0.9}},
    "chat": {"spec": "synthetic:town", "options": {"wording_sd": 0.4}},
}
PEOPLE = {
    "generate": 6,
    "attributes": {"party": {"shares": {"D": 0.5, "R": 0.5}}},
}
TALK = {
    "models": MODELS,
    "model": "base",
    "mediator": "chat",
    "population": PEOPLE,
    "consensus": {"questions": ["Is wealth a matter of luck and of other things?"], "groups": 2, "group_size": 3},
}

SERVED = {"spec": "openai:m@http://localhost:1/v1"}


def plan(path, *overrides, model=None):
    return make_plan(load_study(path, overrides, model), path)


def names(made) -> dict[str, str]:
    """The name that answers carry, by the model's name in the study."""
    opened = open_models(made)
    configs = made.model_configs()
    return {
        name: opened[key].name for name, config in made.study.models.items() for key in opened if configs[key] == config
    }


def run(made, out):
    asyncio.run(run_study(made, out))
    told = json.loads((out / "run.json").read_text())
    return pd.read_parquet(out / "records.parquet"), pd.read_parquet(out / "utterances.parquet"), told
