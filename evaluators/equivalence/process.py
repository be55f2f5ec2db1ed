"""Finite tabular decision processes: what participants do step by step, and what a mechanism makes of it.

Joint actions are numbered as the participants' own actions read as one number, the last participant's varying fastest:
with 2 and 3 actions, (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2) are the joint actions 0 to 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
# How far a row of probabilities may be from a sum of one.
SUM_TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class Process:
    """A finite-horizon process over S states, n participants and A joint actions (Jarrett et al. 2025, section 2).

    Attributes:
        actions: How many actions each of the n participants has, each at least 1; their product is A.
        mechanism: Shape (S, A, S), or (T, S, A, S) where it changes over time: the next state's probabilities (eq. 2).
        payoffs: Shape (S, n), what each participant gets from a terminal state; higher is better for them (eq. 4).
        horizon: T, the number of steps, at least 1.
        initial: Shape (S,), the first state's probabilities.

    Raises:
        ValueError: An array has another shape, is not finite, or has a row that is no distribution.
    """

    actions: tuple[int, ...]
    mechanism: Floats
    payoffs: Floats
    horizon: int
    initial: Floats

    def __post_init__(self) -> None:
        actions = tuple(int(count) for count in self.actions)
        if not actions or min(actions) < 1:
            raise ValueError(f"actions must count at least one action for each participant, not {self.actions}")
        if self.horizon < 1:
            raise ValueError(f"horizon must be at least 1, not {self.horizon}")
        payoffs = finite("payoffs", self.payoffs)
        if payoffs.ndim != 2 or payoffs.shape[1] != len(actions) or not len(payoffs):
            raise ValueError(f"payoffs must have shape (S, {len(actions)}), not {payoffs.shape}")
        states, joint = len(payoffs), prod(actions)
        mechanism = distributions("mechanism", self.mechanism)
        check_shape("mechanism", mechanism, (states, joint, states), self.horizon)
        initial = distributions("initial", self.initial)
        if initial.shape != (states,):
            raise ValueError(f"initial must have shape ({states},), not {initial.shape}")
        for name, found in (("mechanism", mechanism), ("payoffs", payoffs), ("initial", initial)):
            object.__setattr__(self, name, found)
        object.__setattr__(self, "actions", actions)

    @property
    def states(self) -> int:
        """S, the number of states."""
        return len(self.payoffs)

    @property
    def participants(self) -> int:
        """n, the number of participants."""
        return len(self.actions)

    @property
    def joint_actions(self) -> int:
        """A, the number of joint actions."""
        return prod(self.actions)

    def with_mechanism(self, mechanism: ArrayLike) -> Process:
        """The same process under another mechanism."""
        return replace(self, mechanism=np.asarray(mechanism, dtype=float))

    def mechanism_at(self, step: int) -> Floats:
        """The mechanism of one step, shape (S, A, S)."""
        return at_step(self.mechanism, step, 3)


def joint_index(actions: Sequence[int], chosen: Sequence[int]) -> int:
    """The number of a joint action.

    Args:
        actions: How many actions each participant has.
        chosen: The action of each.

    Raises:
        ValueError: One of them has no such action.
    """
    if len(actions) != len(chosen) or not all(0 <= a < count for a, count in zip(chosen, actions, strict=True)):
        raise ValueError(f"{tuple(chosen)} is no joint action of participants with {tuple(actions)} actions")
    return int(np.ravel_multi_index(tuple(chosen), tuple(actions)))


def split_index(actions: Sequence[int], joint: int) -> tuple[int, ...]:
    """Each participant's action in the joint action of this number; `joint_index` undone.

    Raises:
        ValueError: There is no joint action of this number.
    """
    if not 0 <= joint < prod(actions):
        raise ValueError(f"joint actions are numbered from 0 to {prod(actions) - 1}; {joint} is none of them")
    return tuple(int(a) for a in np.unravel_index(joint, tuple(actions)))


def finite(name: str, values: ArrayLike) -> Floats:
    """A read-only copy; a ValueError where a number is missing or infinite."""
    found = np.array(values, dtype=float)
    if not np.isfinite(found).all():
        raise ValueError(f"{name}[{first(~np.isfinite(found))}] is not a finite number")
    found.setflags(write=False)
    return found


def distributions(name: str, values: ArrayLike) -> Floats:
    """A read-only copy whose last axis holds probabilities; a ValueError names the row that does not."""
    found = finite(name, values)
    if found.ndim < 1:
        raise ValueError(f"{name} must be an array of probabilities, not the number {found}")
    if (found < 0).any():
        raise ValueError(f"{name}[{first(found < 0)}] is a probability below 0")
    wrong = np.abs(found.sum(axis=-1) - 1) > SUM_TOLERANCE
    if wrong.any():
        row = first(wrong)
        total = float(found.sum(axis=-1)[wrong][0])
        raise ValueError(
            f"{name}[{row}] sums to {total:.6g}, and must sum to 1" if row else f"{name} sums to {total:.6g}"
        )
    return found


def check_shape(name: str, values: Floats, one: tuple[int, ...], horizon: int) -> None:
    """Raise a ValueError unless the shape is `one` step's, or that of a whole horizon of them."""
    if values.shape not in (one, (horizon, *one)):
        raise ValueError(f"{name} must have shape {one}, or {(horizon, *one)} by step, not {values.shape}")


def at_step(values: Floats, step: int, dimensions: int) -> Floats:
    """The array of one step, of so many dimensions: itself, or that row of it where it changes over time."""
    if values.ndim == dimensions:
        return values
    found: Floats = values[step]
    return found


def first(wrong: NDArray[np.bool_]) -> str:
    """Where the first true value stands, as it is written in an index."""
    return ", ".join(str(k) for k in np.argwhere(wrong)[0])
