"""Random processes and policies, and constructed ones that tell the classes of equivalence apart.

The classes are those of Jarrett et al. 2025, eq. 10-15; see `classes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from .policies import joint_policy
from .process import Floats, Process

Split = Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Inclusion:
    """A process and two policies of which the second stands in for the first, but not in every sense.

    Attributes:
        process: The process.
        policy: The one to be stood in for, a profile.
        other: Trajectory-equivalent to it, and no clone.
        revealing: Shape (S, A, 1), a function with values in [0, 1] whose expectation the two differ in most.
    """

    process: Process
    policy: list[Floats]
    other: list[Floats]
    revealing: Floats


def random_mechanism(seed: int, states: int, actions: Sequence[int], horizon: int | None = None) -> Floats:
    """Next-state probabilities drawn evenly from all there are: (S, A, S), or (T, S, A, S) with a horizon."""
    steps = () if horizon is None else (horizon,)
    return _rows(np.random.default_rng([seed, 1]), (*steps, states, prod(actions), states))


def random_process(
    seed: int, *, states: int = 4, actions: Sequence[int] = (2, 3), horizon: int = 3, stationary: bool = True
) -> Process:
    """A process with a random mechanism, standard normal payoffs and a random start.

    Args:
        seed: The same seed gives the same process.
        states: S.
        actions: How many actions each participant has.
        horizon: T.
        stationary: Whether the mechanism is the same at every step.
    """
    random = np.random.default_rng([seed, 2])
    return Process(
        tuple(actions),
        random_mechanism(seed, states, actions, None if stationary else horizon),
        random.normal(size=(states, len(actions))),
        horizon,
        _rows(random, (states,)),
    )


def random_profile(seed: int, process: Process, *, stationary: bool = True) -> list[Floats]:
    """A random policy for each participant, (S, A_i), or (T, S, A_i) if not stationary."""
    random = np.random.default_rng([seed, 3])
    steps = () if stationary else (process.horizon,)
    return [_rows(random, (*steps, process.states, count)) for count in process.actions]


def irrelevant_part(
    seed: int, *, states: int = 4, split: Split = ((2, 3), (2, 2)), horizon: int = 3, stationary: bool = True
) -> Inclusion:
    """Equation 15: each action is a pair (u, v), the mechanism ignores v, and the stand-in has another π(v).

    Of a participant with (U, V) choices, action a is u = a // V and v = a % V. `other` keeps π(u) and replaces π(v given u).

    Args:
        seed: The same seed gives the same example.
        states: S.
        split: For each participant the number of choices of u and of v; someone has two of v or more.
        horizon: T.
        stationary: Whether mechanism and policies are the same at every step.

    Raises:
        ValueError: Nobody has a choice of v.
    """
    if max(v for _, v in split) < 2:
        raise ValueError("split must give at least one participant two choices of v")
    relevant, actions = [u for u, _ in split], tuple(u * v for u, v in split)
    blind = random_process(seed, states=states, actions=relevant, horizon=horizon, stationary=stationary)
    process = Process(actions, blind.mechanism[..., _heard(split), :], blind.payoffs, horizon, blind.initial)
    policy = random_profile(seed, process, stationary=stationary)
    other = [restyle(part, pair, seed + i) for i, (part, pair) in enumerate(zip(policy, split, strict=True))]
    return _inclusion(process, policy, other)


def restyle(policy: Floats, split: tuple[int, int], seed: int) -> Floats:
    """One participant's policy (..., U·V) with π(u) kept and π(v given u) replaced by a random one."""
    pairs = policy.reshape(*policy.shape[:-1], *split)
    style = _rows(np.random.default_rng([seed, 4]), pairs.shape)
    return np.asarray(pairs.sum(axis=-1, keepdims=True) * style).reshape(policy.shape)


def cancelling_errors(shift: float = 0.2) -> Inclusion:
    """A stand-in whose errors cancel: too kind on one branch, too harsh on the other, each reached half of the time.

    States 0 → {1, 2} evenly, 1 → 3, 2 → 4, and from 3 and 4 the one participant's action leads to a good outcome 5 or a
    bad one 6, T = 3 steps from 0; 7 follows on both. Expected payoffs are the same from every state and action on, so (12)
    holds, yet not (11), even on the payoffs' own value functions.

    Args:
        shift: By how much the probability of the good action moves, up in 3 and down in 4; between 0 and 0.5.

    Raises:
        ValueError: `shift` is out of its range.
    """
    if not 0 < shift <= 0.5:
        raise ValueError(f"shift must be above 0 and at most 0.5, not {shift}")
    following = {0: (1, 2), 1: (3, 3), 2: (4, 4), 5: (7, 7), 6: (7, 7), 7: (7, 7)}
    mechanism = np.zeros((8, 2, 8))
    for state, pair in following.items():
        for target in pair:
            mechanism[state, :, target] += 0.5
    mechanism[3:5, 0, 5] = mechanism[3:5, 1, 6] = 1
    payoffs = np.zeros((8, 1))
    payoffs[5] = 1
    policy = np.full((8, 2), 0.5)
    other = policy.copy()
    other[3] += (shift, -shift)
    other[4] -= (shift, -shift)
    return _inclusion(Process((2,), mechanism, payoffs, 3, np.eye(8)[0]), [policy], [other])


def _inclusion(process: Process, policy: list[Floats], other: list[Floats]) -> Inclusion:
    more = joint_policy(process, other) > joint_policy(process, policy)
    # Policies by step differ at each: the first step's difference is revealing enough.
    first = more if more.ndim == 2 else more[0]
    return Inclusion(process, policy, other, first[..., None].astype(float))


def _heard(split: Split) -> NDArray[np.intp]:
    """For each joint action the number of the joint u, which is all that a blind mechanism hears."""
    actions = [u * v for u, v in split]
    own = np.unravel_index(np.arange(prod(actions)), actions)
    heard = tuple(a // v for a, (_, v) in zip(own, split, strict=True))
    return np.asarray(np.ravel_multi_index(heard, [u for u, _ in split]), dtype=np.intp)


def _rows(random: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return random.dirichlet(np.ones(shape[-1]), size=shape[:-1])
