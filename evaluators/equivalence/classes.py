"""Three classes of policies that stand in for another, each at least as wide as the one before (Jarrett et al. 2025, eq. 10-15).

Clones act alike in every state (10). Transition-equivalent policies have the same Bellman operator on some functions q,
under some mechanisms τ (11). Trajectory-equivalent ones have it after T applications: expected payoffs are the same (12).

How Proposition 1 is read here:

- (10) ⊆ (11) for any q and τ; equal where both are maximal (14).
- (11) ⊆ (12) where (11) is asked of the payoffs and all that the first policy's operator makes of them, `value_closure`.
  A deviation of at most ε in (11) is one of at most T ε in Q^0 and (T + 1) ε in V^0.
- (15): where τ ignores a part v of each action, a policy with another v is trajectory-equivalent on payoffs. Once some q
  sees v it is outside of (11), and the second inclusion is proper. On the payoffs' `value_closure`, where none does, it is
  inside, and the *first* inclusion is proper. (12) asked of a q that sees v in the terminal state would exclude it, so (12)
  is asked of payoffs. `irrelevant_part` makes such a policy; `cancelling_errors` one outside of (11) even on the closure.
- Equations 8-12 condition on the first joint action, and so do not see who chose it. With `first_step`, the default, an episode's
  start counts as a transition too: the first step's actions are compared in every state in which an episode may start. Without
  it the equations are taken to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .policies import Policy, is_stationary, joint_policy, policy_at
from .process import Floats, Process
from .values import act, iterate, terminal

Functions = Mapping[str, ArrayLike]
Mechanisms = Mapping[str, ArrayLike]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Place:
    """Where two policies differ most; None for what does not apply.

    `step`, `state` and `action` are where B q is taken. For clones, the first step and maximal mechanisms, which have no such
    action, they are the step and the state in which the policies act. `component` is that of q, usually a participant.
    """

    mechanism: str | None = None
    function: str | None = None
    step: int | None = None
    state: int | None = None
    action: int | None = None
    component: int | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether a policy is in a class; true or false as a condition.

    Attributes:
        deviation: The largest difference found; 0 for a perfect equivalent, in the unit that the test names.
        tolerance: The largest that is accepted.
        where: The first place that differs most; None where nothing differs.
    """

    deviation: float
    tolerance: float
    where: Place | None

    def __bool__(self) -> bool:
        return bool(self.deviation <= self.tolerance)


def is_clone(process: Process, policy: Policy, other: Policy, *, tolerance: float = TOLERANCE) -> Verdict:
    """Whether two policies act alike in every state, at every step (eq. 10).

    Args:
        process: Whose states and actions they are.
        policy: The one to be stood in for.
        other: The other.
        tolerance: On the total variation distance between their joint actions in a state, in [0, 1].
    """
    distance = _total_variation(joint_policy(process, policy), joint_policy(process, other))
    axes = ("state",) if distance.ndim == 1 else ("step", "state")
    return _largest(iter([(distance, axes, Place())]), tolerance)


def is_transition_equivalent(
    process: Process,
    policy: Policy,
    other: Policy,
    *,
    functions: Functions | Literal["maximal"] = "maximal",
    mechanisms: Mechanisms | Literal["maximal"] | None = None,
    tolerance: float = TOLERANCE,
    first_step: bool = True,
) -> Verdict:
    """Whether two policies have the same Bellman operator: B_{π~,τ} q = B_{π,τ} q for all q and τ (eq. 11).

    Args:
        process: The process.
        policy: The one to be stood in for.
        other: The other.
        functions: By name, (S, k) or (S, A, k); or all functions, of which the deviation is the largest over q in [0, 1].
        mechanisms: By name; the process's own by default; or all mechanisms, with episodes that may start anywhere.
        tolerance: On the difference of B q, in the unit of the functions.
        first_step: Compare the actions taken where an episode starts, too.
    """
    a, b = joint_policy(process, policy), joint_policy(process, other)
    found = _transitions(process, a, b, functions, mechanisms, first_step)
    return _largest(found, tolerance)


def is_trajectory_equivalent(
    process: Process,
    policy: Policy,
    other: Policy,
    *,
    functions: Functions | None = None,
    mechanisms: Mechanisms | None = None,
    tolerance: float = TOLERANCE,
    first_step: bool = True,
) -> Verdict:
    """Whether two policies lead to the same expected payoffs, from every state and joint action on (eq. 12).

    Args:
        process: The process.
        policy: The one to be stood in for.
        other: The other.
        functions: By name, what T applications of B start from; the payoffs by default. Those that depend on the action,
            (S, A, k), ask for policies that do not change over time.
        mechanisms: By name; the process's own by default.
        tolerance: On the difference of Q^0 and V^0, in the unit of the payoffs.
        first_step: Compare V^0(s) in each state in which an episode may start, besides Q^0(s, a).
    """
    a, b = joint_policy(process, policy), joint_policy(process, other)
    return _largest(_trajectories(process, a, b, functions, mechanisms, first_step), tolerance)


def value_closure(
    process: Process, policy: Policy, mechanisms: Mechanisms | None = None, functions: Functions | None = None
) -> dict[str, Floats]:
    """The functions that (11) must hold on for (12) to follow: each with its T Bellman updates under each mechanism.

    Args:
        process: The process.
        policy: The one to be stood in for.
        mechanisms: By name; the process's own by default.
        functions: By name; the payoffs by default.

    Returns:
        By a name that tells function, mechanism and step, shape (S, A, k).
    """
    joint = joint_policy(process, policy)
    return {
        f"{name} under {tau} from step {t}": q
        for tau, under in _under(process, mechanisms)
        for name, function in (functions or {"payoffs": process.payoffs}).items()
        for t, q in enumerate(iterate(under, joint, terminal(process, function, name)))
    }


Candidate = tuple[Floats, tuple[str, ...], Place]


def _transitions(
    process: Process,
    a: Floats,
    b: Floats,
    functions: Functions | Literal["maximal"],
    mechanisms: Mechanisms | Literal["maximal"] | None,
    first_step: bool,
) -> Iterator[Candidate]:
    everywhere = isinstance(mechanisms, str)
    fixed = is_stationary(a) and is_stationary(b)
    for name, q in _functions(process, functions):
        if first_step:
            starts = np.full(process.states, True) if everywhere else process.initial > 0
            gap = _gap(q, policy_at(a, 0), policy_at(b, 0)) * starts[:, None]
            yield gap, ("state", "component"), Place(function=name, step=0)
        if isinstance(mechanisms, str):  # Some mechanism leads to each state for sure.
            for step in range(1, 2 if fixed else process.horizon):
                yield (
                    _gap(q, policy_at(a, step), policy_at(b, step)),
                    ("state", "component"),
                    Place("maximal", name, step),
                )
            continue
        for tau, under in _under(process, mechanisms):
            for step in _steps(under, fixed):
                gap = _gap(q, policy_at(a, step + 1), policy_at(b, step + 1))
                moved = np.tensordot(under.mechanism_at(step), gap, axes=1)
                yield moved, ("state", "action", "component"), Place(tau, name, step)


def _trajectories(
    process: Process,
    a: Floats,
    b: Floats,
    functions: Functions | None,
    mechanisms: Mechanisms | None,
    first_step: bool,
) -> Iterator[Candidate]:
    starts = process.initial > 0
    for tau, under in _under(process, mechanisms):
        for name, function in (functions or {"payoffs": process.payoffs}).items():
            last = terminal(process, function, name)
            one, two = (iterate(under, joint, last)[0] for joint in (a, b))
            yield two - one, ("state", "action", "component"), Place(tau, name, 0)
            if first_step:
                gap = (act(two, policy_at(b, 0)) - act(one, policy_at(a, 0))) * starts[:, None]
                yield gap, ("state", "component"), Place(tau, name, 0)


def _under(process: Process, mechanisms: Mechanisms | None) -> list[tuple[str, Process]]:
    if mechanisms is None:
        return [("own", process)]
    return [(name, process.with_mechanism(np.asarray(tau, dtype=float))) for name, tau in mechanisms.items()]


def _functions(process: Process, functions: Functions | Literal["maximal"]) -> Iterator[tuple[str, Floats | None]]:
    if isinstance(functions, str):
        yield "maximal", None
    else:
        for name, function in functions.items():
            yield name, terminal(process, function, name)


def _steps(process: Process, fixed: bool) -> range:
    # Where nothing changes over time, one step is like another. A policy by step does not act in the terminal state,
    # which the last transition leads to.
    if fixed:
        return range(1 if process.mechanism.ndim == 3 else process.horizon)
    return range(process.horizon - 1)


def _gap(q: Floats | None, a: Floats, b: Floats) -> Floats:
    # No q stands for all with values in [0, 1]: the one that tells the policies apart best gives their total variation.
    return _total_variation(a, b)[:, None] if q is None else act(q, b) - act(q, a)


def _total_variation(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.abs(a - b).sum(axis=-1) / 2, dtype=float)


def _largest(candidates: Iterator[Candidate], tolerance: float) -> Verdict:
    deviation, where = 0.0, None
    for values, axes, place in candidates:
        size = np.abs(values)
        at = np.unravel_index(int(size.argmax()), size.shape)
        if size[at] > deviation:
            deviation = float(size[at])
            found = dict(zip(axes, map(int, at), strict=True))
            where = Place(**{**vars(place), **found})
    return Verdict(deviation, tolerance, where)
