"""What a representative is told of a person besides the task at hand: `base`, `base+O3+C3`, `base+D+P1`."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 3
_FORM = "write base, then any of +D, +O, +C, +P with a count of 0 to 3, such as base+O3+C3 or base+D+P1"
_PART = re.compile(r"([DOCP])(\d*)")
_BASE = "base"


class VariantError(ValueError):
    """A variant is written in another way."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Which sections follow the base of the prompt (Jarrett et al. 2025, appendix B, table 2).

    Args:
        demographics: D: the person's traits. There is one profile, so every count above 0 means it.
        opinions: O: on how many other questions the person's opinion is shown, 0 to 3.
        critiques: C: the same for critiques.
        positions: P: the same for positions, as the scale's label.

    Raises:
        VariantError: A count is not 0 to 3.
    """

    demographics: bool = False
    opinions: int = 0
    critiques: int = 0
    positions: int = 0

    def __post_init__(self) -> None:
        for count in (self.opinions, self.critiques, self.positions):
            if not 0 <= count <= MOST:
                raise VariantError(f"a variant shows 0 to {MOST} earlier questions, not {count}")

    @classmethod
    def parse(cls, text: str) -> Variant:
        """Reads `base+D+O3+C3+P1`; a letter without a count means as many as there may be.

        Raises:
            VariantError: The text is written in another way.
        """
        base, *parts = text.replace(" ", "").split("+")
        found = [_PART.fullmatch(part) for part in parts]
        if base != _BASE or not all(found):
            raise VariantError(f"{text!r} is no variant; {_FORM}")
        counts = {m[1]: int(m[2]) if m[2] else MOST for m in found if m}
        if len(counts) < len(parts):
            raise VariantError(f"{text!r} names a section twice; {_FORM}")
        try:
            if counts.get("D", 0) > MOST:
                raise VariantError(f"there are counts of 0 to {MOST}")
            return cls(bool(counts.get("D")), *(counts.get(letter, 0) for letter in "OCP"))
        except VariantError as error:
            raise VariantError(f"{text!r}: {error}; {_FORM}") from error

    def __str__(self) -> str:
        shown = [_BASE, *(["D"] if self.demographics else [])]
        counts = zip("OCP", (self.opinions, self.critiques, self.positions), strict=True)
        return "+".join([*shown, *(f"{letter}{count}" for letter, count in counts if count)])


def is_variant(style: str) -> bool:
    """Whether a conditioning style is a representative's: does it start with `base`?"""
    return style.replace(" ", "").split("+")[0] == _BASE
