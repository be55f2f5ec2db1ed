"""Ratios on the same resamples, and shares near 0 and 1, beside the routines they generalise."""

import numpy as np
import pytest
from scipy import stats

from minipublic.evaluators.clusters import cluster_ratios, mean_with_interval
from minipublic.evaluators.proportions import clustered_share, paired_shares
from minipublic.evaluators.ratios import clustered_ratios

NAN = np.nan


def table(n=60, seed=3):
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n // 5), 5)
    return random.normal(1, 1, n) + random.normal(0, 1, n // 5)[groups], groups


def test_one_column_is_the_clustered_mean():
    values, groups = table()
    both = clustered_ratios(np.stack([values, 2 * values], 1), np.ones((60, 2)), groups, bootstrap=2000)
    alone = mean_with_interval(values, groups, 2000, 0)
    assert both.values == pytest.approx([alone["value"], 2 * alone["value"]])
    assert np.ptp(both.interval(0)["ci"]) == pytest.approx(np.ptp(alone["ci"]), rel=0.06)
    assert both.resamples[:, 1] == pytest.approx(2 * both.resamples[:, 0])


def test_errors_are_those_of_the_resamples():
    random = np.random.default_rng(4)
    tops, bottoms, groups = random.gamma(2, 1, 300), random.gamma(3, 1, 300), np.repeat(np.arange(100), 3)
    found = clustered_ratios(tops[:, None], bottoms[:, None], groups, bootstrap=4000)
    assert found.values[0] == pytest.approx(cluster_ratios(tops, bottoms, groups, 10, 0)[0])
    assert found.errors[0] == pytest.approx(found.resamples[:, 0].std(), rel=0.05)


def test_p_values_are_the_t_test():
    values = np.random.default_rng(5).normal(0.4, 1, 25)
    found = clustered_ratios(values[:, None], np.ones((25, 1)), bootstrap=0)
    assert found.p_values()[0] == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_missing_rows_count_in_their_column_alone():
    found = clustered_ratios([[1, NAN], [3, 5], [5, 7]], [[1, 1], [1, 1], [1, 0]], bootstrap=100)
    assert found.values.tolist() == [3, 5]
    assert found.clusters.tolist() == [3, 1]
    assert found.interval(1)["reason"] == "one group alone has no interval"


def test_nothing_at_all_has_no_value():
    assert clustered_ratios(np.empty((0, 1)), np.empty((0, 1))).interval(0)["value"] is None
    with pytest.raises(ValueError, match="one shape"):
        clustered_ratios(np.ones((2, 1)), np.ones((3, 1)))


@pytest.mark.parametrize(("ones", "n"), [(0, 12), (3, 12), (12, 12), (1, 1)])
def test_shares_of_independent_rows_are_wilson(ones, n):
    found = clustered_share([1.0] * ones + [0.0] * (n - ones) + [NAN])
    expected = stats.binomtest(ones, n).proportion_ci(method="wilson")
    assert found == {"value": ones / n, "ci": pytest.approx([expected.low, expected.high]), "n": n}


def test_groups_that_agree_within_count_once():
    """Ten groups of five that each speak with one voice are worth ten trials, less what few groups cost."""
    clusters, values = np.repeat(np.arange(10), 5), np.repeat([1.0, 0] * 5, 5)
    ci = clustered_share(values, clusters)["ci"]
    alone = clustered_share(values[::5])["ci"]
    assert np.ptp(alone) < np.ptp(ci) < 1.25 * np.ptp(alone)
    same = clustered_share(np.ones(50), clusters)["ci"]
    assert same == pytest.approx(clustered_share(np.ones(10))["ci"])
    assert clustered_share(np.ones(5), np.zeros(5))["reason"] == "one group alone has no interval"


def test_weights_cost_trials():
    values, weights = [1, 0, 1, 1, 0, 0, 1, 0.0], [1, 1, 1, 1, 3, 3, 3, 3]
    found = clustered_share(values, weights=weights)
    assert found["value"] == 6 / 16
    assert np.ptp(found["ci"]) > np.ptp(clustered_share(values)["ci"])


def test_paired_shares_by_hand():
    """Bonett and Price 2012 with 10 of 20 rows to a, 2 to b: (11 − 3)/22 ± 1.96 √((14/22 − (8/22)²)/22)."""
    a = [1.0] * 10 + [0.0] * 2 + [1.0] * 8
    b = [0.0] * 10 + [1.0] * 2 + [1.0] * 8
    found = paired_shares(a, b)
    assert found["value"] == pytest.approx(0.4)
    half = 1.959964 * np.sqrt((14 / 22 - (8 / 22) ** 2) / 22)
    assert found["ci"] == pytest.approx([8 / 22 - half, 8 / 22 + half])
    assert found["p"] == pytest.approx(2 * stats.norm.sf(8 / 22 / half * 1.959964), rel=1e-5)


def test_pairs_that_never_differ_are_not_certain():
    found = paired_shares(np.ones(10), np.ones(10))
    assert found["value"] == 0
    assert found["ci"][0] < -0.1 < 0.1 < found["ci"][1]
    assert found["p"] == 1
    clustered = paired_shares(np.ones(10), np.ones(10), np.repeat([0, 1], 5))
    assert np.ptp(clustered["ci"]) > np.ptp(found["ci"])
    assert paired_shares([NAN], [1])["reason"] == "no row has both"
