"""Matching personas to humans: greedy, one-to-one with the largest sum of weights, or at random (Moon et al. 2024).

The weight of a human and a persona is w_ij = Π_traits P(persona j has human i's value); a value that is missing counts
1/K, where K is the number of labels known of the trait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.seeds import derive_seed, derive_uniform
from ..persona import Attribute, Persona
from .profiles import Profile, make_profile, spelling_notes
from .summary import summarise
from .transport import bound, solve
from .weights import TypeWeights

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

METHODS = ("greedy", "max_weight", "random")
ONE_TO_ONE = ("max_weight", "random")  # nobody's persona is anybody else's
TIE = 1e-12  # weights that differ by no more than this share are equal: a product's rounding is no preference
PROVEN = 1e-9  # the largest share by which the proof may exceed the sum


class MatchingError(ValueError):
    """These personas cannot be matched to these humans in this way."""


@dataclass(frozen=True)
class Matching:
    """A persona for each human.

    Args:
        method: One of `METHODS`.
        personas: Shape (humans,), for each human the place of its persona.
        weights: Shape (humans,), in [0, 1]; higher is better.
        probabilities: Shape (humans, traits), with what probability the persona has the human's value; 1/K where that
            is missing.
        profiles: The traits of everybody.
        bound: What no one-to-one matching's sum of weights exceeds, by the duality of linear programs; None but for
            `max_weight`.
        notes: What was noticed about the labels.
    """

    method: str
    personas: Ints
    weights: Floats
    probabilities: Floats
    profiles: tuple[Profile, ...]
    bound: float | None
    notes: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """How good the matching is, as plain data; see `summarise`."""
        return summarise(self)


def match(
    personas: Sequence[Persona],
    humans: Sequence[Mapping[str, str]],
    traits: Sequence[Attribute],
    method: str,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> Matching:
    """Finds each human a persona.

    Args:
        personas: Their `traits` are read, else their `attributes`; a persona that tells nothing of a trait has each of
            its labels with the same probability.
        humans: Trait to label; a trait that is missing is left out or "".
        traits: What is compared; `values` are labels that exist although nobody may have them.
        method: `greedy` gives each human its best persona, however many humans share it; equally good ones are drawn
            by the seed. `max_weight` is one-to-one with the largest sum of weights. `random` is one-to-one.
        seed: Of all that is drawn.
        names: The humans' ids, which decide `greedy`'s draws; by default their places.

    Raises:
        MatchingError: There are no personas, humans or traits, the method is none, or there are more humans than
            personas for a method that is one-to-one.
    """
    _check(personas, humans, traits, method)
    try:
        profiles = tuple(make_profile(trait, personas, humans) for trait in traits)
    except ValueError as error:
        raise MatchingError(str(error)) from error
    proof: float | None = None
    if method == "random":
        chosen = np.random.default_rng(derive_seed("match", seed)).permutation(len(personas))[: len(humans)]
    elif method == "greedy":
        chosen = _greedy(TypeWeights(profiles), seed, names or range(len(humans)))
    else:
        chosen, proof = _max_weight(TypeWeights(profiles), seed)
    probabilities = np.column_stack([p.probabilities[p.codes, chosen] for p in profiles])
    weights = probabilities.prod(axis=1)
    if proof is not None and proof - weights.sum() > PROVEN * proof:
        raise ArithmeticError(f"the sum of weights {weights.sum()} is not proven to be the largest ({proof} may be)")
    notes = tuple(line for p in profiles for line in spelling_notes(p))
    return Matching(method, chosen, weights, probabilities, profiles, proof, notes)


def _check(
    personas: Sequence[Persona], humans: Sequence[Mapping[str, str]], traits: Sequence[Attribute], method: str
) -> None:
    if method not in METHODS:
        raise MatchingError(f"there is no method {method!r}; there are {', '.join(METHODS)}")
    for called, there in (("personas", personas), ("humans", humans), ("traits", traits)):
        if not there:
            raise MatchingError(f"there are no {called} to match")
    if method in ONE_TO_ONE and len(humans) > len(personas):
        raise MatchingError(
            f"{method} gives each human a persona of its own, but there are {len(humans)} humans and only "
            f"{len(personas)} personas; make more personas, match fewer humans, or use greedy, which lets humans share one"
        )


def _greedy(weights: TypeWeights, seed: int, names: Sequence[str | int]) -> Ints:
    """Each human's best persona, shape (humans,)."""
    chosen = np.empty(len(weights.human_type), dtype=np.intp)
    for kind, people in enumerate(_members(weights.human_type, len(weights.supply))):
        row = weights.row(kind)
        best = np.flatnonzero((row >= row.max() * (1 - TIE))[weights.persona_type])
        for human in people:
            chosen[human] = best[int(derive_uniform("match", seed, names[human]) * len(best))]
    return chosen


def _max_weight(weights: TypeWeights, seed: int) -> tuple[Ints, float]:
    """One-to-one with the largest sum of weights: each human's persona, and the proof's bound.

    Who of several alike gets which persona, and who takes the place of a persona where none can be the human, is drawn.
    """
    found = solve(weights, weights.supply, weights.capacity)
    random = np.random.default_rng(derive_seed("match", seed))
    humans = [list(random.permutation(m)) for m in _members(weights.human_type, len(weights.supply))]
    personas = [list(random.permutation(m)) for m in _members(weights.persona_type, len(weights.capacity))]
    chosen = np.full(len(weights.human_type), -1, dtype=np.intp)
    for row, column, units in found.pairs:
        for _ in range(units):
            chosen[humans[row].pop()] = personas[column].pop()
    rest = random.permutation([j for left in personas for j in left])
    unserved = np.flatnonzero(chosen < 0)
    chosen[unserved] = rest[: len(unserved)]
    return chosen, bound(weights, weights.supply, weights.capacity, found.prices)


def _members(types: Ints, n: int) -> list[Ints]:
    """Who is of each type, in order."""
    order = np.argsort(types, kind="stable")
    return np.split(order, np.cumsum(np.bincount(types, minlength=n))[:-1])
