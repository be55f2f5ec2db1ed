"""The dials of a simulated public: what makes its answers differ from those of the people it stands for.

Each is off by default. Real models were found to have every one of these faults, so that a study's measures can be tried on
faults of a known size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .graded import Vector, vector

# By trait and label: one number a dimension.
Positions = Mapping[str, Mapping[str, Vector]]


def heard(told: Vector, spread: Vector, fidelity: float, error: Vector) -> Vector:
    """What of a told attitude reaches the answers: f · told + √(1 − f²) · spread · error, in each dimension.

    Args:
        told: The attitude as told (D,).
        spread: The standard deviation of what is told over the people who tell as much (D,), so that the public stays
            as wide as it is, and nobody is misheard who says nothing.
        fidelity: f in [0, 1]; higher is truer.
        error: Standard normal numbers (D,).
    """
    if fidelity == 1:
        return told
    missed = math.sqrt(1 - fidelity * fidelity)
    return tuple(fidelity * t + missed * s * e for t, s, e in zip(told, spread, error, strict=True))


def pulled(probabilities: Vector, middle_pull: float) -> Vector:
    """Ordered answers' probabilities (K,) with a share m of each end moved to its inner neighbour.

    p₁ becomes (1 − m) p₁ and p₂ becomes p₂ + m p₁, and likewise at the other end: the spread shrinks, and the mean moves by
    m (p₁ − p_K) only, which is 0 where both ends are as frequent. Two answers have no middle and stay.
    """
    if not middle_pull or len(probabilities) < 3:
        return probabilities
    moved = list(probabilities)
    for end, inner in ((0, 1), (-1, -2)):
        moved[end] -= middle_pull * probabilities[end]
        moved[inner] += middle_pull * probabilities[end]
    return tuple(moved)


def number(name: str, value: Any, low: float, high: float, open_end: bool = False) -> float:
    """The value as a float.

    Raises:
        ValueError: It is no number from `low` to `high` (below `high` where the end is open).
    """
    wrong = isinstance(value, bool) or not isinstance(value, int | float)
    if wrong or not low <= value <= high or (open_end and value == high):
        upper = f"below {high:g}" if open_end else f"to {high:g}"
        raise ValueError(f"{name} must be a number from {low:g} {upper}, got {value!r}")
    return float(value)


def positions(name: str, given: Any, dimensions: int) -> dict[str, dict[str, Vector]]:
    """`{trait: {label: [one number a dimension]}}`, read.

    Raises:
        ValueError: It is something else; the message names trait and label.
    """
    read: dict[str, dict[str, Vector]] = {}
    for trait, labels in _mapping(name, given).items():
        read[str(trait)] = {}
        for label, numbers in _mapping(f"{name}: {trait}", labels).items():
            where = f"{name}: {trait}: {label}"
            at = vector(numbers, where)
            if len(at) != dimensions:
                raise ValueError(f"{where} has {len(at)} numbers for a public of {dimensions} dimensions")
            read[str(trait)][str(label)] = at
    return read


def shares(given: Any) -> dict[str, dict[str, float]]:
    """`{trait: {label: share}}`, read; each trait's shares are made to sum to 1.

    Raises:
        ValueError: It is something else, a share is below 0, or a trait's are all 0.
    """
    read: dict[str, dict[str, float]] = {}
    for trait, labels in _mapping("shares", given).items():
        where = f"shares: {trait}"
        found = {str(x): number(f"{where}: {x}", s, 0, 1e9) for x, s in _mapping(where, labels).items()}
        total = sum(found.values())
        if total <= 0:
            raise ValueError(f"{where}: one label at least needs a share above 0")
        read[str(trait)] = {label: share / total for label, share in found.items()}
    return read


def deviations(given: Any, dimensions: int) -> Vector:
    """Standard deviations, one a dimension; one number stands for all.

    Raises:
        ValueError: They are not numbers from 0 up, one or as many as there are dimensions.
    """
    listed: Sequence[Any] = given if isinstance(given, list | tuple) else (given,) * dimensions
    if len(listed) != dimensions:
        raise ValueError(f"residual_sd has {len(listed)} numbers for a public of {dimensions} dimensions")
    return tuple(number("residual_sd", value, 0, 100) for value in listed)


def _mapping(where: str, given: Any) -> Mapping[Any, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} must be a mapping, got {given!r}")
    return given
