"""Bounds on a run: it stops before them, keeps what it has, and goes on to the same end with higher ones."""

import asyncio
import json
import subprocess
import sys

import pandas as pd
import pytest

from minipublic.models.errors import SetupError
from minipublic.simulation.errors import InputError
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import exit_code, run_study

PRICES = {"openai:m": {"prompt": 100.0, "completion": 1000.0}}  # a call of the test server costs 0.004


def run(path, out, **bounds):
    plan = make_plan(load_study(path, [f"budget.{name}={bound}" for name, bound in bounds.items()]), path)
    return asyncio.run(run_study(plan, out))


def tables(out):
    return [pd.read_parquet(out / f"{name}.parquet") for name in ("records", "utterances")]


def assert_same(out, other):
    for ours, theirs in zip(tables(out), tables(other), strict=True):
        pd.testing.assert_frame_equal(ours, theirs)
    assert (out / "transcripts.jsonl").read_bytes() == (other / "transcripts.jsonl").read_bytes()


def test_the_command_stops_before_the_bound_and_goes_on_with_a_higher_one(survey, folder):
    study, out = survey(), folder / "out"
    command = [sys.executable, "-m", "minipublic.simulation.cli", "run", str(study), "--out", str(out)]
    done = subprocess.run([*command, "--max-calls", "100"], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "stopped (budget: max_calls is 100: 99 used, and the next call may use 3 more)" in done.stdout
    assert "run the same command again to resume, with a higher bound" in done.stdout
    told = json.loads((out / "run.json").read_text())
    assert (told["status"], told["calls"]["calls"], told["calls"]["asked_now"]) == ("interrupted", 99, 99)
    assert told["stopped"].startswith("budget: max_calls is 100")
    held, _ = tables(out)
    assert len(held) == 99
    assert held["missing"].dropna().isin(["declined"]).all()  # what was not asked is no missing answer
    assert exit_code(run(study, out, max_calls=240)) == 0
    told = json.loads((out / "run.json").read_text())
    assert (told["status"], told["calls"]["asked_now"], told["calls"]["replayed_now"]) == ("complete", 141, 99)
    assert "stopped" not in told
    run(study, folder / "whole")
    assert_same(out, folder / "whole")
    pd.testing.assert_frame_equal(tables(folder / "whole")[0].head(99), held)


def test_the_budget_of_the_study_file_counts_over_all_runs_and_is_no_part_of_it(survey, folder):
    path, out = survey(budget={"max_calls": 50}), folder / "out"
    for _ in range(2):
        told = run(path, out)
        assert told["stopped"].startswith("budget: max_calls is 50: 48 used")
        assert told["calls"]["calls"] == 48
        assert exit_code(told) == 1
    assert "stopped" not in run(survey(), out)  # without one there is no bound


def test_a_deliberation_stops_within_an_episode_and_ends_the_same(consensus, folder):
    path, out = consensus(engine={"units_in_flight": 2}), folder / "out"
    whole = run(path, folder / "whole")["calls"]["calls"]
    for bound in (whole // 3, 2 * whole // 3):  # with two episodes at once, some are complete
        told = run(path, out, max_calls=bound)
        assert told["stopped"].startswith(f"budget: max_calls is {bound:,}: ")
        assert told["calls"]["calls"] <= bound
        records, said = tables(out)
        assert len(records) == 12 * told["units"]
        assert said["missing"].isna().all()
    assert 0 < told["units"] < 6
    last = run(path, out, max_calls=whole)
    assert (last["status"], last["calls"]["calls"]) == ("complete", whole)
    assert_same(out, folder / "whole")


@pytest.mark.parametrize(
    ("bounds", "used"),
    [({"max_tokens": 1500}, lambda calls: 13 * calls), ({"max_cost": 0.5}, lambda calls: 0.004 * calls)],
    ids=["tokens", "cost"],
)
def test_tokens_and_cost_stop_before_their_bound(survey, folder, server_beside, bounds, used):
    # The test server writes 3 tokens where 1 is allowed, so that the last calls before the bound may pass it.
    path = survey(model=f"openai:m@{server_beside.url}", budget={"prices": PRICES})
    out, ((name, bound),) = folder / "out", bounds.items()
    told = run(path, out, **bounds)
    calls = told["calls"]["calls"]
    assert told["stopped"].startswith(f"budget: {name} is ")
    assert 0.5 * bound < used(calls) <= bound
    assert server_beside.requests == calls
    assert len(tables(out)[0]) == 3 * told["units"] > 0
    assert run(path, out, **{name: 2 * bound if name == "max_tokens" else 5 * bound})["calls"]["calls"] > calls


def test_names_under_models_have_prices_too(survey, folder, server_beside):
    models = {"mine": f"openai:m@{server_beside.url}"}
    path = survey(models=models, model="mine", budget={"prices": {"mine": PRICES["openai:m"]}, "max_cost": 9.0})
    assert run(path, folder / "out")["status"] == "complete"


def test_cost_without_a_price_names_the_model(survey, consensus, folder):
    path = survey(model="openai:gpt-x@http://127.0.0.1:1/v1", budget={"prices": PRICES})
    with pytest.raises(InputError, match=r"budget\.max_cost needs a price for openai:gpt-x: "):
        run(path, folder / "a", max_cost=1)
    priced = {"synthetic:default": {"prompt": 1.0, "completion": 1.0}}
    path = consensus(mediator="synthetic:wise", budget={"prices": priced, "max_cost": 5})
    with pytest.raises(InputError, match=r"price for synthetic:wise: .*per million tokens"):
        run(path, folder / "b")


@pytest.mark.parametrize("bound", [{"max_calls": 0}, {"max_cost": 0}, {"max_tokens": "many"}], ids=str)
def test_a_bound_that_is_none_is_refused_with_its_place(survey, folder, bound):
    with pytest.raises(InputError, match=rf"budget\.{next(iter(bound))}"):
        run(survey(budget=bound), folder / "out")


def test_a_server_that_counts_no_tokens_is_not_bounded_by_them(survey, folder, server_beside):
    server_beside.always = "no_usage"
    path, out = survey(model=f"openai:m@{server_beside.url}"), folder / "out"
    with pytest.raises(SetupError, match=r"openai:m: the server does not say.*bound the run by max_calls"):
        run(path, out, max_tokens=100_000)
    asked = server_beside.requests
    assert 0 < asked < 240
    with pytest.raises(InputError, match=r"budget\.max_tokens.*openai:m.*max_calls"):
        run(path, out, max_tokens=100_000)  # what is on record counts, and nobody knows how much
    assert server_beside.requests == asked
    assert run(path, out, max_calls=200)["stopped"].startswith("budget: max_calls")
