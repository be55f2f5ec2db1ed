import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.evaluators.opinion_clusters import (
    adjusted_rand,
    k_means,
    matched_share,
    matching,
    nearest,
    silhouettes,
)
from minipublic.evaluators.opinion_map import fit_map

LABELS = st.lists(st.integers(0, 3), min_size=2, max_size=30)


def test_the_adjusted_rand_index_of_a_table_worked_by_hand():
    a, b = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2])
    # 15 pairs; together in both 2; in a 6, in b 3; expected 6 * 3 / 15 = 1.2; highest 4.5
    assert adjusted_rand(a, b) == pytest.approx((2 - 1.2) / (4.5 - 1.2))
    assert matched_share(a, b) == pytest.approx(4 / 6)


@given(LABELS, st.permutations(range(4)))
@settings(max_examples=100, deadline=None)
def test_names_of_groups_do_not_matter(labels, names):
    a = np.array(labels)
    b = np.array(names)[a]
    assert adjusted_rand(a, b) == pytest.approx(1)
    assert matched_share(a, b) == 1
    assert np.array_equal(matching(a, b, 4)[b], a)


@given(LABELS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_agreement_is_symmetric_and_at_most_one(labels, random):
    a = np.array(labels)
    b = np.array(random.sample(labels, len(labels)))
    assert adjusted_rand(a, b) == pytest.approx(adjusted_rand(b, a))
    assert adjusted_rand(a, b) <= 1 + 1e-12
    assert matched_share(a, b) == pytest.approx(matched_share(b, a))


def test_agreement_with_random_groups_is_zero_on_average():
    random = np.random.default_rng(0)
    found = [adjusted_rand(random.integers(0, 3, 60), random.integers(0, 2, 60)) for _ in range(400)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 20


def test_silhouettes_of_four_points_on_a_line():
    points, labels = np.array([[0.0], [1.0], [10.0], [12.0]]), np.array([0, 0, 1, 1])
    # of the point 0: own 1, other (10 + 12) / 2 = 11
    expected = [(11 - 1) / 11, (10 - 1) / 10, (9.5 - 2) / 9.5, (11.5 - 2) / 11.5]
    assert silhouettes(points, labels) == pytest.approx(expected)
    assert silhouettes(points, np.array([0, 1, 1, 1]))[0] == 0  # alone


def test_k_means_finds_the_best_of_all_divisions_of_a_few_points():
    random = np.random.default_rng(3)
    for _ in range(20):
        points = random.normal(size=(9, 2))

        def spread(labels, points=points):
            return sum(((points[labels == g] - points[labels == g].mean(0)) ** 2).sum() for g in (0, 1))

        divisions = [np.array([n >> i & 1 for i in range(9)]) for n in range(1, 2**8)]
        best = min(spread(d) for d in divisions)
        labels = nearest(points, k_means(points, 2, random, tries=20))
        assert spread(labels) == pytest.approx(best)
        assert (labels == 0).sum() >= (labels == 1).sum()  # the largest comes first


def test_points_that_are_all_alike_are_one_cluster():
    assert k_means(np.zeros((8, 2)), 2, np.random.default_rng(0)) is None
    assert np.array_equal(k_means(np.zeros((8, 2)), 1, np.random.default_rng(0)), np.zeros((1, 2)))


@pytest.mark.parametrize("shape", [(30, 8), (6, 20)])
def test_the_map_is_the_principal_components_of_imputed_votes(shape):
    random = np.random.default_rng(1)
    votes = random.integers(-1, 2, shape).astype(float)
    votes[random.random(shape) < 0.3] = np.nan
    found = fit_map(votes)
    imputed = np.where(np.isnan(votes), np.nanmean(votes, axis=0), votes)
    centred = imputed - imputed.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign((found.components * directions[:2]).sum(axis=1))
    assert found.components == pytest.approx(directions[:2] * signs[:, None], abs=1e-8)
    assert found.explained == pytest.approx((sizes**2)[:2] / (sizes**2).sum())
    seen = np.isfinite(votes).sum(axis=1)
    placed = centred @ found.components.T * np.sqrt(shape[1] / seen)[:, None]
    assert found.place(votes) == pytest.approx(placed)


def test_the_map_of_a_resample_is_that_of_the_rows_repeated():
    random = np.random.default_rng(2)
    votes = np.where(random.random((12, 7)) < 0.8, random.integers(-1, 2, (12, 7)), np.nan)
    counts = np.array([2, 0, 1, 3, 1, 1, 0, 2, 1, 1, 4, 1])
    weighted, repeated = fit_map(votes, counts.astype(float)), fit_map(np.repeat(votes, counts, axis=0))
    assert weighted.components == pytest.approx(repeated.components, abs=1e-8)
    assert weighted.centre == pytest.approx(repeated.centre)


def test_votes_without_any_difference_have_no_direction():
    found = fit_map(np.ones((5, 4)))
    assert np.array_equal(found.components, np.zeros((2, 4)))
    assert np.array_equal(found.place(np.ones((5, 4))), np.zeros((5, 2)))
    assert np.array_equal(found.explained, np.zeros(2))
