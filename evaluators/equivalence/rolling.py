"""Rolling a process forward: the distribution of its outcomes, and episodes drawn from it (Jarrett et al. 2025, eq. 3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .policies import Policy, joint_policy, policy_at
from .process import Floats, Process
from .values import expected_payoffs


def outcome_distribution(process: Process, policy: Policy) -> Floats:
    """f(π, τ), the terminal state's probabilities after T steps (eq. 3). Shape (S,)."""
    joint, now = joint_policy(process, policy), process.initial
    for t in range(process.horizon):
        now = np.einsum("s,sa,sax->x", now, policy_at(joint, t), process.mechanism_at(t))
    return now


def sample_outcomes(process: Process, policy: Policy, episodes: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Terminal states of independent episodes, drawn step by step.

    Args:
        process: The process.
        policy: A profile or a joint policy.
        episodes: How many.
        random: Where the draws come from.

    Returns:
        Shape (episodes,); `process.payoffs[found]` are the payoffs, (episodes, n).
    """
    joint = joint_policy(process, policy)
    now = _draw(np.broadcast_to(process.initial, (episodes, process.states)), random)
    for t in range(process.horizon):
        action = _draw(policy_at(joint, t)[now], random)
        now = _draw(process.mechanism_at(t)[now, action], random)
    return now


def payoff_shifts(process: Process, policy: Policy, other: Policy, mechanisms: Mapping[str, ArrayLike]) -> Floats:
    """How far expected payoffs move, exactly: what equation 16 measures, by mechanism and participant.

    The mean of its squares over both axes is what `representativity` estimates as `squared`.

    Args:
        process: The process; its own mechanism counts only if it is among `mechanisms`.
        policy: The people's.
        other: The representatives'.
        mechanisms: By name, (S, A, S) or (T, S, A, S).

    Returns:
        E g under `other` minus E g under `policy`: shape (number of mechanisms, n).
    """
    under = [process.with_mechanism(np.asarray(m, dtype=float)) for m in mechanisms.values()]
    return np.stack([expected_payoffs(p, other) - expected_payoffs(p, policy) for p in under])


def _draw(probabilities: Floats, random: np.random.Generator) -> NDArray[np.intp]:
    # The last sum may fall short of 1 by rounding; no draw may land behind it.
    sums = probabilities.cumsum(axis=-1)
    drawn = random.random(len(sums)) * sums[:, -1]
    found: NDArray[np.intp] = (drawn[:, None] >= sums).sum(axis=1)
    return found
