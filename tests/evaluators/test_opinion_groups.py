import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from opinions import camps

from minipublic.evaluators.opinion_clusters import adjusted_rand
from minipublic.evaluators.opinion_continuum import continuum_silhouettes
from minipublic.evaluators.opinion_grouping import TooFewVotes, find_groups
from minipublic.evaluators.opinion_groups import evaluate_opinion_groups


def evaluate(votes, **options):
    n, m = votes.shape
    return evaluate_opinion_groups(votes, [f"s{j}" for j in range(m)], [f"p{i}" for i in range(n)], **options)


def test_two_camps_are_found_and_measured():
    votes, truth = camps(np.random.default_rng(0), (40, 24), m=30, divided=16)
    found = evaluate(votes, bootstrap=40)
    labels = np.array([ord(member["group"]) - 65 for member in found["members"]])
    assert found["k"] == 2
    assert adjusted_rand(labels, truth) == 1
    assert [g["n"] for g in found["groups"]] == [40, 24]
    low, high = found["groups"][0]["share"]["ci"]
    assert low < 0.625 < high
    assert high - low > 0.1
    assert found["stability"]["value"] > 0.95
    assert found["k_of_resamples"]["2"] > 0.9
    by_name = {s["statement"]: s for s in found["statements"]}
    for j in range(30):
        agreed = by_name[f"s{j}"]["group_aware_consensus"]["agree"]
        assert agreed["ci"][0] < agreed["value"] < agreed["ci"][1]
        assert (agreed["value"] > 0.5) == (j >= 16)
        assert (by_name[f"s{j}"]["difference"]["ci"][0] > 0.3) == (j < 16)
    assert {r["statement"] for g in found["groups"] for r in g["representative"]} <= {f"s{j}" for j in range(16)}
    assert {r["statement"] for r in found["majority"]["agree"]} <= {f"s{j}" for j in range(16, 30)}


def test_three_camps_with_most_votes_missing():
    votes, truth = camps(np.random.default_rng(1), (60, 50, 40), m=60, divided=60, seen=0.4)
    grouping = find_groups(votes)
    assert grouping.k == 3
    assert adjusted_rand(grouping.labels, truth) > 0.9


def test_one_camp_gives_no_certainty():
    """Everybody votes by the same coin: whatever is divided is chance, and the measures say so."""
    random = np.random.default_rng(2)
    votes = np.where(random.random((60, 20)) < 0.7, 1.0, -1.0)
    found = evaluate(votes, bootstrap=20)
    assert found["continuum"]["p"] > 0.05
    assert found["stability"]["value"] < 0.6


def by_degree(random, n=80, m=30, dimensions=1, seen=1.0):
    """Votes of people who differ by degree along normal traits, most statements dividing them strongly."""
    traits = random.normal(size=(n, dimensions)) @ random.normal(size=(dimensions, m))
    variable = traits + random.normal(size=(n, m)) + random.uniform(-0.5, 1.2, m)
    votes = np.where(np.abs(variable) < 0.2, 0, np.sign(variable))
    return np.where(random.random((n, m)) < seen, votes, np.nan)


def test_a_continuum_is_cut_into_groups_and_called_one():
    found = evaluate(by_degree(np.random.default_rng(8)), bootstrap=20)
    assert found["k"] > 1
    assert found["continuum"]["p"] > 0.05


def looks_divided(votes, seed):
    """Whether the silhouette is above those of all of 19 conversations on one continuum: p = 0.05."""
    grouping = find_groups(votes, seed=seed)
    return max(grouping.candidates.values()) > continuum_silhouettes(grouping, None, 19, seed).max()


@pytest.mark.slow
@pytest.mark.parametrize("dimensions", [0, 1, 2])
@pytest.mark.parametrize("seen", [1.0, 0.4])
def test_degrees_of_opinion_are_seldom_taken_for_groups(seen, dimensions):
    """One of twenty conversations without camps, or fewer: more than 3 of 15 has a probability of 0.005."""
    random = np.random.default_rng(3)
    assert sum(looks_divided(by_degree(random, dimensions=dimensions, seen=seen), k) for k in range(15)) <= 3


@pytest.mark.slow
def test_two_large_camps_are_told_from_a_continuum():
    random = np.random.default_rng(3)
    assert sum(looks_divided(camps(random, (120, 80), m=30, divided=15, sure=0.8)[0], k) for k in range(8)) >= 7


def test_who_voted_little_is_left_out_and_counted():
    votes, _ = camps(np.random.default_rng(4), (20, 20))
    votes[:3, 6:] = np.nan
    found = evaluate(votes, bootstrap=0)
    assert found["left_out"] == 3
    assert [m["participant"] for m in found["members"] if m["group"] is None] == ["p0", "p1", "p2"]
    assert sum(g["n"] for g in found["groups"]) == 37
    assert found["statements"][0]["votes"]["A"]["seen"] + found["statements"][0]["votes"]["B"]["seen"] == 37
    assert evaluate(votes, bootstrap=0, min_votes=6)["left_out"] == 0


def test_without_resamples_every_missing_interval_has_a_reason():
    votes, _ = camps(np.random.default_rng(5), (12, 12))
    found = evaluate(votes, bootstrap=0)
    numbers = [found["silhouette"], found["stability"], found["groups"][0]["share"]]
    numbers += [s["group_aware_consensus"]["agree"] for s in found["statements"]]
    numbers += [r["ratio"] for g in found["groups"] for r in g["representative"]]
    assert all(number["ci"] is None and number["reason"] for number in numbers)
    assert found["continuum"]["p"] is None


def test_the_same_seed_gives_the_same_numbers_and_order_of_people_does_not_matter():
    votes, _ = camps(np.random.default_rng(6), (18, 12), seen=0.8)
    assert evaluate(votes, bootstrap=5) == evaluate(votes, bootstrap=5)
    order = np.random.default_rng(0).permutation(30)
    plain, mixed = find_groups(votes), find_groups(votes[order])
    assert np.array_equal(plain.labels[order], mixed.labels)


def test_people_who_all_vote_alike_are_one_group():
    found = evaluate(np.ones((15, 8)), bootstrap=30)
    assert found["k"] == 1
    assert found["silhouette"]["value"] is None
    assert found["stability"]["reason"] == "there is one group"
    agreed = found["statements"][0]["group_aware_consensus"]["agree"]
    assert agreed["value"] == pytest.approx(16 / 17)
    assert agreed["ci"][0] < 0.95  # fifteen people who agree are no proof that everybody does


def test_votes_that_are_none_and_too_few_people():
    votes, _ = camps(np.random.default_rng(7), (5, 5))
    with pytest.raises(ValueError, match=r"row 2, column 1: a vote is 1 agree.*not 2"):
        find_groups(np.where(np.arange(200).reshape(10, 20) == 41, 2, votes))
    with pytest.raises(TooFewVotes, match=r"0 of 10 participants cast 7 votes or more"):
        find_groups(np.where(np.arange(20) < 6, votes, np.nan))
    with pytest.raises(TooFewVotes, match="fewer than 3 points"):
        find_groups(np.ones((10, 8)), k=3)
    with pytest.raises(ValueError, match="10 participants and 3 statements"):
        evaluate_opinion_groups(votes, ["a", "b", "c"], [str(i) for i in range(10)])


@given(st.integers(0, 10**6), st.integers(3, 14), st.integers(1, 9), st.floats(0.2, 1.0))
@settings(max_examples=20, deadline=None)
def test_any_matrix_gives_measures_that_hold_together(seed, n, m, seen):
    random = np.random.default_rng(seed)
    votes = np.where(random.random((n, m)) < seen, random.integers(-1, 2, (n, m)), np.nan)
    found = evaluate(votes, bootstrap=3, min_votes=0)
    assert sum(g["n"] for g in found["groups"]) == n
    assert sum(g["share"]["value"] for g in found["groups"]) == pytest.approx(1)
    assert [g["n"] for g in found["groups"]] == sorted((g["n"] for g in found["groups"]), reverse=True)
    for s in found["statements"]:
        assert all(0 < s["group_aware_consensus"][side]["value"] < 1 for side in ("agree", "disagree"))
        assert all(v["agree"] + v["disagree"] + v["pass"] == v["seen"] for v in s["votes"].values())
