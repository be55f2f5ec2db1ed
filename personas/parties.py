"""Two parties and the words for them, so that one text can be put to members of both.

A text may hold these slots, filled from the respondent's own side:

- `{own}`, `{own_plural}`, `{own_adjective}`: "Democrat", "Democrats", "Democratic" for a Democrat,
- `{other}`, `{other_plural}`, `{other_adjective}`: the same of the other party,
- any of them in capitals, `{OTHER_PLURAL}`: the same word in capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SLOTS = ("own", "own_plural", "own_adjective", "other", "other_plural", "other_adjective")
_BRACED = re.compile(r"\{([A-Za-z]\w*)\}")


@dataclass(frozen=True, slots=True)
class Party:
    """One party, and how it is spoken of.

    Args:
        label: A member of it, as the tables and personas call one ("Democrat").
        plural: Its members ("Democrats").
        adjective: What belongs to it ("Democratic").
    """

    label: str
    plural: str
    adjective: str

    def is_called(self, name: str) -> bool:
        """Whether a name is one of the three, letter case and surrounding blanks aside."""
        return name.strip().casefold() in {n.casefold() for n in (self.label, self.plural, self.adjective)}


@dataclass(frozen=True, slots=True)
class Parties:
    """The two parties that a survey's texts speak of.

    Args:
        attribute: The personas' attribute that says which party somebody belongs to.
        sides: The two parties.
    """

    attribute: str
    sides: tuple[Party, Party]

    @property
    def labels(self) -> tuple[str, str]:
        """What the tables and personas call a member of either."""
        return (self.sides[0].label, self.sides[1].label)

    def find(self, name: str) -> Party | None:
        """The party that a name stands for, or None: an independent, another party, nothing known."""
        return next((party for party in self.sides if party.is_called(name)), None)

    def other(self, own: Party) -> Party:
        """The other side."""
        return self.sides[1] if own == self.sides[0] else self.sides[0]

    def fill(self, text: str, own: Party) -> str:
        """Puts the words of a member of `own` into a text's slots; any other brace stays as it is."""
        other = self.other(own)
        names = (own.label, own.plural, own.adjective, other.label, other.plural, other.adjective)
        words = dict(zip(SLOTS, names, strict=True))

        def word(match: re.Match[str]) -> str:
            slot = match.group(1)
            if slot in words:
                return words[slot]
            return words[slot.lower()].upper() if is_slot(slot) else match.group(0)

        return _BRACED.sub(word, text)


def is_slot(name: str) -> bool:
    """Whether a word in braces is filled: one of `SLOTS`, as it stands or in capitals."""
    return name in SLOTS or (name.isupper() and name.lower() in SLOTS)


def braced(text: str) -> tuple[str, ...]:
    """The words that stand in braces in a text, slots or not."""
    return tuple(_BRACED.findall(text))


def has_slots(text: str) -> bool:
    """Whether a text is worded differently for the two parties."""
    return any(is_slot(name) for name in braced(text))
