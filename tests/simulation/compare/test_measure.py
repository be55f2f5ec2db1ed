"""Mechanisms of a run on the same groups: what is known of them comes out, and what is alike is asked once."""

import sqlite3
from collections import Counter
from itertools import combinations

import orjson
import pandas as pd
import pytest
from family_studies import compared, write

from minipublic.simulation.compare.measure import families
from minipublic.simulation.loading import load_study

NUMBERS = ("mean", "minimum", "gini", "majority", "unanimity")
NAMES = ["summary", "welfare (alpha=inf)", "median_opinion", "random_opinion"]
GROUPS, SEATS = 15, 5


def test_every_mechanism_has_every_number_with_an_interval(family):
    _, told = family
    assert list(told["mechanisms"]) == NAMES
    assert (told["conditioning"], told["episodes"], told["groups"], told["seats"]) == ("qa", GROUPS, GROUPS, SEATS)
    for row in told["mechanisms"].values():
        assert (row["groups"], row["lost"]) == (GROUPS, 0)
        for number in NUMBERS:
            low, high = row[number]["ci"]
            assert 0 <= low <= row[number]["value"] <= high <= 1


def test_a_member_s_opinion_drawn_by_lot_is_the_worst(family):
    _, told = family
    means = {name: row["mean"]["value"] for name, row in told["mechanisms"].items()}
    assert min(means, key=means.get) == "random_opinion"
    least = {name: row["minimum"]["value"] for name, row in told["mechanisms"].items()}
    assert least["welfare (alpha=inf)"] > least["random_opinion"]
    assert told["utilitarian_best"]["mechanism"] == max(means, key=means.get)
    first, second = sorted(means.values(), reverse=True)[:2]
    assert told["utilitarian_best"]["lead"]["value"] == pytest.approx(first - second)


def test_differences_are_paired_by_group(family):
    out, told = family
    table = pd.read_parquet(out / "records.parquet")
    table = table[table["item"] == "endorsement_revised"]
    table["payoff"] = [(sum(k * p for k, p in enumerate(row))) / 6 for row in table["probabilities"]]
    means = table.groupby("condition")["payoff"].mean()
    assert [(pair["a"], pair["b"]) for pair in told["pairs"]] == list(combinations(NAMES, 2))
    for pair in told["pairs"]:
        truth = means[f"qa / {pair['a']}"] - means[f"qa / {pair['b']}"]
        assert pair["mean"]["value"] == pytest.approx(truth)
    clear = next(pair for pair in told["pairs"] if (pair["a"], pair["b"]) == ("summary", "random_opinion"))
    assert clear["mean"]["ci"][0] > 0


def test_positions_and_opinions_are_the_very_same_calls(family):
    out, _ = family
    told = [orjson.loads(line) for line in (out / "transcripts.jsonl").read_bytes().splitlines()]
    by_episode: dict[str, list[dict]] = {}
    for t in told:
        by_episode.setdefault(t["episode"], []).append(t)
    for episodes in by_episode.values():
        assert len(episodes) == len(NAMES)
        for key in ("positions", "opinions", "seats", "proposition"):
            assert all(t[key] == episodes[0][key] for t in episodes)


def test_what_comes_before_the_mediator_is_asked_once_for_all(family):
    out, _ = family
    connection = sqlite3.connect(out / "calls.sqlite")
    made = Counter(prompt for (prompt,) in connection.execute("select prompt from calls"))
    connection.close()
    texts, answers = (pd.read_parquet(out / f"{name}.parquet") for name in ("utterances", "records"))
    for rows in (texts[texts["step"] == "opinion"], answers[answers["item"] == "position"]):
        assert len(rows) == len(NAMES) * GROUPS * SEATS  # a row in every condition
        assert sum(made[prompt] for prompt in set(rows["prompt_hash"])) == GROUPS * SEATS  # a call for all of them
    calls = orjson.loads((out / "run.json").read_bytes())["calls"]
    assert calls["asked_now"] == calls["calls"] == made.total()
    assert calls["replayed_now"] >= (len(NAMES) - 1) * 2 * GROUPS * SEATS


def test_episodes_of_a_group_hang_together(tmp_path):
    two = {"questions": ["Should we tax wealth?", "Is it fair?"], "groups": 3, "group_size": 3}
    _, metrics = compared(
        write(
            tmp_path,
            consensus=two | {"questions_per_group": 2},
            conditions=[{"style": ["qa", "none"], "mechanism": ["median_opinion", "random_opinion"]}],
        )
    )
    assert [told["conditioning"] for told in metrics["mechanisms"]] == ["qa", "none"]
    for told in metrics["mechanisms"]:
        assert (told["episodes"], told["groups"]) == (6, 3)
        assert told["mechanisms"]["random_opinion"]["mean"]["n"] == 6


SILENT = """
from minipublic.personas.answers import Missing

def mine(case, desk):
    return Missing("refusal") if desk.context.unit == "g0" else next(iter(case.opinions.values()))
"""


def test_a_group_without_a_statement_is_lost_for_that_mechanism_alone(tmp_path):
    (tmp_path / "own.py").write_text(SILENT)
    small = {"questions": ["Should we tax wealth?"], "groups": 3, "group_size": 3}
    path = write(tmp_path, consensus=small, conditions=[{"style": "qa", "mechanism": ["own.py:mine", "summary"]}])
    _, metrics = compared(path)
    (told,) = metrics["mechanisms"]
    assert (told["mechanisms"]["mine"]["groups"], told["mechanisms"]["mine"]["lost"]) == (2, 1)
    assert (told["mechanisms"]["summary"]["groups"], told["mechanisms"]["summary"]["lost"]) == (3, 0)
    assert told["pairs"][0]["mean"]["n"] == told["utilitarian_best"]["lead"]["n"] == 2


def test_families_differ_in_their_mechanism_alone(tmp_path):
    conditions = [
        {"style": ["qa", "bio"], "mechanism": ["summary", {"name": "habermas", "candidates": 8}]},
        {"name": "again", "style": "qa", "mechanism": "summary"},
        "none",
    ]
    found = families(load_study(write(tmp_path, conditions=conditions)).conditions)
    assert found == {
        # Two of one label go by the names of their conditions.
        "qa": {
            "qa / summary": "qa / summary",
            "habermas (candidates=8)": "qa / habermas (candidates=8)",
            "again": "again",
        },
        "bio": {"summary": "bio / summary", "habermas (candidates=8)": "bio / habermas (candidates=8)"},
        "none": {"summary": "none"},
    }


STEPS = [
    {"collect": "opinion", "instruction": "Say what you think."},
    {"mediate": "statement"},
    {"rate": "endorsement", "of": ["statement"]},
]


def test_a_protocol_of_steps_is_compared_by_what_it_rates_last(tmp_path):
    steps = {"questions": ["Should we tax wealth?"], "groups": 3, "group_size": 3, "steps": STEPS}
    path = write(tmp_path, kind="protocol", protocol=steps)
    text = path.read_text().split("consensus:\n")
    path.write_text(text[0] + "evaluation:" + text[1].split("evaluation:")[1])
    _, metrics = compared(path, "evaluation.bootstrap=50")
    (told,) = metrics["mechanisms"]
    assert list(told["mechanisms"]) == NAMES
    assert told["mechanisms"]["summary"]["mean"]["n"] == 3
