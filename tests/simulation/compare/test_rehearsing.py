"""Estimates of studies with mechanisms: the calls foretold are those that are made."""

import asyncio

import pytest
from family_studies import write

from minipublic.simulation.estimate import estimate
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

OWN = """
async def mine(case, desk, *, candidates=3):
    texts = [text for k in range(candidates) if isinstance(text := await desk.statement(case, k), str)]
    await desk.ranking(case, next(iter(case.opinions)), texts)
    return min(texts, key=len)
"""
AGAIN = 2 * 2 * 2  # two more attempts for each ranking, in two groups and two rounds


@pytest.mark.parametrize(
    ("mechanism", "again"),
    [
        ({"name": "habermas", "candidates": 4}, 3 * AGAIN),
        ({"name": "habermas", "attempts": 1}, 0),
        ({"name": "habermas", "predict": "payoffs"}, 0),
        ({"name": "welfare", "alpha": 1}, 0),
        ("own.py:mine", AGAIN),
    ],
)
def test_the_calls_foretold_are_those_made(tmp_path, mechanism, again):
    (tmp_path / "own.py").write_text(OWN)
    small = {"questions": ["Should we tax wealth?"], "groups": 2, "group_size": 3}
    path = write(tmp_path, consensus=small, conditions=[{"style": "qa", "mechanism": mechanism}])
    plan = make_plan(load_study(path), path)
    guess = estimate(plan)
    made = asyncio.run(run_study(plan, tmp_path / "out"))["calls"]["calls"]
    assert (guess["calls"]["low"], guess["calls"]["high"]) == (made, made + again)
    assert any(note.startswith("mechanisms: ") for note in guess["notes"])
    assert not any("\ue000" <= letter <= "\ue1ff" for text in guess["prompts"].values() for letter in text)


def test_rankings_by_the_people_themselves_are_foretold(tmp_path):
    steps = [{"collect": "opinion", "instruction": "Say it."}, {"rank": "order", "of": "opinion"}]
    small = {"questions": ["Should we tax wealth?"], "groups": 2, "group_size": 3, "steps": steps}
    path = write(tmp_path, kind="protocol", protocol=small, consensus=None, conditions=["qa"])
    plan = make_plan(load_study(path), path)
    guess = estimate(plan)["calls"]
    made = asyncio.run(run_study(plan, tmp_path / "out"))["calls"]["calls"]
    assert (guess["low"], guess["high"]) == (made, made + 2 * 2 * 3)


@pytest.mark.slow
def test_several_mechanisms_are_foretold_but_for_a_few_calls(tmp_path):
    mechanisms = ["summary", {"name": "habermas"}, {"name": "welfare", "alpha": 0}, "median_opinion", "random_opinion"]
    small = {"questions": ["Should we tax wealth?"], "groups": 6, "group_size": 4}
    path = write(tmp_path, consensus=small, conditions=[{"style": "qa", "mechanism": mechanisms}])
    plan = make_plan(load_study(path), path)
    guess = estimate(plan)
    made = asyncio.run(run_study(plan, tmp_path / "out"))["calls"]["calls"]
    assert guess["calls"]["low"] == pytest.approx(made, rel=0.1)
