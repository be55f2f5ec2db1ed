"""Stand-in until the branch `lives` is merged: reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Life:
    """What a text states."""

    traits: Mapping[str, str]
    attitudes: tuple[float | None, ...]


def read_life(text: str, dimensions: int, known: Mapping[str, Sequence[str]] | None = None) -> Life:
    """Reads nothing."""
    return Life({}, (None,) * dimensions)
