"""The transportation problem against scipy's dense assignment of single units, and its proof."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from minipublic.personas.matching import transport


class Table:
    """Weights that are there already."""

    def __init__(self, weights):
        self.weights = weights
        self.shape = weights.shape

    def row(self, index):
        return self.weights[index].copy()


def optimum(weights, supply, capacity):
    single = np.repeat(np.repeat(weights, supply, axis=0), capacity, axis=1)
    rows, columns = linear_sum_assignment(single, maximize=True)
    return single[rows, columns].sum()


def checked(weights, supply, capacity):
    """Solves, and checks that the assignment is one and that the prices prove it."""
    table = Table(weights)
    found = transport.solve(table, supply, capacity)
    used = np.zeros(weights.shape, dtype=int)
    for row, column, units in found.pairs:
        assert units > 0
        used[row, column] += units
    assert (used.sum(axis=1) <= supply).all()
    assert (used.sum(axis=0) <= capacity).all()
    value = (used * weights).sum()
    assert (found.prices >= 0).all()
    assert transport.bound(table, supply, capacity, found.prices) == pytest.approx(value, rel=1e-12, abs=1e-12)
    return value


@st.composite
def problems(draw):
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    levels = draw(st.sampled_from([[0, 1], [0, 1, 2, 3], [0, 0.1, 0.2, 0.3, 0.7], [1e-9, 1e-3, 1]]))
    weights = draw(st.lists(st.sampled_from(levels), min_size=rows * columns, max_size=rows * columns))
    units = st.integers(1, 4)
    supply = draw(st.lists(units, min_size=rows, max_size=rows))
    capacity = draw(st.lists(units, min_size=columns, max_size=columns))
    return np.array(weights, dtype=float).reshape(rows, columns), np.array(supply), np.array(capacity)


@settings(max_examples=300, deadline=None)
@given(problems(), st.sampled_from([1, 2, 64]))
def test_the_maximum_however_few_columns_a_row_knows(problem, first_look):
    before = transport.FIRST_LOOK
    transport.FIRST_LOOK = first_look
    try:
        assert checked(*problem) == pytest.approx(optimum(*problem), abs=1e-9)
    finally:
        transport.FIRST_LOOK = before


@pytest.mark.parametrize("seed", range(3))
def test_where_all_want_the_same(seed):
    random = np.random.default_rng(seed)
    weights = np.outer(random.random(90), random.random(140)) * (1 + 0.1 * random.random((90, 140)))
    ones = np.ones(90, dtype=int), np.ones(140, dtype=int)
    assert checked(weights, *ones) == pytest.approx(optimum(weights, *ones), rel=1e-12)


@given(problems(), st.integers(0, 100))
def test_no_prices_give_a_bound_below_the_maximum(problem, seed):
    weights, supply, capacity = problem
    prices = np.random.default_rng(seed).random(len(capacity)) * weights.max()
    assert transport.bound(Table(weights), supply, capacity, prices) >= optimum(*problem) - 1e-9
