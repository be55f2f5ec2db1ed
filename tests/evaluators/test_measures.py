"""The measures against other people's code, hand computation and properties."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from minipublic.evaluators import (
    Item,
    Responses,
    answer_shares,
    cronbach_alpha,
    effective_n,
    endorsement_gain,
    frobenius,
    payoff_discrepancy,
    wasserstein,
    weighted_correlation,
)
from minipublic.evaluators.shares import wilson

distributions = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(lambda x: np.array(x) / sum(x))


@given(distributions, distributions)
def test_wasserstein_agrees_with_scipy(p, q):
    values = [1, 2, 5, 7]
    assert wasserstein(p, q, values) == pytest.approx(wasserstein_distance(values, values, p, q), abs=1e-9)
    assert wasserstein(p, q, values) == pytest.approx(wasserstein(q, p, values), abs=1e-12)
    assert wasserstein(p, p, values) == 0


def test_wasserstein_by_hand():
    assert wasserstein([1, 0, 0, 0], [0, 0, 0, 1], [1, 2, 3, 4]) == 3
    assert wasserstein([0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0.5, 1]) == pytest.approx(0.5)
    # Codes in another order than their numbers.
    assert wasserstein([1, 0], [0, 1], [4, 1]) == 3


def test_weighted_correlation_agrees_with_numpy():
    random = np.random.default_rng(0)
    x = random.integers(1, 5, (200, 4)).astype(float)
    x[5, 2] = np.nan
    w = random.uniform(0.1, 3, 200)
    kept = ~np.isnan(x).any(axis=1)
    covariance = np.cov(x[kept].T, aweights=w[kept], ddof=0)
    sd = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(weighted_correlation(x, w), covariance / np.outer(sd, sd), atol=1e-9)
    np.testing.assert_allclose(weighted_correlation(x, w), weighted_correlation(x, 10 * w), atol=1e-12)


def test_frobenius_by_hand():
    a = np.array([[1, 0.5], [0.5, 1]])
    assert frobenius(a, np.eye(2)) == pytest.approx(np.sqrt(0.5))


def test_a_constant_item_has_no_correlation():
    x = np.column_stack([np.ones(20), np.arange(20.0)])
    assert np.isnan(weighted_correlation(x, np.ones(20))[0]).all()


def test_alpha_agrees_with_pingouin():
    random = np.random.default_rng(1)
    x = random.normal(size=(150, 1)) + random.normal(size=(150, 5))
    x[:, 3] *= -1
    x[7, 0] = np.nan
    flipped = x * np.array([1, 1, 1, -1, 1])
    expected = pingouin.cronbach_alpha(pd.DataFrame(flipped), nan_policy="listwise")[0]
    assert cronbach_alpha(x, np.array([False, False, False, True, False])) == pytest.approx(expected, abs=1e-9)


def test_alpha_of_too_little_is_undefined():
    assert np.isnan(cronbach_alpha(np.ones((10, 1))))
    assert np.isnan(cronbach_alpha(np.full((10, 3), np.nan)))
    assert np.isnan(cronbach_alpha(np.ones((10, 3))))


def test_effective_n():
    assert effective_n([1, 1, 1, 1]) == 4
    assert effective_n([3, 1]) == pytest.approx(16 / 10)
    assert effective_n([0, 0]) == 0


def test_shares_are_weighted_and_leave_missing_answers_out():
    item = Item("q", (1.0, 2.0, 3.0))
    responses = Responses(
        np.array(list("abcd")), (item,), np.array([[0], [1], [1], [-1]], dtype=np.int16), np.array([2.0, 1, 1, 9])
    )
    found = answer_shares(responses, "q")
    np.testing.assert_allclose(found.shares, [0.5, 0.5, 0])
    assert found.n == 3
    assert found.effective_n == pytest.approx(16 / 6)


def test_wilson_by_hand():
    low, high = wilson(np.array([0.5]), 100)
    assert (low[0], high[0]) == pytest.approx((0.40383, 0.59617), abs=1e-5)


def test_payoff_discrepancy_by_hand():
    base = np.array([4.0, 5, 3, 6, 2])
    other = np.array([5.0, 4, 3, np.nan, 4])
    found = payoff_discrepancy(base, other, ["g1", "g1", "g2", "g2", "g3"])
    assert found["signed"]["value"] == pytest.approx((1 - 1 + 0 + 2) / 4)
    assert found["absolute"]["value"] == pytest.approx((1 + 1 + 0 + 2) / 4)
    assert found["n"] == {"participants": 4, "groups": 3, "missing": 1}
    one = payoff_discrepancy(base, other, ["g1", "g1", "g2", "g2", "g3"], mask=[True, False, False, False, True])
    assert one["signed"]["value"] == pytest.approx(1.5)


def test_one_group_has_a_reason_instead_of_an_interval():
    found = endorsement_gain([1.0, 2], [2.0, 4], ["g", "g"])
    assert found["value"] == 1.5
    assert found["ci"] is None
    assert "group" in found["reason"]


def test_nothing_has_a_reason_instead_of_a_value():
    found = endorsement_gain([np.nan], [2.0], ["g"])
    assert found["value"] is None
    assert found["reason"]


def test_arrays_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="one row per"):
        payoff_discrepancy([1.0], [1.0, 2.0], ["a"])
