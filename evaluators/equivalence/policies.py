"""Policies of tabular processes: one array per participant, or one for the joint action."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .process import Floats, Process, at_step, check_shape, distributions

# A profile holds participant i's policy, (S, A_i) or (T, S, A_i), at place i; a joint policy is (S, A) or (T, S, A).
Policy = NDArray[np.float64] | Sequence[NDArray[np.float64]]


def joint_policy(process: Process, policy: Policy) -> Floats:
    """The distribution of joint actions in each state.

    Participants of a profile act independently given the state, so theirs is the product. An array is taken as it is: a
    joint policy need not be a product, and nothing in equations 2-16 asks for one.

    Args:
        process: Whose states and actions they are.
        policy: A list or tuple with one array per participant, (S, A_i) or (T, S, A_i); or an array (S, A) or (T, S, A).

    Returns:
        Shape (S, A), or (T, S, A) where any participant's policy changes over time. Read-only.

    Raises:
        ValueError: There are more or fewer arrays than participants, or one has another shape or a row that is no
            distribution.
    """
    if isinstance(policy, np.ndarray):
        joint = distributions("policy", policy)
        check_shape("policy", joint, (process.states, process.joint_actions), process.horizon)
        return joint
    if len(policy) != process.participants:
        raise ValueError(f"the profile has {len(policy)} policies for {process.participants} participants")
    parts = []
    for i, (part, count) in enumerate(zip(policy, process.actions, strict=True)):
        parts.append(distributions(f"policy[{i}]", part))
        check_shape(f"policy[{i}]", parts[-1], (process.states, count), process.horizon)
    joint = parts[0]
    for part in parts[1:]:
        product = joint[..., :, None] * part[..., None, :]
        joint = product.reshape(*product.shape[:-2], -1)
    joint.setflags(write=False)
    return joint


def policy_at(policy: Floats, step: int) -> Floats:
    """A joint policy's distributions at one step, shape (S, A)."""
    return at_step(policy, step, 2)


def is_stationary(policy: Floats) -> bool:
    """Whether a joint policy is the same at every step."""
    return policy.ndim == 2
