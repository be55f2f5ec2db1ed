"""A survey whose people are given stories: made first, matched, told, measured, and never asked for twice."""

import json

import pandas as pd
import pytest
import yaml
from commands import minipublic, records, run_json

from minipublic.personas.persona import Attribute, Persona
from minipublic.personas.population import Population
from minipublic.simulation.errors import InputError
from minipublic.simulation.loading import load_study
from minipublic.simulation.people import asked_traits
from minipublic.simulation.planning import make_plan

MODEL = {"spec": "synthetic:told", "options": {"shares": {"party": {"Democrat": 0.7, "Republican": 0.3}}}}
POOLS = {
    "asked": {"method": "interview", "n": 12, "script": "script.txt"},
    "short": {"from": "asked", "turns": 1},
    "primed": {"method": "demographics_primed", "n": 9},
}
CONDITIONS = [
    "qa",
    {"style": "backstory", "backstories": ["asked", "short"], "matching": ["greedy", "random"]},
    {"style": "backstory_with_traits", "backstories": "primed", "matching": "own"},
]


@pytest.fixture
def told(survey, folder):
    """Writes the study; keyword arguments change its sections."""

    def write(**changes):
        (folder / "script.txt").write_text("Who are you?\nWhat do you do all day?\n")
        own = {"model": MODEL, "backstories": POOLS, "traits": ["party"], "conditions": CONDITIONS}
        own |= {"population": {"from_humans": True, "sample": 12}}
        return survey(**{**own, **changes})

    return write


@pytest.mark.slow
def test_people_are_given_stories_and_asked(told, folder):
    evaluation = {"bootstrap": 20, "splits": 2, "ablations": {"length": ["short", "asked"]}}
    minipublic("run", told(evaluation=evaluation), "--out", folder / "run", code=3)
    rows, run = records(folder / "run"), run_json(folder / "run")
    assert list(rows["condition"].unique()) == run["conditions"]
    assert rows.groupby("condition").size().unique().tolist() == [12 * 3]
    # Nine people were primed: the other three have no story of their own, and no answers.
    assert run["missing"] == {"no_story": 9}
    assert (rows[rows["missing"] == "no_story"]["condition"] == "backstory_with_traits / primed / own").all()
    matching = pd.read_parquet(folder / "run" / "matching.parquet")
    assert matching.groupby(["backstories", "matching"]).size().to_dict() == {
        ("asked", "greedy"): 12,
        ("asked", "random"): 12,
        ("primed", "own"): 9,
        ("short", "greedy"): 12,
        ("short", "random"): 12,
    }
    metrics = json.loads((folder / "run" / "metrics.json").read_text())
    assert metrics["pools"].keys() == POOLS.keys()
    words = [metrics["pools"][name]["words"]["value"] for name in ("short", "asked")]
    assert words[0] < words[1]
    assert [step["words"] for step in metrics["ablations"]["length"]] == words
    greedy, random = (metrics["matching"][f"backstory / asked / {m}"]["weight_sum"] for m in ("greedy", "random"))
    assert greedy >= random
    assert [(r["conditioning"], r["matching"]) for r in metrics["rows"]][:2] == [
        ("qa", "n/a"),
        ("backstory (asked)", "greedy"),
    ]
    report = (folder / "run" / "report.html").read_text()
    for name in POOLS:
        assert f"backstories/{name}/page.html" in report
        assert (folder / "run" / "backstories" / name / "page.html").is_file()
    minipublic("report", folder / "run")  # the study is read again from the run's folder


@pytest.mark.slow
def test_a_run_stopped_among_the_stories_goes_on(told, folder):
    study = told()
    minipublic("run", study, "--out", folder / "whole", code=3)
    minipublic("run", study, "--out", folder / "run", "--max-calls", "30", code=1)
    assert run_json(folder / "run")["status"] == "interrupted"
    minipublic("run", study, "--out", folder / "run", "--max-calls", "180", code=1)
    minipublic("run", study, "--out", folder / "run", code=3)
    pd.testing.assert_frame_equal(records(folder / "run"), records(folder / "whole"))
    calls = [run_json(folder / name)["calls"]["calls"] for name in ("run", "whole")]
    assert calls[0] == calls[1]
    minipublic("run", study, "--out", folder / "run", code=3)
    assert run_json(folder / "run")["calls"]["asked_now"] == 0


@pytest.mark.slow
def test_other_stories_are_another_study_and_other_measures_are_not(told, folder):
    minipublic("run", told(), "--out", folder / "run", code=3)
    more = {**POOLS, "asked": {**POOLS["asked"], "attempts": 2}}
    said = minipublic("run", told(backstories=more), "--out", folder / "run", code=2)
    assert "backstories.asked.attempts: the run has 5, the study now says 2" in said.stderr
    (folder / "script.txt").write_text("Who are you?\nWhat do you do all night?\n")
    study = told(evaluation={"bootstrap": 0, "contrasts": {"party": ["Democrat", "Republican"]}})
    minipublic("run", study, "--out", folder / "run", code=3)
    assert run_json(folder / "run")["calls"]["asked_now"] == 0
    assert "effects" in json.loads((folder / "run" / "metrics.json").read_text())


@pytest.mark.slow
def test_an_estimate_says_what_stories_are_not_counted(told, folder):
    study = told()
    said = minipublic("run", study, "--out", folder / "run", "--dry-run").stdout
    # A call for each of two answers, one to criticise it, one for the trait; at most five attempts with three tries each.
    assert "not in these figures: asked 12 stories, 60 to 528 calls, short 12 stories, 12 to 48 calls" in said
    assert "[answer of up to 1500 tokens]" in said
    minipublic("run", study, "--out", folder / "run", code=3)
    said = minipublic("run", study, "--out", folder / "run", "--dry-run").stdout
    assert "stories come first" not in said


@pytest.mark.parametrize("matching", ["max_weight", "random"])
def test_too_few_stories_for_everybody_are_found_out_before_any_is_made(told, folder, matching):
    few = {**POOLS, "few": {"from": "asked", "most": 11}}
    study = told(backstories=few, conditions=[{"style": "backstory", "backstories": "few", "matching": matching}])
    said = minipublic("run", study, "--out", folder / "run", code=2)
    assert "each of 12 people a story of its own, but `backstories.few` has 11 at most" in said.stderr
    assert not (folder / "run" / "calls.sqlite").exists()


def test_what_people_can_be_does_not_depend_on_who_was_drawn():
    everybody = {f"h{k}": ({"race": label}, 1.0) for k, label in enumerate(["White", "Black", "White", "Other"])}
    drawn = Population((Persona("h0", {"race": "White"}),), (Attribute("race", question="What is your race?"),))
    assert asked_traits({"race": None}, drawn, None, everybody)["race"].labels == ["Black", "Other", "White"]
    with pytest.raises(InputError, match=r"traits.race: people can only be \['White'\]"):
        asked_traits({"race": None}, drawn, None)


def test_a_trait_that_people_lack_is_named(told):
    said = minipublic("validate", told(traits=["patry"]), code=2)
    assert "traits.patry: the people have no such attribute; did you mean `party`?" in said.stderr


def test_stories_from_a_file_can_be_told_in_groups(folder, consensus):
    lines = [
        {"id": f"s{k}", "backstory": f"I am number {k}.", "traits": {"party": {"DR"[k % 2]: 1.0}}} for k in range(12)
    ]
    (folder / "stories.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    study = consensus(
        backstories={"mine": {"file": "stories.jsonl"}},
        traits=["party"],
        conditions=[{"style": "backstory", "backstories": "mine", "matching": "max_weight"}],
    )
    minipublic("run", study, "--out", folder / "talk")
    assert len(pd.read_parquet(folder / "talk" / "matching.parquet")["story"].unique()) == 12


def test_options_of_a_model_may_stand_in_a_file(survey, folder):
    (folder / "options.yaml").write_text(yaml.safe_dump({"dimensions": 2, "attribute_share": 0.9}))
    in_file = {"spec": "synthetic:told", "options_file": "options.yaml", "options": {"attribute_share": 0.3}}
    spelled = {"spec": "synthetic:told", "options": {"attribute_share": 0.3, "dimensions": 2}}
    plans = [make_plan(load_study(path), path) for path in (survey(model=m) for m in (in_file, spelled))]
    assert plans[0].study.model == plans[1].study.model
    assert plans[0].identity() == plans[1].identity()
    said = minipublic("validate", survey(model={"spec": "synthetic:told", "options_file": "gone.yaml"}), code=2)
    assert "gone.yaml does not exist" in said.stderr
