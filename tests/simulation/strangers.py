"""People made up by a test, whose answers are drawn from known probabilities; and studies of them by the synthetic model.

They answer as the people of examples/atp_style/public.yaml do, with traits of their own: older, less educated and more often
Republican than those who tell the model's stories, as real people are.
"""

import asyncio
import csv
import random
from pathlib import Path

import yaml

import minipublic
from minipublic.models.synthetic import as_people, from_spec
from minipublic.simulation.loading import load_study
from minipublic.simulation.measure import measure_run
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

PUBLIC = Path(minipublic.__file__).parent / "examples" / "atp_style" / "public.yaml"
OPTIONS = yaml.safe_load(PUBLIC.read_text())
# Four items of each of the public's three attitudes, four answers each.
ITEMS = ("Q2_4", "Q2_6", "Q3_2", "Q8_1", "Q8_3", "Q8_4", "Q8_5", "Q8_7", "Q4_1", "Q4_2", "Q4_3", "Q2_1")
SHARES = {
    "party": {"Democrat": 0.35, "Republican": 0.65},
    "age": {"18-29": 0.15, "30-44": 0.2, "45-64": 0.4, "65+": 0.25},
    "gender": {"Female": 0.5, "Male": 0.5},
    "education": {"College": 0.25, "High school or less": 0.4, "Some college": 0.35},
    "race": {"Black": 0.12, "Hispanic": 0.15, "Other/Mixed": 0.08, "White": 0.65},
    "income": {"$125k or more": 0.2, "$40-75k": 0.25, "$75-125k": 0.25, "Less than $40k": 0.3},
}
# The model hears nearly all that it is told; it is another public, so that what is a person's own is no secret it knows.
MODEL = {"spec": "synthetic:americans", "options_file": str(PUBLIC), "options": {"fidelity": 0.95}}
SCALE = {k: f"answer {k}" for k in range(1, 5)}


def make_people(folder: Path, n: int, seed: int = 0) -> None:
    """Writes `codebook.yaml` and `people.csv`: n people, an answer to each of `ITEMS` drawn from its exact probabilities."""
    codebook = {
        "respondent": "id",
        "attributes": {name: {"column": name} for name in SHARES},
        "items": {code: {"text": f"Where do you stand on {code}?", "options": SCALE} for code in ITEMS},
    }
    (folder / "codebook.yaml").write_text(yaml.safe_dump(codebook, sort_keys=False))
    chance = random.Random(seed)
    traits = [{name: chance.choices(list(s), list(s.values()))[0] for name, s in SHARES.items()} for _ in range(n)]
    asked = {code: ({"question": code}, 4) for code in ITEMS}
    write_answers(folder / "people.csv", as_people(from_spec("people", **OPTIONS).public), traits, asked, chance)


def write_answers(path: Path, public, traits: list[dict], asked: dict, chance: random.Random) -> None:
    """Writes a row for everybody: an id, the traits, and a code drawn for each item, by code its context and K."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", *traits[0], *asked])
        for k, known in enumerate(traits):
            person = {"persona": f"h{k}", "style": "qa", "attributes": known}
            drawn = [_drawn(public.probabilities(person | item, options), chance) for item, options in asked.values()]
            rows.writerow([person["persona"], *known.values(), *drawn])


def _drawn(probabilities, chance: random.Random) -> int:
    return chance.choices(range(1, len(probabilities) + 1), probabilities)[0]


def write_study(folder: Path, **changes) -> Path:
    """A survey of the people in a folder; keyword arguments change its sections."""
    study = {
        "study": "orderings",
        "kind": "survey",
        "model": MODEL,
        "humans": {"table": "people.csv", "codebook": "codebook.yaml"},
        "population": {"from_humans": True},
        "traits": list(SHARES),
        "survey": {},
        "evaluation": {"bootstrap": 100, "splits": 5},
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study | changes, sort_keys=False))
    return path


def measured(study: Path, out: Path, *overrides: str) -> dict:
    """Runs a study and measures it."""
    plan = make_plan(load_study(study, overrides), study)
    run = asyncio.run(run_study(plan, out))
    assert run["status"] == "complete"
    return measure_run(out, plan)
