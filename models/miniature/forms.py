"""A form of text: slots in a row, each with one phrase; so a text is read back in exactly one way.

With the slots' meanings independent of each other given the situation, the probability of a text is the product of its
slots' probabilities, and exact.
"""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .words import Slot

Meanings = tuple[int, ...]
_BEFORE_MARK = re.compile(r"\s+(?=[.,])")


def clean(text: str) -> str:
    """The text on one line, single-spaced, no space before a full stop or comma: spacing carries no meaning."""
    return _BEFORE_MARK.sub("", " ".join(text.split()))


@dataclass(frozen=True)
class Form:
    """One kind of sentence, which ends in a full stop.

    Args:
        slots: In order; each lists its meanings, a meaning its equally likely wordings.

    Raises:
        ValueError: A slot has one phrase twice: a text could be read in two ways.
    """

    slots: tuple[Slot, ...]

    def __post_init__(self) -> None:
        for place, slot in enumerate(self.slots):
            phrases = [phrase for wordings in slot for phrase in wordings]
            if len(set(phrases)) != len(phrases):
                raise ValueError(f"slot {place} has the same phrase twice; every phrase must have one meaning")

    @cached_property
    def _meanings(self) -> tuple[dict[str, int], ...]:
        return tuple({phrase: k for k, wordings in enumerate(slot) for phrase in wordings} for slot in self.slots)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        slots = ("|".join(map(re.escape, phrases)) for phrases in self._meanings)
        return re.compile("".join(f"({slot})" for slot in slots) + r"\.")

    def read(self, text: str) -> Meanings | None:
        """The meaning of each slot, or None for a text that is not of this form."""
        match = self._pattern.fullmatch(clean(text))
        if match is None:
            return None
        return tuple(known[said] for known, said in zip(self._meanings, match.groups(), strict=True))

    def write(self, meanings: Sequence[int], draw: random.Random) -> str:
        """A text with these meanings, its wordings drawn."""
        return "".join(draw.choice(slot[k]) for slot, k in zip(self.slots, meanings, strict=True)) + "."

    def log_probability(self, text: str, chances: Sequence[Sequence[float]]) -> float:
        """The natural logarithm of a text's probability; −inf for a text that is not of this form.

        Args:
            text: What is said.
            chances: For each slot a probability for each of its meanings, which sum to 1.
        """
        meanings = self.read(text)
        if meanings is None:
            return -math.inf
        total = 0.0
        for slot, chance, k in zip(self.slots, chances, meanings, strict=True):
            if chance[k] <= 0:
                return -math.inf
            total += math.log(chance[k] / len(slot[k]))
        return total

    def sample(self, chances: Sequence[Sequence[float]], draw: random.Random) -> str:
        """A text drawn from the distribution whose probabilities `log_probability` gives."""
        return self.write([draw.choices(range(len(chance)), chance)[0] for chance in chances], draw)

    def texts(self) -> Iterator[str]:
        """Every text of the form, derivation by derivation."""
        for parts in itertools.product(*self._meanings):
            yield "".join(parts) + "."
