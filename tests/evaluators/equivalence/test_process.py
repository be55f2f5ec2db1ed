"""Processes, policies and how joint actions are numbered."""

import numpy as np
import pytest

from minipublic.evaluators.equivalence import (
    Process,
    joint_index,
    joint_policy,
    random_process,
    random_profile,
    split_index,
)

COIN = np.full((2, 6, 2), 0.5)
PAYOFFS = np.array([[0.0, 1.0], [1.0, 0.0]])
START = np.array([1.0, 0.0])


def test_joint_actions_count_up_from_the_last_participant():
    numbered = [split_index((2, 3), k) for k in range(6)]
    assert numbered == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert [joint_index((2, 3), own) for own in numbered] == list(range(6))
    with pytest.raises(ValueError, match="no joint action"):
        joint_index((2, 3), (0, 3))
    with pytest.raises(ValueError, match="from 0 to 5"):
        split_index((2, 3), 6)


def test_a_profile_is_the_product_of_its_policies():
    process = random_process(1, actions=(2, 3, 2))
    parts = random_profile(1, process)
    joint = joint_policy(process, parts)
    assert joint.shape == (4, 12)
    for k in range(12):
        a, b, c = split_index(process.actions, k)
        np.testing.assert_allclose(joint[:, k], parts[0][:, a] * parts[1][:, b] * parts[2][:, c])


def test_one_participant_may_change_over_time():
    process = random_process(1)
    still, moving = random_profile(1, process), random_profile(2, process, stationary=False)
    joint = joint_policy(process, [still[0], moving[1]])
    assert joint.shape == (3, 4, 6)
    np.testing.assert_allclose(joint[2], joint_policy(process, [still[0], moving[1][2]]))


def test_a_joint_policy_need_not_be_a_product():
    process = Process((2, 3), COIN, PAYOFFS, 2, START)
    together = np.array([[0.5, 0, 0, 0, 0, 0.5]] * 2)
    np.testing.assert_array_equal(joint_policy(process, together), together)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"mechanism": COIN * np.array([1, 1.2])}, r"mechanism\[0, 0\] sums to 1.1"),
        ({"mechanism": COIN[:, :5]}, r"mechanism must have shape \(2, 6, 2\), or \(2, 2, 6, 2\) by step"),
        ({"mechanism": np.full((3, 2, 6, 2), 0.5)}, "mechanism must have shape"),
        ({"mechanism": COIN + np.array([1, -1])}, r"mechanism\[0, 0, 1\] is a probability below 0"),
        ({"payoffs": PAYOFFS[:, :1]}, r"payoffs must have shape \(S, 2\)"),
        ({"payoffs": np.array([[0, 1], [np.inf, 0]])}, r"payoffs\[1, 0\] is not a finite number"),
        ({"initial": np.array([0.5, 0.4])}, "initial sums to 0.9"),
        ({"initial": np.full(3, 1 / 3)}, r"initial must have shape \(2,\)"),
        ({"initial": np.float64(1)}, "initial must be an array"),
        ({"horizon": 0}, "horizon must be at least 1"),
        ({"actions": ()}, "actions must count"),
        ({"actions": (2, 0)}, "actions must count"),
    ],
)
def test_what_is_no_process_is_refused(changed, message):
    given = {"actions": (2, 3), "mechanism": COIN, "payoffs": PAYOFFS, "horizon": 2, "initial": START}
    Process(**given)
    with pytest.raises(ValueError, match=message):
        Process(**{**given, **changed})


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ([np.full((2, 2), 0.5)], "1 policies for 2 participants"),
        ([np.full((2, 2), 0.5), np.full((2, 2), 0.5)], r"policy\[1\] must have shape \(2, 3\)"),
        ([np.full((2, 2), 0.5), np.full((2, 3), 0.3)], r"policy\[1\]\[0\] sums to 0.9"),
        (np.full((2, 6), 0.1), r"policy\[0\] sums to 0.6"),
        (np.full((3, 2, 6), 1 / 6), "policy must have shape"),
    ],
)
def test_what_is_no_policy_is_refused(policy, message):
    with pytest.raises(ValueError, match=message):
        joint_policy(Process((2, 3), COIN, PAYOFFS, 2, START), policy)


def test_a_process_keeps_its_arrays():
    mechanism = COIN.copy()
    process = Process((2, 3), mechanism, PAYOFFS, 2, START)
    mechanism[0, 0] = (1, 0)
    assert process.mechanism[0, 0, 0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        process.payoffs[0, 0] = 9
