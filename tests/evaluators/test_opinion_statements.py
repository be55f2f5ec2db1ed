from math import sqrt

import numpy as np
import pytest

from minipublic.evaluators.opinion_statements import (
    consensus,
    count_votes,
    difference_z,
    drawn_probability,
    majorities,
    majority_z,
    probability,
    representativeness,
    representatives,
)

nan = np.nan
# Two groups of three, four statements: divided, shared, seen by one group only, passed.
VOTES = np.array(
    [
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, -1, 0],
        [-1, 1, nan, 0],
        [-1, 1, nan, 0],
        [0, -1, nan, nan],
    ]
)
LABELS = np.array([0, 0, 0, 1, 1, 1])


def test_counts_by_hand():
    counts = count_votes(VOTES, LABELS, 2)
    assert counts.agree.tolist() == [[3, 3, 2, 0], [0, 2, 0, 0]]
    assert counts.disagree.tolist() == [[0, 0, 1, 0], [2, 1, 0, 0]]
    assert counts.seen.tolist() == [[3, 3, 3, 3], [3, 3, 0, 2]]
    assert counts.passed.tolist() == [[0, 0, 0, 3], [1, 0, 0, 2]]


def test_group_aware_consensus_by_hand():
    p = probability(count_votes(VOTES, LABELS, 2), "agree")
    assert p.tolist() == [[4 / 5, 4 / 5, 3 / 5, 1 / 5], [1 / 5, 3 / 5, 1 / 2, 1 / 4]]
    assert consensus(p) == pytest.approx([4 / 25, 12 / 25, 3 / 10, 1 / 20])


def test_consensus_is_what_the_worst_group_leaves_of_it():
    """A large group does not outvote a small one."""
    votes = np.concatenate([np.tile([1.0, 1.0], (97, 1)), np.tile([-1.0, 1.0], (3, 1))])
    agreed = consensus(probability(count_votes(votes, np.repeat([0, 1], [97, 3]), 2), "agree"))
    assert agreed[0] < 0.25 < 0.75 < agreed[1]


def test_representativeness_and_its_tests_by_hand():
    counts = count_votes(VOTES, LABELS, 2)
    assert representativeness(counts, "agree")[0, 0] == pytest.approx((4 / 5) / (1 / 5))
    # inside 4 of 4, outside 1 of 4, pooled 5/8
    assert difference_z(counts, "agree")[0, 0] == pytest.approx((1 - 0.25) / sqrt(5 / 8 * 3 / 8 * (1 / 4 + 1 / 4)))
    assert majority_z(counts, "agree")[0, 0] == pytest.approx(2 * sqrt(4) * (4 / 4 - 0.5))
    assert difference_z(counts, "agree")[0, 1] == -difference_z(counts, "agree")[1, 1]


def test_statements_that_stand_for_a_group():
    counts = count_votes(np.repeat(VOTES, 5, axis=0), np.repeat(LABELS, 5), 2)
    first, second = (representatives(counts, g)[0] for g in (0, 1))
    assert (first.statement, first.side, first.significant) == (0, "agree", True)
    assert (second.statement, second.side, second.significant) == (0, "disagree", True)


def test_a_group_that_nothing_tells_apart_gets_its_nearest_statement_marked():
    counts = count_votes(np.array([[1.0, 1], [1, 1], [1, 1], [1, -1]]), np.array([0, 0, 1, 1]), 2)
    (only,) = representatives(counts, 0)
    assert (only.statement, only.significant) == (1, False)


def test_majorities_are_clear_ones_clearest_first():
    votes = np.tile([1.0, 1, 0, -1], (12, 1))
    votes[:5, 0] = -1  # 7 of 12: no clear majority
    counts = count_votes(votes, np.zeros(12, dtype=int), 1)
    assert majorities(counts, "agree") == [1]
    assert majorities(counts, "disagree") == [3]


def test_drawn_probabilities_have_the_smoothed_one_as_their_mean():
    counts, random = count_votes(VOTES, LABELS, 2), np.random.default_rng(0)
    drawn = np.array([drawn_probability(counts, "agree", random) for _ in range(4000)])
    assert drawn.mean(axis=0) == pytest.approx(probability(counts, "agree"), abs=0.02)
    assert (drawn.std(axis=0) > 0.1).all()  # also where all agree
