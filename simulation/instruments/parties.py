"""The part of a codebook that names two parties, and what its items then may say."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from ...personas.parties import SLOTS, Parties, Party, braced, has_slots, is_slot
from ...personas.questions import Perspective
from ..errors import InputError
from ..yaml_text import Lines

Word = Annotated[str, Field(min_length=1)]


class PartyWords(BaseModel):
    """How one party is spoken of; its label is the key."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    plural: Word
    adjective: Word


class PartiesSection(BaseModel):
    """`parties:` of a codebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    attribute: Word = "party"
    labels: dict[Word, PartyWords] = Field(min_length=2, max_length=2)

    def parties(self) -> Parties:
        """As the personas' rooms know them."""
        first, second = (Party(label, words.plural, words.adjective) for label, words in self.labels.items())
        return Parties(self.attribute, (first, second))


class WordedItem(Protocol):
    """What of a codebook's item is looked at."""

    @property
    def text(self) -> str:
        """The question."""

    @property
    def options(self) -> dict[str, str]:
        """Code to text."""

    @property
    def perspective(self) -> Perspective | None:
        """As the codebook gives it."""

    @property
    def target(self) -> str:
        """As the codebook gives it."""


def perspective_and_target(item: WordedItem, parties: Parties | None) -> tuple[Perspective, str]:
    """An item's perspective and target, the target that a perspective implies filled in."""
    perspective = item.perspective or "self"
    implied = {"ingroup": "{own}", "outgroup": "{other}"} if parties else {}
    return perspective, item.target or implied.get(perspective, "")


def check_wording(path: Path, items: Mapping[str, WordedItem], parties: Parties | None, lines: Lines) -> None:
    """Looks whether every item's slots and target fit the parties.

    Raises:
        InputError: A slot or target is not known, or contradicts the perspective; the message names the line.
    """
    for code, item in items.items():
        try:
            if parties is None:
                _check_plain(item)
            else:
                _check_slots(item)
                _check_target(item, parties)
        except _WordingError as error:
            place = ("items", code, *error.place)
            line = lines.get(place, lines.get(("items", code), 0))
            raise InputError(f"{path}:{line}: {'.'.join(place)}: {error}") from error


class _WordingError(ValueError):
    def __init__(self, said: str, *place: str) -> None:
        super().__init__(said)
        self.place = place


def _texts(item: WordedItem) -> list[tuple[tuple[str, ...], str]]:
    options = [(("options", code), text) for code, text in item.options.items()]
    return [(("text",), item.text), *options, (("target",), item.target)]


def _check_plain(item: WordedItem) -> None:
    for place, text in _texts(item):
        if has_slots(text):
            slot = next(name for name in braced(text) if is_slot(name))
            raise _WordingError(f"{{{slot}}} is filled from `parties`, which this codebook does not have", *place)


def _check_slots(item: WordedItem) -> None:
    for place, text in _texts(item):
        for name in braced(text):
            if not is_slot(name):
                close = get_close_matches(name.lower(), SLOTS, n=1)
                hint = f"; did you mean {{{close[0]}}}?" if close else ""
                known = ", ".join(f"{{{s}}}" for s in SLOTS)
                raise _WordingError(f"{{{name}}} is no slot{hint} (known here: {known}, and each in capitals)", *place)


def _check_target(item: WordedItem, parties: Parties) -> None:
    known: tuple[str, ...] = ("", *parties.labels, "{own}", "{other}")
    if item.target not in known:
        raise _WordingError(f"{item.target!r} is none of {', '.join(known[1:])}", "target")
    if item.target in parties.labels and item.perspective in ("self", "ingroup", "outgroup"):
        said = "whose side a named party is depends on who is asked; leave `perspective` out, or the target"
        raise _WordingError(said, "perspective")
    contradictions: set[tuple[Any, str]] = {("ingroup", "{other}"), ("outgroup", "{own}")}
    if (item.perspective, item.target) in contradictions or (item.perspective == "self" and item.target):
        raise _WordingError(f"an item with `perspective: {item.perspective}` is not about {item.target}", "target")
