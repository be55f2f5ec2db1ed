"""A small study of virtual personas for real models, and what it leaves."""

import json
import subprocess
import sys

import pandas as pd
import yaml

from minipublic import Journal, Population

SCRIPT = ("Who are you?", "Where do you live?")
SHORT = {"sampling": {"max_tokens": 40}, "after": "keep"}
POOLS = {
    "open": {"method": "natural", "n": 4, **SHORT},
    "primed": {"method": "demographics_primed", **SHORT},
    "told": {"method": "interview", "n": 4, "script": "script.txt", "criteria": "criteria.txt", "attempts": 2, **SHORT},
    "short": {"from": "told", "turns": 1},
}
PEOPLE = {"generate": 3, "attributes": {"party": {"shares": {"Left": 0.5, "Right": 0.5}}}}
ASKED = [
    "bio",
    {"style": "backstory", "backstories": ["open", "told", "short"], "matching": "greedy"},
    {"style": "backstory_with_traits", "backstories": "told", "matching": ["max_weight", "random"]},
    {"style": "backstory_with_traits", "backstories": "primed", "matching": "own"},
    {"style": "generative_agent", "model": "chat"},
]
CONDITIONS = (
    "bio",
    "backstory / open / greedy",
    "backstory / told / greedy",
    "backstory / short / greedy",
    "backstory_with_traits / told / max_weight",
    "backstory_with_traits / told / random",
    "backstory_with_traits / primed / own",
    "generative_agent / chat",
)


def write(folder, base, chat, **changes):
    """Writes the study with its files; keyword arguments change its sections."""
    scale = {"1": "No", "2": "Not sure", "3": "Yes"}
    items = {f"q{k}": {"text": f"Is it good, part {k}?", "options": scale} for k in (1, 2)}
    (folder / "codebook.yaml").write_text(yaml.safe_dump({"items": items}))
    (folder / "script.txt").write_text("\n".join(SCRIPT))
    (folder / "criteria.txt").write_text("code_or_markup: Does the answer contain code or markup?")
    study = {"study": "lives", "kind": "survey", "models": {"base": base, "chat": chat}, "model": "base"}
    study |= {"judge": "chat", "population": PEOPLE, "backstories": POOLS, "traits": ["party"], "trait_draws": 4}
    study |= {"conditions": ASKED, "sampling": {"max_tokens": 30}, "survey": {"codebook": "codebook.yaml"}}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study | changes, sort_keys=False))
    return path


def run(study, *arguments, code=0):
    """Runs it on the command line."""
    command = [sys.executable, "-m", "minipublic.simulation.cli", "run", str(study), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def read_run(out):
    """What a run says of itself, and its records."""
    return json.loads((out / "run.json").read_text()), pd.read_parquet(out / "records.parquet")


def read_pool(out, pool):
    """A pool's people, the rows of their answers, and by person what was found of its traits."""
    folder = out / "backstories" / pool
    lines = [json.loads(line) for line in (folder / "traits.jsonl").read_text("utf-8").split("\n") if line]
    found = {line["persona"]: line["traits"] for line in lines}
    return Population.load(folder / "population.jsonl"), pd.read_parquet(folder / "stories.parquet"), found


def asked_in(out):
    """The text of a prompt, by its hash, out of a run's journal."""
    journal = Journal(out / "calls.sqlite")
    return journal.prompt_text
