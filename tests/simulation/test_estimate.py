"""Estimates of what a run uses: ranges without a pilot, and within a tenth of the truth after one."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import minipublic
from minipublic.models.errors import ServerError
from minipublic.models.synthetic import SyntheticModel
from minipublic.simulation.cli.estimate import estimate_lines
from minipublic.simulation.errors import InputError
from minipublic.simulation.estimate import estimate
from minipublic.simulation.folder import RunFolder
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

ROOT = Path(minipublic.__file__).parent
USED = ("calls", "prompt_tokens", "completion_tokens")
PRICES = 'budget.prices={"synthetic:default": {prompt: 2, completion: 8}}'


def planned(path, *overrides):
    return make_plan(load_study(path, overrides), path)


def ran(plan, out, limit=None, models=None) -> dict:
    return asyncio.run(run_study(plan, out, limit=limit, models=models))


def check_against_the_run(plan, out, pilot) -> None:
    before = estimate(plan)
    ran(plan, out, pilot)
    guess = estimate(plan, folder=RunFolder(out))
    truth = ran(plan, out)["calls"]
    assert guess["pilot"]["people"] == pilot
    for name in USED:
        figure = guess[name]
        assert figure["value"] == pytest.approx(truth[name], rel=0.1), name
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["spent"] + figure["remaining"]["value"] == pytest.approx(figure["value"])
        assert before[name]["low"] <= truth[name] <= before[name]["high"], name
    cost = (2 * truth["prompt_tokens"] + 8 * truth["completion_tokens"]) / 1e6
    assert guess["cost"]["value"] == pytest.approx(cost, rel=0.1)
    assert before["cost"]["low"] <= cost <= before["cost"]["high"]


@pytest.mark.parametrize(
    ("study", "pilot"),
    [
        ("simulation/starters/survey.yaml", 10),
        ("simulation/starters/consensus.yaml", 2),
        ("examples/wealth_tax.yaml", 3),
    ],
)
def test_a_pilot_foretells_the_run(study, pilot, tmp_path):
    check_against_the_run(planned(ROOT / study, PRICES), tmp_path / "out", pilot)


@pytest.mark.slow
def test_a_pilot_foretells_the_run_on_real_respondents(data, tmp_path):
    study = ROOT / "examples" / "nonvoters" / "study.yaml"
    check_against_the_run(planned(study, PRICES, f"data={data}", "population.sample=120"), tmp_path / "out", 10)


@pytest.mark.parametrize("presentation", ["series", "battery"])
@pytest.mark.parametrize("method", ["sampled", "full_option"])
def test_every_way_of_asking_is_foretold(survey, tmp_path, presentation, method):
    plan = planned(survey(survey={"presentation": presentation}, asking={"method": method, "draws": 4}), PRICES)
    check_against_the_run(plan, tmp_path / "out", 6)


def test_without_a_pilot_tokens_are_a_range_and_calls_are_exact(survey, tmp_path):
    guess = estimate(planned(survey()), folder=RunFolder(tmp_path / "nothing there"))
    assert guess["people"] == 40
    assert guess["units"] == 80
    assert guess["calls"]["low"] == guess["calls"]["high"] == 240
    assert 1.5 * guess["prompt_tokens"]["low"] < guess["prompt_tokens"]["high"]
    assert guess["pilot"] is None
    assert "no price given" in guess["cost"]["why"]
    assert any("3 to 5 characters" in note for note in guess["notes"])
    assert not (tmp_path / "nothing there").exists()


def test_forced_answers_are_drawn_as_often_as_free_ones(survey):
    free, forced = (estimate(planned(survey(asking={"method": m, "draws": 4}))) for m in ("sampled", "structured"))
    assert {name: forced[name] for name in USED} == {name: free[name] for name in USED}
    letters = estimate(planned(survey()))
    assert forced["prompt_tokens"]["high"] == pytest.approx(4 * letters["prompt_tokens"]["high"], rel=1e-3)


def test_a_prompt_is_shown_without_its_padding(consensus):
    prompts = estimate(planned(consensus()))["prompts"]
    assert "[opinion of up to 400 tokens]" in prompts["draft"]
    assert "\ue000" not in "".join(prompts.values())


def test_a_battery_that_cannot_be_read_is_asked_again(survey):
    calls = estimate(planned(survey(survey={"presentation": "battery"})))["calls"]
    assert (calls["low"], calls["high"]) == (80, 240)


def test_a_limit_holds_for_the_estimate(survey, tmp_path):
    plan, folder = planned(survey()), RunFolder(tmp_path / "out")
    ran(plan, folder.path, 4)
    assert estimate(plan, 10, folder)["calls"]["value"] == 60
    complete = estimate(plan, 4, folder)["calls"]
    assert complete["remaining"]["value"] == 0


def test_one_person_gives_no_interval_and_says_why(survey, tmp_path):
    plan, folder = planned(survey()), RunFolder(tmp_path / "out")
    ran(plan, folder.path, 1)
    guess = estimate(plan, folder=folder)
    assert guess["calls"]["value"] == 240
    assert guess["calls"]["low"] is None
    assert "no interval" in guess["calls"]["why"]
    assert "–" in "\n".join(estimate_lines(guess))


def test_a_complete_run_has_nothing_left(survey, tmp_path):
    plan, folder = planned(survey()), RunFolder(tmp_path / "out")
    truth = ran(plan, folder.path)["calls"]
    guess = estimate(plan, folder=folder)
    for name in USED:
        assert guess[name]["value"] == guess[name]["spent"] == truth[name]
        assert guess[name]["remaining"]["value"] == 0


def test_another_study_s_folder_is_an_error(survey, tmp_path):
    ran(planned(survey()), tmp_path / "out", 2)
    with pytest.raises(InputError, match="another study"):
        estimate(planned(survey(seed=5)), folder=RunFolder(tmp_path / "out"))


def forget_counts(out, where="1") -> None:
    with sqlite3.connect(out / "calls.sqlite") as journal:
        journal.execute(f"update calls set prompt_tokens = null, completion_tokens = null where {where}")
    journal.close()


def test_tokens_that_no_server_counted_are_unknown_and_not_zero(survey, tmp_path):
    plan, folder = planned(survey(), PRICES), RunFolder(tmp_path / "out")
    ran(plan, folder.path, 5)
    forget_counts(folder.path)
    guess = estimate(plan, folder=folder)
    assert guess["calls"]["value"] == 240
    for name in ("prompt_tokens", "completion_tokens", "cost"):
        assert guess[name]["value"] is None
        assert "no token counts" in guess[name]["why"]
    assert "unknown" in "\n".join(estimate_lines(guess))


def test_calls_without_counts_are_taken_to_be_like_the_others(survey, tmp_path):
    plan, folder = planned(survey()), RunFolder(tmp_path / "out")
    ran(plan, folder.path, 8)
    whole = estimate(plan, folder=folder)["prompt_tokens"]["value"]
    forget_counts(folder.path, "substr(hex(key), 1, 1) < '4'")
    guess = estimate(plan, folder=folder)
    assert guess["prompt_tokens"]["value"] == pytest.approx(whole, rel=0.1)
    assert any("without token counts" in note for note in guess["notes"])


class Failing(SyntheticModel):
    """Answers a number of calls, then no more."""

    left = 45

    async def choose(self, request):
        self.left -= 1
        if self.left < 0:
            raise ServerError("down")
        return await super().choose(request)


def test_people_who_are_not_finished_are_still_to_come(survey, tmp_path):
    plan, folder = planned(survey(), "engine.units_in_flight=1"), RunFolder(tmp_path / "out")
    ran(plan, folder.path, 10, {"synthetic:default": Failing()})
    for table in ("records.parquet", "utterances.parquet"):  # as a run that was killed leaves it
        (folder.path / table).unlink()
    guess = estimate(plan, folder=folder)
    assert guess["pilot"] == {"people": 7, "begun": 8}
    assert guess["calls"]["spent"] == 45
    assert guess["calls"]["value"] == 240


def test_a_pilot_in_which_nobody_finished_gives_ranges(survey, tmp_path):
    plan, folder = planned(survey()), RunFolder(tmp_path / "out")
    model = Failing()
    model.left = 2
    ran(plan, folder.path, 1, {"synthetic:default": model})
    guess = estimate(plan, folder=folder)
    assert guess["prompt_tokens"]["value"] is None
    assert any("nobody's are complete" in note for note in guess["notes"])


def test_a_damaged_journal_is_named(survey, tmp_path):
    plan, folder = planned(survey()), RunFolder(tmp_path / "out")
    ran(plan, folder.path, 1)
    folder.calls.write_bytes(b"no database" * 500)
    with pytest.raises(InputError, match=r"calls\.sqlite"):
        estimate(plan, folder=folder)


def test_every_model_counts_at_its_own_price(consensus, tmp_path):
    path, only_one = (
        consensus(mediator="synthetic:other"),
        "budget.prices={'synthetic:other': {prompt: 0, completion: 1000000}}",
    )
    out = RunFolder(tmp_path / "out")
    ran(planned(path), out.path, 2)
    assert (
        "no price given: set budget.prices for synthetic:default"
        in estimate(planned(path, only_one), folder=out)["cost"]["why"]
    )
    both = planned(path, only_one, "budget.prices.synthetic:default={prompt: 0, completion: 0}")
    guess = estimate(both, folder=out)["cost"]
    ran(both, out.path)
    with sqlite3.connect(out.calls) as journal:
        find = "select sum(completion_tokens) from calls where model = 'synthetic:other'"
        (written,) = journal.execute(find).fetchone()
    journal.close()
    assert guess["value"] == pytest.approx(written, rel=0.1)
    assert guess["low"] < guess["value"] < guess["high"]


def test_the_command_shows_what_is_spent_and_refuses_another_study(survey, tmp_path):
    command = [sys.executable, "-m", "minipublic.simulation.cli", "run"]
    path, out = survey(), tmp_path / "out"
    ran(planned(path), out, 4)
    done = subprocess.run([*command, path, "--out", out, "--dry-run"], capture_output=True, text=True)
    assert re.search(r"^calls +240 +240 to 240 +24 +216", done.stdout, re.MULTILINE)
    assert "Is it good?" in done.stdout
    done = subprocess.run([*command, survey(seed=8), "--out", out, "--dry-run"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "another study" in done.stderr
