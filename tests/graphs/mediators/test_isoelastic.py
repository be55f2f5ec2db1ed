import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.graphs.mediators import WelfareError, equivalent_payoff, isoelastic, welfare_ranks

# Two people, three candidates: (1, 4), (2, 2), (3, 1).
U = [[1.0, 2.0, 3.0], [4.0, 2.0, 1.0]]


@pytest.mark.parametrize(
    ("alpha", "welfare", "equivalent"),
    [
        (0, [5, 4, 4], [2.5, 2, 2]),
        (0.5, [2 * (1 + 2), 2 * 2 * math.sqrt(2), 2 * (math.sqrt(3) + 1)], [2.25, 2, (math.sqrt(3) + 1) ** 2 / 4]),
        (1, [math.log(4), math.log(4), math.log(3)], [2, 2, math.sqrt(3)]),
        (2, [-1.25, -1, -(1 / 3 + 1)], [1.6, 2, 1.5]),
        (3, [-(1 + 1 / 16) / 2, -0.25, -(1 / 9 + 1) / 2], [(17 / 32) ** -0.5, 2, (5 / 9) ** -0.5]),
        (math.inf, [1, 2, 1], [1, 2, 1]),
    ],
)
def test_worked_by_hand(alpha, welfare, equivalent):
    assert isoelastic(U, alpha) == pytest.approx(welfare, rel=1e-12)
    assert equivalent_payoff(U, alpha) == pytest.approx(equivalent, rel=1e-12)


def test_weights_count_people():
    heads = [U[0], U[1], U[1], U[1]]
    for alpha in (0, 0.7, 1, 3):
        assert isoelastic(U, alpha, [1, 3]) == pytest.approx(isoelastic(heads, alpha))
        assert equivalent_payoff(U, alpha, [10, 30]) == pytest.approx(equivalent_payoff(heads, alpha))
    assert isoelastic(U, math.inf, [0, 1]).tolist() == [4, 2, 1]
    assert isoelastic(U, 1, [0, 1]) == pytest.approx(np.log(U[1]))


@pytest.mark.parametrize("step", [1e-2, 1e-5, 1e-8, 1e-12, 1e-15])
def test_it_is_continuous_at_one(step):
    nash = equivalent_payoff(U, 1)
    for alpha in (1 - step, 1 + step):
        assert equivalent_payoff(U, alpha) == pytest.approx(nash, rel=max(step, 1e-12))


@pytest.mark.parametrize("alpha", [50, 1e3, 1e6, 1e12, 1e300])
def test_a_large_alpha_comes_to_the_least(alpha):
    assert equivalent_payoff(U, alpha) == pytest.approx([1, 2, 1], rel=2 / alpha)
    small = equivalent_payoff(np.array(U) * 1e-200, alpha)
    assert small == pytest.approx([1e-200, 2e-200, 1e-200], rel=2 / alpha)
    assert welfare_ranks(U, alpha)[1] == 0


def test_welfare_that_no_float_holds_is_infinite_and_the_order_stands():
    tiny = np.array(U) * 1e-3
    assert isoelastic(tiny, 200)[0] == -math.inf
    assert welfare_ranks(tiny * 1e3, 200).tolist() == [1, 0, 1]  # what is above the least is lost in rounding


PEOPLE = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(st.floats(0.1, 100), min_size=n, max_size=n), min_size=2, max_size=4)
)
ALPHA = st.one_of(st.floats(0, 40), st.sampled_from([0.0, 1.0, 1 + 1e-9, math.inf]))


@settings(max_examples=100, deadline=None)
@given(PEOPLE, ALPHA)
def test_properties(columns, alpha):
    u = np.array(columns).T
    worth, welfare = equivalent_payoff(u, alpha), isoelastic(u, alpha)
    assert (worth >= u.min(axis=0)).all()
    assert (worth <= u.max(axis=0)).all()
    assert equivalent_payoff(u, alpha + 1) == pytest.approx(
        np.minimum(equivalent_payoff(u, alpha + 1), worth * (1 + 1e-9))
    )
    better = equivalent_payoff(u * 1.5, alpha)
    assert better == pytest.approx(1.5 * worth)  # in the payoffs' unit
    for i in range(len(columns)):
        for j in range(len(columns)):
            if worth[i] > worth[j] * (1 + 1e-6) and abs(alpha - 1) > 1e-3:
                assert welfare[i] >= welfare[j]
    assert set(welfare_ranks(u, alpha)) == set(range(len(set(welfare_ranks(u, alpha)))))


def test_the_rawlsian_looks_at_the_second_least():
    u = [[1, 1, 1], [5, 3, 5], [3, 9, 3]]
    assert welfare_ranks(u, math.inf).tolist() == [1, 0, 1]  # 1 3 5, 1 3 9, 1 3 5
    u = [[1, 1, 1], [5, 3, 5], [4, 9, 3]]
    assert welfare_ranks(u, math.inf).tolist() == [0, 1, 2]  # 1 4 5, 1 3 9, 1 3 5
    assert welfare_ranks([[2, 1], [2, 9]], math.inf).tolist() == [0, 1]


def test_a_missing_payoff_makes_welfare_missing():
    u = [[1.0, math.nan], [4.0, 2.0]]
    for alpha in (0, 1, 2, 100, math.inf):
        assert isoelastic(u, alpha)[0] == isoelastic([[1.0], [4.0]], alpha)[0]
        assert math.isnan(isoelastic(u, alpha)[1])
        assert math.isnan(equivalent_payoff(u, alpha)[1])
    assert isoelastic(u, 1, [0, 1]) == pytest.approx(np.log([4, 2]))  # of whom does not count it does not matter
    with pytest.raises(WelfareError, match="missing"):
        welfare_ranks(u)


@pytest.mark.parametrize(
    ("payoffs", "alpha", "weights", "says"),
    [
        ([[0.0, 1.0]], 0, None, "above 0"),
        ([[-1.0, 1.0]], 1, None, "above 0"),
        ([[math.inf, 1.0]], 1, None, "above 0"),
        ([1.0, 2.0], 1, None, "shape"),
        (np.empty((0, 2)), 1, None, "shape"),
        (U, -1, None, "alpha"),
        (U, math.nan, None, "alpha"),
        (U, 1, [1], "weights"),
        (U, 1, [0, 0], "weights"),
        (U, 1, [-1, 2], "weights"),
    ],
)
def test_what_cannot_be_counted(payoffs, alpha, weights, says):
    with pytest.raises(WelfareError, match=says):
        isoelastic(payoffs, alpha, weights)
