"""How many units run at once: as many as the user allows, and no more than a server's KV cache can hold.

A persona's prefix is computed once only while it stays in the cache. More personas at once than the cache holds throw each
other's prefixes out, and every question computes its persona anew (benchmarks/prefix.py measures it).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from ..models.limiter import AdaptiveLimit
from ..models.protocol import LanguageModel

FIRST = 4  # units, until it is known how long prompts are
FILLED = 0.8  # of the cache: the rest is for what is being written
OWN_SHARE = 1.25  # a persona's questions, beside the prefix they share


class Admission:
    """Bounds on units under way.

    Args:
        most: What the user allows.
    """

    def __init__(self, most: int) -> None:
        self.places = AdaptiveLimit(most)

    def begin(self) -> None:
        """Lets few units begin, until it is known how large caches and prompts are."""
        self.places.set_limit(FIRST)

    def adjust(self, cache_tokens: int | None, prompt_tokens: float, personas: int) -> None:
        """Sets the bound by what is known.

        Args:
            cache_tokens: What the smallest KV cache holds; None where no server says, and the user's bound stands.
            prompt_tokens: A prompt's mean length so far; 0 where no server says.
            personas: How many personas a unit seats.
        """
        held = prompt_tokens * OWN_SHARE * personas
        if cache_tokens is None or not held:
            self.places.set_limit(self.places.most)
        else:
            self.places.set_limit(max(1.0, FILLED * cache_tokens / held))


@runtime_checkable
class Keeping(Protocol):
    """A model in this process that keeps the starts of a number of prompts; 0 keeps none."""

    @property
    def prefixes_kept(self) -> int:
        """How many."""
        ...


def most_units(allowed: int, models: Iterable[LanguageModel], personas: int) -> int:
    """How many units may run at once, so that a model in this process still holds a persona when it is asked again.

    Args:
        allowed: By the user.
        models: Who answers.
        personas: How many personas a unit seats.
    """
    kept = [m.prefixes_kept for m in models if isinstance(m, Keeping) and m.prefixes_kept]
    return min([allowed, *(max(1, int(FILLED * k) // personas) for k in kept)])
