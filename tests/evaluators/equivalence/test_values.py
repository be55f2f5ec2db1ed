"""Value functions against every path written out, by hand, and against forward rolling."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.evaluators.equivalence import (
    Process,
    bellman,
    expected_payoffs,
    joint_policy,
    outcome_distribution,
    payoff_shifts,
    random_mechanism,
    random_process,
    random_profile,
    sample_outcomes,
    state_values,
    value_functions,
)

seeds = st.integers(0, 10**6)


def test_two_states_by_hand():
    # One participant; action 0 stays, action 1 moves to the other state with probability 0.5. State 1 pays 8.
    mechanism = np.array([[[1, 0], [0.5, 0.5]], [[0, 1], [0.5, 0.5]]])
    process = Process((2,), mechanism, np.array([[0.0], [8.0]]), 2, np.array([1.0, 0.0]))
    policy = np.array([[0.25, 0.75], [1, 0]])
    q = value_functions(process, policy)
    # Q^1: from 0, staying pays 0 and moving 4; from 1, staying pays 8 and moving 4. V^1 = (3, 8).
    np.testing.assert_allclose(q[1, :, :, 0], [[0, 4], [8, 4]])
    np.testing.assert_allclose(q[0, :, :, 0], [[3, 5.5], [8, 5.5]])
    np.testing.assert_allclose(state_values(process, policy)[:, :, 0], [[0.25 * 3 + 0.75 * 5.5, 8], [3, 8], [0, 8]])
    assert expected_payoffs(process, policy) == pytest.approx([4.875])
    np.testing.assert_allclose(outcome_distribution(process, policy), [1 - 4.875 / 8, 4.875 / 8])


def every_path(process, joint, state, action):
    """The expected payoffs from a first state and action on, as a sum over all paths."""
    total = np.zeros(process.participants)
    later = [range(process.joint_actions)] * (process.horizon - 1)
    for path in product(*[range(process.states)] * process.horizon):
        for actions in product(*later):
            now, act, chance = state, action, 1.0
            for t, following in enumerate(path):
                chance *= process.mechanism[t, now, act, following]
                if t < process.horizon - 1:
                    act = actions[t]
                    chance *= joint[t + 1, following, act]
                now = following
            total += chance * process.payoffs[now]
    return total


def test_values_are_sums_over_all_paths():
    process = random_process(3, states=3, actions=(2, 2), horizon=3, stationary=False)
    joint = joint_policy(process, random_profile(3, process, stationary=False))
    q = value_functions(process, joint)
    for state, action in product(range(3), range(4)):
        np.testing.assert_allclose(q[0, state, action], every_path(process, joint, state, action))


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(1, 5), st.booleans(), st.booleans())
def test_rolling_forward_agrees_with_the_recursion(seed, horizon, steady, still):
    process = random_process(seed, horizon=horizon, stationary=steady)
    policy = random_profile(seed, process, stationary=still)
    outcomes = outcome_distribution(process, policy)
    assert outcomes.sum() == pytest.approx(1)
    np.testing.assert_allclose(outcomes @ process.payoffs, expected_payoffs(process, policy), atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_recursion_is_the_operator_applied_again_and_again(seed):
    process = random_process(seed)
    joint = joint_policy(process, random_profile(seed, process))
    q = value_functions(process, joint)
    assert (q[-1] == process.payoffs[:, None, :]).all()
    for t in range(process.horizon):
        np.testing.assert_allclose(q[t], bellman(q[t + 1], joint, process.mechanism))
    # The operator is linear, keeps constants, and takes a q without participants too.
    np.testing.assert_allclose(bellman(q[1] * 2 + 3, joint, process.mechanism), q[0] * 2 + 3)
    np.testing.assert_allclose(bellman(q[1][..., 0], joint, process.mechanism), q[0][..., 0])


def test_drawn_episodes_have_the_outcomes_distribution():
    process = random_process(5, stationary=False)
    policy = random_profile(5, process, stationary=False)
    drawn = np.bincount(sample_outcomes(process, policy, 20_000, np.random.default_rng(0)), minlength=4) / 20_000
    exact = outcome_distribution(process, policy)
    assert (np.abs(drawn - exact) < 4 * np.sqrt(exact * (1 - exact) / 20_000)).all()


def test_payoff_shifts_are_taken_under_each_mechanism():
    process = random_process(1)
    one, two = random_profile(1, process), random_profile(2, process)
    family = {"a": random_mechanism(8, 4, (2, 3)), "b": random_mechanism(9, 4, (2, 3), 3)}
    found = payoff_shifts(process, one, two, family)
    under = process.with_mechanism(family["b"])
    np.testing.assert_allclose(found[1], expected_payoffs(under, two) - expected_payoffs(under, one))
    assert found.shape == (2, 2)
