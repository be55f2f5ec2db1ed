"""Value functions by backward recursion (Jarrett et al. 2025, eq. 8 and 9).

The functions q map a state and a joint action to a vector, usually a payoff for each participant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .policies import Policy, is_stationary, joint_policy, policy_at
from .process import Floats, Process, finite


def bellman(q: Floats, policy: Floats, mechanism: Floats) -> Floats:
    """One application of the Bellman operator, (B q)(s, a) = E q(s', a') with s' ~ τ(s, a) and a' ~ π(s') (eq. 9).

    Args:
        q: Shape (S, A) or (S, A, k).
        policy: Shape (S, A), the joint policy followed from the next state on.
        mechanism: Shape (S, A, S).

    Returns:
        The shape of q.
    """
    return np.asarray(np.tensordot(mechanism, act(q, policy), axes=1), dtype=float)


def act(q: Floats, policy: Floats) -> Floats:
    """E q(s, a) with a ~ π(s), for each state: shape (S,) or (S, k)."""
    return np.asarray(np.einsum("sa,sa...->s...", policy, q), dtype=float)


def value_functions(process: Process, policy: Policy) -> Floats:
    """Q^t for t = 0 to T: each participant's expected payoff from a state and joint action on (eq. 8).

    Q^T(s, a) = g(s), since nobody acts in the terminal state; Q^t = B Q^{t+1}.

    Args:
        process: The process.
        policy: A profile or a joint policy, as in `joint_policy`.

    Returns:
        Shape (T + 1, S, A, n).
    """
    return iterate(process, joint_policy(process, policy), terminal(process, process.payoffs))


def state_values(process: Process, policy: Policy) -> Floats:
    """V^t(s) = E Q^t(s, a) with a ~ π^t(s), for t = 0 to T; V^T = g. Shape (T + 1, S, n)."""
    joint = joint_policy(process, policy)
    q = value_functions(process, joint)
    return np.stack([act(q[t], policy_at(joint, t)) for t in range(process.horizon)] + [process.payoffs])


def expected_payoffs(process: Process, policy: Policy) -> Floats:
    """E g(ω) with ω ~ f(π, τ), a payoff for each participant: shape (n,)."""
    return np.asarray(process.initial @ state_values(process, policy)[0], dtype=float)


def iterate(process: Process, joint: Floats, q: Floats) -> Floats:
    """A function q and its T successive Bellman updates, first step first: shape (T + 1, S, A, k).

    Raises:
        ValueError: q depends on the action taken in the terminal state, and the policy changes over time, which says
            nothing about that action.
    """
    if not is_stationary(joint) and np.ptp(q, axis=1).any():
        raise ValueError("a policy by step does not act in the terminal state: give functions of the state, (S, k)")
    found = [q]
    for t in reversed(range(process.horizon)):
        following = policy_at(joint, min(t + 1, process.horizon - 1))
        found.append(bellman(found[-1], following, process.mechanism_at(t)))
    return np.stack(found[::-1])


def terminal(process: Process, function: ArrayLike, name: str = "function") -> Floats:
    """A function as q(s, a), shape (S, A, k): (S, k) is one of the state alone, (S, A, k) is taken as it is.

    Raises:
        ValueError: It has another shape or is not finite.
    """
    found = finite(name, function)
    states, joint = process.states, process.joint_actions
    if found.ndim == 2 and len(found) == states:
        return np.repeat(found[:, None, :], joint, axis=1)
    if found.ndim != 3 or found.shape[:2] != (states, joint):
        raise ValueError(f"{name} must have shape ({states}, k) or ({states}, {joint}, k), not {found.shape}")
    return found
