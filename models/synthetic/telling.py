"""What a model is told of a person, as attitudes: from its attributes, or from the story of its life.

Attributes give their positions, and the model makes up what is a person's own. A story gives the positions of the traits it
states, and where it tells an attitude, that; what it is silent about stays at the centre, so that short stories leave a
person pale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from . import derivation, dials
from .graded import Vector
from .lives import read_life

if TYPE_CHECKING:
    from .lives import Life
    from .public import SyntheticPublic

# What is said of a person's traits: more than one label where attributes and story disagree.
Labels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a model is told of one person.

    Args:
        labels: By trait.
        attitude: One number a dimension (D,).
        spread: The standard deviation of `attitude` over the people of whom as much is told (D,).
    """

    labels: Labels
    attitude: Vector
    spread: Vector


def told(public: SyntheticPublic, persona: str, attributes: Mapping[str, str], backstory: str) -> Told:
    """What attributes and story, either or both, tell of a person."""
    life = _life(public, backstory)
    labels = _labels(attributes, life.traits if life else {})
    if life:
        return _of_story(public, labels, life)
    common = shared(public, labels, len(labels))
    own_sd = own_deviation(public, bool(labels))
    own = derivation.own(public.name, public.dimensions, persona, backstory)
    # A text from elsewhere, in which nothing is read, is a person like any other.
    shown = public.imagination if labels else 1.0
    attitude = tuple(s + shown * sd * o for s, sd, o in zip(common, own_sd, own, strict=True))
    variances = zip(_variances(public, labels, len(labels)), own_sd, strict=True)
    return Told(labels, attitude, tuple(math.sqrt(v + (shown * sd) ** 2) for v, sd in variances))


def own_deviation(public: SyntheticPublic, known: bool) -> Vector:
    """The standard deviation of what is a person's own, beside its traits where any are known (D,)."""
    if public.positions:
        return dials.deviations(public.residual_sd, public.dimensions)
    return (math.sqrt(1 - public.attribute_share) if known else 1.0,) * public.dimensions


def trait_variances(public: SyntheticPublic) -> dict[str, Vector]:
    """By trait, the variance of its labels' given positions (D,) over the public's shares, or over labels alike."""
    found = {}
    for trait, labels in public.positions.items():
        shares = public.shares.get(trait) or dict.fromkeys(labels, 1 / max(len(labels), 1))
        # A label without a position stands at 0.
        at = [(share, labels.get(label, (0.0,) * public.dimensions)) for label, share in shares.items()]
        means = [sum(share * x[k] for share, x in at) for k in range(public.dimensions)]
        found[trait] = tuple(sum(share * (x[k] - m) ** 2 for share, x in at) for k, m in enumerate(means))
    return found


def whole_spread(public: SyntheticPublic) -> Vector:
    """The standard deviation of the attitudes of people of whom everything is known (D,)."""
    if not public.positions:
        return (1.0,) * public.dimensions
    variances = public.trait_variances.values()
    own = own_deviation(public, True)
    return tuple(math.sqrt(sd * sd + sum(v[k] for v in variances)) for k, sd in enumerate(own))


def average(table: Mapping[str, Mapping[str, Sequence[float]]], labels: Labels, dimensions: int) -> Vector:
    """The sum over the traits of their labels' numbers, averaged where a trait has two labels; unknown labels are 0."""
    total = [0.0] * dimensions
    for trait, names in labels.items():
        known = table.get(trait, {})
        for name in names:
            for k, x in enumerate(known.get(name, ())):
                total[k] += x / len(names)
    return tuple(total)


def _life(public: SyntheticPublic, backstory: str) -> Life | None:
    """What a story tells; None where there is none, or where it tells nothing to a public without positions."""
    if not backstory:
        return None
    life = _read(backstory, public.dimensions, public.known_labels)
    said = life.traits or any(a is not None for a in life.attitudes)
    return life if said or public.positions else None


@lru_cache(maxsize=1024)
def _read(backstory: str, dimensions: int, known: tuple[tuple[str, tuple[str, ...]], ...]) -> Life:
    return read_life(backstory, dimensions, dict(known) or None)


def _labels(attributes: Mapping[str, str], stated: Mapping[str, str]) -> Labels:
    both = {str(name): (str(value),) for name, value in attributes.items()}
    for name, value in stated.items():
        both[name] = tuple(dict.fromkeys((*both.get(name, ()), value)))
    return dict(sorted(both.items()))


def _of_story(public: SyntheticPublic, labels: Labels, life: Life) -> Told:
    # A story that states few traits of many says little of where the person stands.
    traits = max(len(labels), len(public.shares))
    common = shared(public, labels, traits)
    attitude = tuple(s if cue is None else cue for s, cue in zip(common, life.attitudes, strict=True))
    stated = map(math.sqrt, _variances(public, labels, traits))
    whole = public.whole_spread
    spread = tuple(s if cue is None else w for s, w, cue in zip(stated, whole, life.attitudes, strict=True))
    return Told(labels, attitude, spread)


def shared(public: SyntheticPublic, labels: Labels, traits: int) -> Vector:
    """Where the people of these traits stand: given positions, or derived directions, of as many traits as there are."""
    if public.positions:
        return average(public.positions, labels, public.dimensions)
    if not labels:
        return (0.0,) * public.dimensions
    pairs = tuple((trait, name) for trait, names in labels.items() for name in names)
    weights = tuple(1 / len(names) for names in labels.values() for _ in names)
    scale = math.sqrt(public.attribute_share / traits)
    return tuple(scale * x for x in derivation.trait_sum(public.name, public.dimensions, pairs, weights))


def _variances(public: SyntheticPublic, labels: Labels, traits: int) -> Vector:
    """The variance of the shared attitude over people who tell the same traits."""
    if not public.positions:
        return (public.attribute_share * len(labels) / max(traits, 1),) * public.dimensions
    known = [public.trait_variances[trait] for trait in labels if trait in public.trait_variances]
    return tuple(sum(v[k] for v in known) for k in range(public.dimensions))
