"""Juries: shares, hung ones, first majorities; by hand and beside scipy."""

import json

import numpy as np
import pytest
from scipy import stats

from minipublic.evaluators import compare_verdicts, jury_verdicts
from minipublic.evaluators.verdicts import first_majorities

NAN = np.nan
OPTIONS = ("guilty", "not guilty")
VERDICTS = ["guilty", "guilty", "not guilty", "hung", "not guilty", None]
BALLOTS = [[8, 4], [8, 4], [8, 4], [8, 4], [6, 6], [2, 10]]


def test_numbers_by_hand():
    found = jury_verdicts(VERDICTS, OPTIONS, BALLOTS)
    assert found["verdicts"]["guilty"]["value"] == pytest.approx(2 / 5)
    assert found["verdicts"]["not guilty"]["value"] == pytest.approx(2 / 5)
    assert found["hung"]["value"] == pytest.approx(1 / 5)
    assert found["first_majority_wins"]["value"] == pytest.approx(2 / 4)
    assert found["first_majority_loses"]["value"] == pytest.approx(1 / 4)
    assert found["n"] == {"juries": 5, "missing": 1, "without_majority": 1}
    rows = [(r["votes"], r["majority"], r["n"], r["ends"]["hung"]["value"]) for r in found["by_first_ballot"]]
    assert rows == [([8, 4], "guilty", 4, 0.25), ([6, 6], None, 1, 0.0)]
    assert sum(x["value"] for x in found["by_first_ballot"][0]["ends"].values()) == pytest.approx(1)
    json.dumps(found)


def test_intervals_of_independent_juries_are_wilsons():
    found = jury_verdicts(VERDICTS, OPTIONS, BALLOTS)
    expected = stats.binomtest(2, 5).proportion_ci(method="wilson")
    assert found["verdicts"]["guilty"]["ci"] == pytest.approx([expected.low, expected.high])
    never = jury_verdicts(["guilty"] * 20, OPTIONS)["hung"]
    assert never["value"] == 0
    assert never["ci"][1] == pytest.approx(stats.binomtest(0, 20).proportion_ci(method="wilson").high)


def test_juries_on_one_case_hang_together():
    verdicts = (["guilty"] * 5 + ["not guilty"] * 5) * 6
    alone = jury_verdicts(verdicts, OPTIONS)["verdicts"]["guilty"]
    cases = np.repeat(np.arange(12), 5)
    together = jury_verdicts(verdicts, OPTIONS, cases=cases)["verdicts"]["guilty"]
    assert together["value"] == alone["value"]
    assert np.ptp(together["ci"]) > 1.8 * np.ptp(alone["ci"])
    assert jury_verdicts(verdicts, OPTIONS, cases=np.zeros(60))["hung"]["ci"] is None


def test_without_ballots_there_is_a_reason():
    found = jury_verdicts(VERDICTS, OPTIONS)
    assert found["first_majority_wins"]["reason"] == "no first ballots were given"
    assert found["by_first_ballot"] == []
    assert found["n"]["without_majority"] == 0
    assert jury_verdicts([None], OPTIONS)["hung"]["value"] is None


def test_majorities_are_of_those_who_voted():
    votes = [[7, 5, 0], [6, 6, 0], [5, 4, 3], [0, 0, 12], [NAN, NAN, NAN], [0, 0, 0], [3, 2, 0]]
    assert first_majorities(votes).tolist() == [0, -1, -1, 2, -1, -1, 0]


def test_the_first_majority_always_wins_under_the_majority_rule():
    random = np.random.default_rng(1)
    votes = random.multinomial(11, [0.5, 0.5], size=300)
    verdicts = [OPTIONS[j] for j in votes.argmax(axis=1)]
    found = jury_verdicts(verdicts, OPTIONS, votes)
    assert found["first_majority_wins"]["value"] == 1
    assert found["first_majority_wins"]["ci"][0] > 0.98
    assert found["first_majority_loses"]["value"] == 0


def test_rules_are_compared_on_the_same_juries():
    unanimity = ["hung"] * 6 + ["guilty"] * 14
    majority = ["guilty"] * 19 + [None]
    (pair,) = compare_verdicts({"unanimity": unanimity, "majority": majority}, OPTIONS)
    assert pair["hung"]["value"] == pytest.approx(6 / 19)
    assert pair["guilty"]["value"] == pytest.approx(-6 / 19)
    assert pair["hung"]["n"] == 19
    assert pair["hung"]["ci"][0] > 0
    assert pair["hung"]["significant_after_holm"]
    assert pair["not guilty"]["p"] == 1
    assert compare_verdicts({"one": unanimity}, OPTIONS) == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: jury_verdicts(["innocent"], OPTIONS), "innocent"),
        (lambda: jury_verdicts(["a"], ["a", "hung"]), "different options"),
        (lambda: jury_verdicts(["a"], ["a", "a"]), "different options"),
        (lambda: jury_verdicts(VERDICTS, OPTIONS, BALLOTS[:2]), "first_ballots"),
        (lambda: jury_verdicts(VERDICTS, OPTIONS, np.full((6, 2), 0.5)), "whole numbers"),
        (lambda: jury_verdicts(VERDICTS, OPTIONS, cases=[1]), "1 cases for 6 juries"),
        (lambda: compare_verdicts({"a": ["guilty"], "b": []}, OPTIONS), "same juries"),
    ],
)
def test_wrong_input_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_intervals_cover(share):
    """2,000 studies of 40 juries each, in 20 pairs on a case that agree more often than by chance."""
    random, cases = np.random.default_rng(50_000), np.repeat(np.arange(20), 2)
    held = 0
    for _ in range(2000):
        own, shared, copied = random.random(40) < share, random.random(20) < share, random.random(20) < 0.5
        guilty = np.where(copied[cases], shared[cases], own)
        low, high = jury_verdicts([OPTIONS[0 if g else 1] for g in guilty], OPTIONS, cases=cases)["verdicts"]["guilty"][
            "ci"
        ]
        held += low <= share <= high
    assert 0.93 <= held / 2000 <= 0.995, held / 2000
