"""Traits as arrays: which label each human has, and with what probability each persona has each label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from ..persona import Attribute, Persona

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Profile:
    """One trait of everybody.

    Args:
        name: The trait.
        labels: All K labels known: the schema's, then the personas', then the humans'.
        codes: Shape (humans,), the place of each human's label in `labels`; K where it is missing.
        probabilities: Shape (K + 1, personas); row k holds the probability that each persona has label k, and the last
            row is 1/K, what a human's missing label counts.
        uninformed: How many personas tell nothing of the trait; each label has the probability 1/K for them.
    """

    name: str
    labels: tuple[str, ...]
    codes: Ints
    probabilities: Floats
    uninformed: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Shape (humans,), whose label is known."""
        return self.codes < len(self.labels)

    @property
    def possible(self) -> tuple[str, ...]:
        """The labels that some persona can have."""
        found = self.probabilities[:-1].max(axis=1, initial=0.0) > 0
        return tuple(label for label, some in zip(self.labels, found, strict=True) if some)

    def impossible(self) -> dict[str, int]:
        """The humans' labels that no persona can have, and how many humans have each."""
        counts = np.bincount(self.codes, minlength=len(self.labels) + 1)
        found = set(self.possible)
        return {label: int(n) for label, n in zip(self.labels, counts, strict=False) if n and label not in found}


def make_profile(trait: Attribute, personas: Sequence[Persona], humans: Sequence[Mapping[str, str]]) -> Profile:
    """One trait of everybody; see `Profile`.

    A persona's distribution is its `traits`, else its `attributes` for certain, else uniform.

    Raises:
        ValueError: Nobody has any label of the trait.
    """
    told = [_distribution(persona, trait.name) for persona in personas]
    said = [human.get(trait.name) or "" for human in humans]
    labels = tuple(
        dict.fromkeys((*trait.values, *(label for d in told for label in d), *(label for label in said if label)))
    )
    if not labels:
        raise ValueError(f"no persona and no human has a value of the trait {trait.name!r}")
    place = {label: k for k, label in enumerate(labels)}
    probabilities = np.zeros((len(labels) + 1, len(personas)))
    probabilities[-1] = 1 / len(labels)
    for j, distribution in enumerate(told):
        for label, p in distribution.items():
            probabilities[place[label], j] = p
    uninformed = np.array([not distribution for distribution in told], dtype=bool)
    probabilities[:, uninformed] = 1 / len(labels)
    codes = np.array([place.get(label, len(labels)) for label in said], dtype=np.intp)
    return Profile(trait.name, labels, codes, probabilities, int(uninformed.sum()))


def _distribution(persona: Persona, name: str) -> Mapping[str, float]:
    if name in persona.traits:
        return persona.traits[name]
    return {persona.attributes[name]: 1.0} if persona.attributes.get(name) else {}


def spelling_notes(profile: Profile) -> tuple[str, ...]:
    """A line for each label of a human that no persona can have, with what it may be a spelling of."""
    folded = {label.casefold(): label for label in reversed(profile.possible)}
    lines = []
    for label, n in profile.impossible().items():
        close = get_close_matches(label.casefold(), folded, n=1)
        hint = f"; is it another spelling of {folded[close[0]]!r}?" if close else ""
        people = "1 human has" if n == 1 else f"{n} humans have"
        lines.append(f"{people} {profile.name} {label!r}, which no persona can have, so their weights are 0{hint}")
    return tuple(lines)
