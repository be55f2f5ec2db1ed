"""Proposition 1: what is in which class, what is in none, and how far deviations add up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.evaluators.equivalence import (
    Process,
    cancelling_errors,
    expected_payoffs,
    irrelevant_part,
    is_clone,
    is_trajectory_equivalent,
    is_transition_equivalent,
    joint_policy,
    random_mechanism,
    random_process,
    random_profile,
    value_closure,
)

seeds = st.integers(0, 10**6)
often = settings(max_examples=40, deadline=None)


def family(seed, process, size=3):
    return {f"m{k}": random_mechanism(seed + k, process.states, process.actions) for k in range(size)}


def nudged(joint, state, amount, step=None):
    """A joint policy that moves some probability from its likeliest action in one state (at one step) to another."""
    other = np.array(joint)
    row = other[state] if step is None else other[step, state]
    most = row.argmax()
    row[most] -= amount
    row[(most + 1) % len(row)] += amount
    return other


@often
@given(seeds, st.booleans(), st.booleans())
def test_clones_are_in_every_class(seed, steady, still):
    process = random_process(seed, stationary=steady)
    policy = random_profile(seed, process, stationary=still)
    clone = joint_policy(process, policy)
    mechanisms = family(seed, process)
    assert is_clone(process, policy, clone).where is None
    assert is_transition_equivalent(process, policy, clone)
    assert is_transition_equivalent(process, policy, clone, mechanisms="maximal")
    assert is_transition_equivalent(process, policy, clone, mechanisms=mechanisms)
    assert is_trajectory_equivalent(process, policy, clone, mechanisms=mechanisms)


@often
@given(seeds, st.booleans(), st.floats(0.001, 0.1))
def test_with_everything_maximal_only_clones_are_equivalent(seed, still, amount):
    """Equation 14; the largest deviation is the policies' total variation on both sides."""
    process = random_process(seed, stationary=False)
    joint = joint_policy(process, random_profile(seed, process, stationary=still))
    other = nudged(joint, seed % 4, amount, None if still else seed % 3)
    clone = is_clone(process, joint, other)
    transition = is_transition_equivalent(process, joint, other, mechanisms="maximal")
    assert not clone
    assert not transition
    assert clone.deviation == pytest.approx(amount)
    assert transition.deviation == pytest.approx(amount)
    assert clone.where.state == transition.where.state == seed % 4


@often
@given(seeds)
def test_the_maximal_deviation_is_that_of_the_function_made_for_it(seed):
    """No q with values in [0, 1] tells two policies apart better, and one does as well."""
    process = random_process(seed)
    one, two = (joint_policy(process, random_profile(seed + k, process)) for k in (0, 1))
    most = is_transition_equivalent(process, one, two).deviation
    best = is_transition_equivalent(process, one, two, functions={"best": (two > one)[..., None]}).deviation
    assert best == pytest.approx(most)
    drawn = np.random.default_rng(seed).random((*one.shape, 20))
    assert is_transition_equivalent(process, one, two, functions={"drawn": drawn}).deviation <= most + 1e-12


@often
@given(seeds, st.booleans(), st.floats(0, 0.1))
def test_transition_deviations_bound_trajectory_deviations(seed, still, amount):
    """(11) ⊆ (12), with how much: ε on the value closure is at most (T + 1) ε in expected payoffs."""
    process = random_process(seed, horizon=4)
    joint = joint_policy(process, random_profile(seed, process, stationary=still))
    other = nudged(joint, seed % 4, amount, None if still else seed % 4)
    mechanisms = family(seed, process)
    closure = value_closure(process, joint, mechanisms)
    assert len(closure) == 3 * 5
    step = is_transition_equivalent(process, joint, other, functions=closure, mechanisms=mechanisms).deviation
    whole = is_trajectory_equivalent(process, joint, other, mechanisms=mechanisms)
    to_the_letter = is_trajectory_equivalent(process, joint, other, mechanisms=mechanisms, first_step=False)
    assert to_the_letter.deviation <= 4 * step + 1e-12
    assert whole.deviation <= 5 * step + 1e-12
    shift = max(
        np.abs(expected_payoffs(under, joint) - expected_payoffs(under, other)).max()
        for under in map(process.with_mechanism, mechanisms.values())
    )
    assert shift <= whole.deviation + 1e-12
    # And (10) ⊆ (11): total variation times a function's span.
    span = max(np.ptp(q) for q in closure.values())
    assert step <= is_clone(process, joint, other).deviation * span + 1e-12


@often
@given(seeds, st.booleans())
def test_an_irrelevant_part_is_free(seed, steady):
    """Equation 15: outside of (11) for a q that sees v, inside of (12)."""
    example = irrelevant_part(seed, stationary=steady)
    args = (example.process, example.policy, example.other)
    assert not is_clone(*args)
    assert not is_transition_equivalent(*args)
    assert not is_transition_equivalent(*args, functions={"revealing": example.revealing})
    assert is_trajectory_equivalent(*args)
    # On the payoffs' closure it is in (11), and it is the first inclusion that is proper.
    assert is_transition_equivalent(*args, functions=value_closure(*args[:2]))


def test_a_mechanism_that_hears_the_irrelevant_part_tells():
    example = irrelevant_part(3)
    args = (example.process, example.policy, example.other)
    hearing = {"own": example.process.mechanism, "hears v": random_mechanism(3, 4, example.process.actions)}
    found = is_trajectory_equivalent(*args, mechanisms=hearing)
    assert not found
    assert found.where.mechanism == "hears v"


def test_a_relevant_part_is_not_free():
    example = irrelevant_part(3)
    # Exchanging the choices of u, and with them what the mechanism hears.
    swapped = [np.roll(part, part.shape[-1] // 2, axis=-1) for part in example.policy]
    found = is_trajectory_equivalent(example.process, example.policy, swapped)
    assert found.deviation > 0.01


def test_functions_that_see_the_terminal_action_exclude_even_the_irrelevant_part():
    """Equation 12 for every q, not payoffs alone, is about what is said in the last state too."""
    example = irrelevant_part(3)
    args = (example.process, example.policy, example.other)
    assert not is_trajectory_equivalent(*args, functions={"revealing": example.revealing})


@pytest.mark.parametrize("shift", [0.01, 0.2, 0.5])
def test_errors_that_cancel_are_seen_by_transitions_only(shift):
    example = cancelling_errors(shift)
    args = (example.process, example.policy, example.other)
    assert is_clone(*args).deviation == pytest.approx(shift)
    closure = value_closure(*args[:2])
    found = is_transition_equivalent(*args, functions=closure)
    assert found.deviation == pytest.approx(shift)
    assert found.where.function == "payoffs under own from step 2"
    assert found.where.state in (1, 2)  # Alike up to rounding.
    assert is_trajectory_equivalent(*args).deviation == pytest.approx(0, abs=1e-12)
    everywhere = Process(
        example.process.actions, example.process.mechanism, example.process.payoffs, 3, np.full(8, 1 / 8)
    )
    assert is_trajectory_equivalent(everywhere, *args[1:])
    assert expected_payoffs(*args[:2]) == pytest.approx([0.5])
    # Weighted unevenly, the two branches no longer cancel.
    tilted = np.array(example.process.mechanism)
    tilted[0, :, 1:3] = (0.75, 0.25)
    uneven = is_trajectory_equivalent(*args, mechanisms={"tilted": tilted})
    assert uneven.deviation == pytest.approx(shift / 2)


def test_one_wrong_state_is_found():
    process = random_process(4, states=6)
    joint = joint_policy(process, random_profile(4, process))
    other = nudged(joint, 5, 0.05)
    clone = is_clone(process, joint, other)
    assert not clone
    assert (clone.where.state, clone.where.step) == (5, None)
    by_step = np.repeat(joint[None], 3, axis=0)
    assert is_clone(process, joint, by_step)
    late = is_clone(process, joint, nudged(by_step, 2, 0.05, step=1))
    assert (late.where.step, late.where.state) == (1, 2)


def test_states_that_nothing_leads_to_are_free_after_the_start():
    """Why maximal mechanisms matter in (14), and why the first step is compared by itself."""
    mechanism = np.zeros((3, 2, 3))
    mechanism[:, :, 1:] = 0.5  # Nothing leads to state 0.
    payoffs = np.array([[0.0], [1.0], [2.0]])
    joint, other = np.full((3, 2), 0.5), np.array([[1, 0], [0.5, 0.5], [0.5, 0.5]])
    elsewhere = Process((2,), mechanism, payoffs, 2, np.array([0, 0.5, 0.5]))
    assert not is_clone(elsewhere, joint, other)
    assert is_transition_equivalent(elsewhere, joint, other)
    assert not is_transition_equivalent(elsewhere, joint, other, mechanisms="maximal")
    there = Process((2,), mechanism, payoffs, 2, np.array([1.0, 0, 0]))
    found = is_transition_equivalent(there, joint, other)
    assert not found
    assert (found.where.state, found.where.mechanism) == (0, None)
    assert is_transition_equivalent(there, joint, other, first_step=False)


def test_the_first_action_counts():
    """Equations 8-12 condition on the first action: without V^0 a policy may open as it likes."""
    process = random_process(6)
    joint = joint_policy(process, random_profile(6, process, stationary=False))
    other = np.array(joint)
    other[0] = np.roll(other[0], 1, axis=-1)
    assert is_trajectory_equivalent(process, joint, other, first_step=False)
    found = is_trajectory_equivalent(process, joint, other)
    assert not found
    assert found.where.action is None
    moved = np.abs(expected_payoffs(process, joint) - expected_payoffs(process, other))
    assert 0 < moved.max() <= found.deviation
    assert not is_transition_equivalent(process, joint, other)
    assert is_transition_equivalent(process, joint, other, first_step=False)


def test_joint_policies_of_the_same_margins_are_no_clones():
    process = random_process(2, actions=(2, 2))
    apart = [np.full((4, 2), 0.5)] * 2
    together = np.array([[0.5, 0, 0, 0.5]] * 4)
    assert is_clone(process, apart, together).deviation == pytest.approx(0.5)
    assert not is_trajectory_equivalent(process, apart, together)


def test_tolerance_is_inclusive():
    process = random_process(4)
    joint = np.full((4, 6), 1 / 6)
    other = nudged(joint, 1, 0.125)
    exact = is_clone(process, joint, other).deviation
    assert is_clone(process, joint, other, tolerance=exact)
    assert not is_clone(process, joint, other, tolerance=np.nextafter(exact, 0))
    assert is_trajectory_equivalent(process, joint, other, tolerance=10)


def test_what_cannot_be_asked_is_refused():
    process = random_process(4)
    by_step = joint_policy(process, random_profile(4, process, stationary=False))
    with pytest.raises(ValueError, match="does not act in the terminal state"):
        is_trajectory_equivalent(process, by_step, by_step, functions={"q": np.random.default_rng(0).random((4, 6, 1))})
    with pytest.raises(ValueError, match="q must have shape"):
        is_transition_equivalent(process, by_step, by_step, functions={"q": np.ones((4, 5, 1))})
    with pytest.raises(ValueError, match="mechanism must have shape"):
        is_trajectory_equivalent(process, by_step, by_step, mechanisms={"m": random_mechanism(1, 3, (2, 3))})
    with pytest.raises(ValueError, match="two choices of v"):
        irrelevant_part(1, split=((2, 1), (3, 1)))
    with pytest.raises(ValueError, match="shift"):
        cancelling_errors(0.7)
