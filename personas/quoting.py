"""Other people's words as data: quoted between marks that nobody who wrote them can know.

A participant's text may order the mediator about, speak for somebody else, or try to end its own quotation. It stands in a
prompt between two lines that carry a mark, sixteen hexadecimal digits derived from the names of the call (study, study's
seed, unit, question, step). Marks are the same on replay. No other call has them, so that who reads a quotation learns
nothing about how their own words will be quoted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import count

from ..models.templates import PromptBook
from .visible import in_one_line, visible

MARK_BYTES = 8
LONGEST = 20_000  # characters of one text in a prompt: a text without end would leave no room for anybody else's


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotation marks of one call.

    Args:
        names: What the marks derive from. They must name the call: a step that comes later, or asks somebody else, has
            other names. The names that a call's seed derives from are right.
    """

    names: tuple[str | int, ...]

    @classmethod
    def of(cls, *names: str | int) -> Quotes:
        """The quotation marks of the call with these names."""
        return cls(names)

    def block(self, text: str, title: str, longest: int | None = LONGEST) -> str:
        """The text between two lines that carry the mark; it never holds the mark itself.

        Args:
            text: Somebody's words; what cannot be seen in it is shown (see `visible`).
            title: What it is, such as "Opinion 3".
            longest: So many characters are shown at most, and said how many are left out; None shows all.
        """
        shown, heading = visible(text), in_one_line(title)
        if longest is not None and len(shown) > longest:
            shown = f"{shown[:longest]}\n[{len(shown) - longest} more characters are left out]"
        held = f"{heading}\n{shown}".lower()
        mark = next(mark for mark in map(self._mark, count()) if mark not in held)
        return f"[BEGIN {heading} {mark}]\n{shown}\n[END {heading} {mark}]"

    def rule(self, prompts: PromptBook) -> str:
        """What is said of the quotations, once in a prompt and before them; the same in every prompt."""
        return prompts.fill("quoting_rule")

    def _mark(self, attempt: int) -> str:
        told = repr(("quotes", *self.names, attempt)).encode(errors="surrogatepass")
        return hashlib.blake2b(told, digest_size=MARK_BYTES).hexdigest()
