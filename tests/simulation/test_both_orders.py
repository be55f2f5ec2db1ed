"""A survey asked in both orders: what records and metrics say, and where it is refused."""

import asyncio
import json

import pandas as pd
import pytest

from minipublic.models.journal import Journal
from minipublic.simulation.errors import InputError
from minipublic.simulation.loading import load_study
from minipublic.simulation.measure import measure_run
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study

BOTH = {"average_orders": True}


def run(path, out):
    plan = make_plan(load_study(path), path)
    told = asyncio.run(run_study(plan, out))
    return told, pd.read_parquet(out / "records.parquet"), measure_run(out, plan)


def test_a_server_that_knows_places_only_has_no_opinion(survey, folder, server_beside):
    # It puts 0.4 on (A) and 0.3 on (B), whatever they are: the ends share 4/7 and their neighbours 3/7.
    told, table, metrics = run(survey(model=f"openai-completions:m@{server_beside.url}", asking=BOTH), folder / "out")
    assert (told["status"], told["answers"], told["calls"]["calls"]) == ("complete", 240, 480)
    for row in table.to_dict("records"):
        none = (0.0,) if row["item"] == "q3" else ()
        assert row["probabilities"] == pytest.approx((2 / 7, 3 / 14, 3 / 14, 2 / 7, *none))
    assert table["order_asymmetry"].tolist() == pytest.approx([1.0] * 240)
    assert table["primacy"].tolist() == pytest.approx([4 / 7] * 240)
    for name in ("qa", "none"):
        reading = metrics["reading"][name]
        for key, value in (("captured_mass", 0.7), ("order_asymmetry", 1.0), ("primacy", 4 / 7)):
            assert reading[key]["value"] == pytest.approx(value)
            assert reading[key]["ci"] == pytest.approx([value, value])
            assert reading[key]["n"] == 120
    assert json.loads((folder / "out" / "metrics.json").read_text())["reading"] == metrics["reading"]


def test_both_prompts_are_on_record_with_their_options_reversed(survey, folder):
    _, table, _ = run(survey(asking=BOTH, conditions=["qa"]), folder / "out")
    journal = Journal(folder / "out" / "calls.sqlite")
    for row in table.to_dict("records")[::11]:
        ahead, behind = (options(journal.prompt_text(row[name])) for name in ("prompt_hash", "prompt_hash_reversed"))

        assert ahead[:4] == behind[:4][::-1]
        assert ahead[4:] == behind[4:] == (["Don't know"] if row["item"] == "q3" else [])
    journal.close()


def options(prompt):
    return [line[4:] for line in prompt.splitlines() if line[:1] == "(" and line[2:4] == ") "]


def test_one_order_leaves_the_columns_empty(survey, folder):
    _, table, metrics = run(survey(), folder / "out")
    assert table[["order_asymmetry", "primacy", "prompt_hash_reversed"]].isna().all(axis=None)
    for part in metrics["reading"].values():
        assert "both orders" in part["primacy"]["reason"] == part["order_asymmetry"]["reason"]
        assert part["captured_mass"]["n"] == 120


def test_ratings_of_a_deliberation_are_asked_in_both_orders_too(consensus, folder, server_beside):
    path = consensus(model=f"openai-completions:m@{server_beside.url}", asking=BOTH)
    _, table, metrics = run(path, folder / "out")
    assert table["primacy"].tolist() == pytest.approx([4 / 7] * len(table))
    assert metrics["reading"]["qa"]["order_asymmetry"]["n"] == len(table)


def test_a_battery_is_one_text_and_has_no_orders(survey):
    with pytest.raises(
        InputError, match=r"`asking\.average_orders` needs probabilities, and a battery is answered with"
    ):
        load_study(survey(asking=BOTH, survey={"presentation": "battery"}))
