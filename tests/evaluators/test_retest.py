"""retest: shares by hand, normalisation, what is undefined, intervals."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.evaluators import Item, Responses
from minipublic.evaluators.retest import retest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

SCALE = Item("scale", (1.0, 2.0, 3.0, 4.0, 5.0))
PICK = Item("pick", (0.0, 1.0, 2.0), ordinal=False)


def rows(names, answers, items=(SCALE, PICK)):
    answers = np.asarray(answers, dtype=np.int16).reshape(len(names), len(items))
    return Responses(np.array(names, dtype=np.str_), tuple(items), answers, np.ones(len(names)))


# ann: 0 and 0 on the scale, 1 and 2 of the nominal; bob: 1, 3 and 3 on the scale, one answer of the nominal.
TWICE = rows(["ann", "bob", "ann", "bob", "bob"], [[0, 1], [1, 0], [0, 2], [3, -1], [3, -1]])
PEOPLE = rows(["bob", "ann", "eve"], [[3, 0], [1, 1], [0, 0]])
AGAIN = rows(["ann", "bob", "eve"], [[1, 1], [2, 0], [0, 1]])


def test_shares_by_hand():
    found = retest(TWICE, PEOPLE, human_retest=AGAIN, bootstrap=100)
    own = found["self_agreement"]
    # Scale: ann 1 of 1 pair, bob 1 of 3 pairs; nominal: ann 0. Three cells, two people.
    assert own["value"] == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert (own["n"], own["answers"]) == (2, 3)
    # Closeness: ann 1; bob's differences 2, 2, 0 of 4.
    assert own["closeness"]["value"] == pytest.approx((1 + (1 - 4 / 3 / 4)) / 2)
    # Accuracy: ann 0 and 1/2, bob 2/3 and 1.
    assert found["accuracy"]["value"] == pytest.approx((0 + 0.5 + 2 / 3 + 1) / 4)
    assert found["accuracy"]["closeness"]["value"] == pytest.approx((3 / 4 + (1 - 2 / 3 / 4)) / 2)
    # People: ann 1 and 1, bob 0 and 1, eve 1 and 0.
    assert found["human"]["value"] == pytest.approx(4 / 6)
    assert found["human"]["n"] == 3
    assert found["human"]["closeness"]["value"] == pytest.approx((1 + 3 / 4 + 1) / 3)


def test_normalised_by_hand():
    found = retest(TWICE, PEOPLE, human_retest=AGAIN, bootstrap=100)
    by_human, by_self = (found["normalised_by"][by] for by in ("human_retest", "self_agreement"))
    # On ann's and bob's four cells: (0 + 1/2 + 2/3 + 1)/(1 + 1 + 0 + 1); ann's own ratio .5/2, bob's (5/3)/1.
    assert by_human["value"] == pytest.approx((13 / 6) / 3)
    assert by_human["mean_of_ratios"]["value"] == pytest.approx((0.25 + 5 / 3) / 2)
    # On the three cells answered twice: (0 + 1/2 + 2/3)/(1 + 0 + 1/3); ann .5/1, bob (2/3)/(1/3).
    assert by_self["value"] == pytest.approx((7 / 6) / (4 / 3))
    assert by_self["mean_of_ratios"]["value"] == pytest.approx((0.5 + 2) / 2)
    assert found["normalised_accuracy"] == by_human | {"by": "human_retest"}
    without = retest(TWICE, PEOPLE, bootstrap=100)
    assert without["normalised_accuracy"] == by_self | {"by": "self_agreement"}
    assert without["human"]["reason"] == "no second wave of the humans was given"
    assert without["normalised_by"]["human_retest"]["reason"] == "no second wave of the humans was given"


def test_items():
    found = retest(TWICE, PEOPLE, human_retest=AGAIN, bootstrap=100)["items"]
    assert list(found) == ["scale", "pick"]
    assert found["scale"]["self_agreement"]["value"] == pytest.approx(2 / 3)
    assert found["pick"]["self_agreement"]["value"] == 0
    assert found["pick"]["self_agreement"]["closeness"] == {
        "value": None,
        "ci": None,
        "reason": "the answers have no order",
        "n": 0,
        "answers": 0,
    }
    assert found["pick"]["accuracy"]["value"] == pytest.approx(0.75)
    assert found["pick"]["normalised_by"]["self_agreement"]["reason"] == "the consistency is 0"


def test_what_is_undefined_says_why():
    once = rows(["ann", "bob"], [[0, 1], [1, 0]])
    found = retest(once)
    assert found["self_agreement"]["value"] is None
    assert found["self_agreement"]["reason"] == "no persona answered an item twice"
    assert found["accuracy"]["reason"] == found["human"]["reason"] == "no human answers were given"
    assert found["normalised_accuracy"]["value"] is None
    strangers = retest(TWICE, rows(["x", "y"], [[0, 1], [1, 0]]), human_retest=rows(["z"], [[0, 0]]))
    assert "bears the name" in strangers["accuracy"]["reason"]
    assert "both waves" in strangers["human"]["reason"]
    assert "bears the name" in strangers["normalised_accuracy"]["reason"]
    other = retest(once, PEOPLE, bootstrap=50)
    assert other["accuracy"]["value"] is not None
    assert other["normalised_accuracy"]["reason"] == "no persona answered an item twice"
    for result in (found, strangers, other, retest(TWICE, PEOPLE, bootstrap=0)):
        json.dumps(result, allow_nan=False)


def test_wrong_tables_are_errors():
    with pytest.raises(ValueError, match="'ann' stands in more than one row"):
        retest(TWICE, TWICE)
    with pytest.raises(ValueError, match="item 'scale' has 5 answers in one table and 4 in another"):
        retest(TWICE, rows(["ann"], [[0, 0]], (Item("scale", (1.0, 2.0, 3.0, 4.0)), PICK)))
    only = retest(TWICE, rows(["ann"], [[0]], (SCALE,)), bootstrap=0)
    assert only["accuracy"]["value"] == 1
    assert only["items"]["pick"]["accuracy"]["value"] is None


def made(n, seed, faithful=0.7, steady=0.8, m=4):
    """Persons, their second wave, and personas asked twice that know an answer with probability `faithful`."""
    random = np.random.default_rng(seed)
    said = random.integers(0, 5, (n, m))

    def noisy(answers, keep):
        return np.where(random.random(answers.shape) < keep, answers, random.integers(0, 5, answers.shape))

    items = tuple(Item(f"q{j}", SCALE.values) for j in range(m))
    names = [f"p{k}" for k in range(n)]
    meant = noisy(said, faithful)
    personas = rows([*names, *names], np.concatenate([noisy(meant, steady), noisy(meant, steady)]), items)
    return personas, rows(names, said, items), rows(names, noisy(said, 0.75), items)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_and_reversed_scales_leave_all_alone(seed):
    personas, people, wave = made(12, seed)
    order = np.random.default_rng(seed).permutation(len(personas))
    turned = [
        Responses(r.respondents, r.items, (4 - r.answers).astype(np.int16), r.weights) for r in (personas, people)
    ]
    plain = retest(personas, people, human_retest=wave, bootstrap=0)
    shuffled = retest(personas.rows(order), people, human_retest=wave, bootstrap=0)
    reversed_ = retest(*turned, bootstrap=0)
    for key in ("self_agreement", "accuracy", "normalised_accuracy"):
        assert shuffled[key]["value"] == pytest.approx(plain[key]["value"])
    for key in ("self_agreement", "accuracy"):
        assert reversed_[key]["value"] == pytest.approx(plain[key]["value"])
        assert reversed_[key]["closeness"]["value"] == pytest.approx(plain[key]["closeness"]["value"])
    assert 0 <= plain["self_agreement"]["value"] <= plain["self_agreement"]["closeness"]["value"] <= 1


def test_a_steady_persona_has_no_certainty_from_few():
    names = [f"p{k}" for k in range(6)]
    same = rows([*names, *names], np.tile([[k % 5, k % 3] for k in range(6)], (2, 1)))
    found = retest(same, rows(names, [[k % 5, k % 3] for k in range(6)]), bootstrap=100)
    assert found["self_agreement"]["value"] == found["accuracy"]["value"] == 1
    assert 0.5 < found["self_agreement"]["ci"][0] < 0.9
    assert found["normalised_accuracy"]["value"] == 1


def test_intervals_are_clustered_by_person():
    personas, people, wave = made(60, 1)
    few = retest(personas, people, human_retest=wave, bootstrap=300)["accuracy"]
    same_answers = [0] * 10
    tenfold = retest(*(r.select([f"q{j}" for j in same_answers]) for r in (personas, people)), bootstrap=300)
    one = retest(*(r.select(["q0"]) for r in (personas, people)), bootstrap=300)
    # The same item ten times over says no more than once.
    assert np.diff(tenfold["accuracy"]["ci"]) == pytest.approx(np.diff(one["accuracy"]["ci"]), rel=0.01)
    assert np.diff(few["ci"]) < np.diff(one["accuracy"]["ci"])


def test_a_large_study_takes_seconds():
    personas, people, wave = made(5000, 2, m=35)
    begun = time.perf_counter()
    retest(personas, people, human_retest=wave)
    assert time.perf_counter() - begun < 30


@pytest.mark.slow
def test_intervals_cover():
    """Studies at fixed seeds; docs/intervals.md has the larger table."""
    from coverage_of_effects import retest_coverage

    for name, share in retest_coverage(100, studies=300).items():
        assert 0.915 <= share <= 0.98, name
