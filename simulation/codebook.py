"""A codebook: what the columns of a survey table mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from ..evaluators.partisan import Gap, Roles
from ..evaluators.responses import Item
from ..personas.parties import Parties
from ..personas.questions import Instrument, Option, Perspective, Question
from .errors import InputError
from .instruments.gaps import check_gap, find_roles
from .instruments.parties import PartiesSection, PartyWords, check_wording, perspective_and_target
from .yaml_text import Lines, load_yaml


@dataclass(frozen=True, slots=True)
class Bin:
    """A range of numbers, both ends included; `high` None is open."""

    label: str
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class AttributeColumns:
    """How an attribute is read.

    Args:
        name: The attribute.
        columns: Tried in order until one gives a label.
        labels: Code to label; empty takes the cells as labels.
        bins: Ranges of a numeric column; empty where there are none.
        missing: Codes that are no answer.
    """

    name: str
    columns: tuple[str, ...]
    labels: Mapping[str, str]
    bins: tuple[Bin, ...]
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """How an item is read: its question, and the codes that are no answer."""

    question: Question
    missing: frozenset[str]


@dataclass(frozen=True)
class Codebook:
    """What the columns of a survey table mean; made by `load_codebook`.

    `parties` fill the slots of items that are worded for who is asked, and `gap` is what the items measure between
    the two parties, where they do.
    """

    path: Path
    title: str
    respondent: str | None
    weight: str | None
    attributes: Mapping[str, AttributeColumns]
    items: Mapping[str, ItemColumn]
    scales: Mapping[str, tuple[str, ...]]
    parties: Parties | None = None
    gap: Gap | None = None

    def instrument(self, codes: Sequence[str] | None = None) -> Instrument:
        """The questions, all or these, as an instrument."""
        chosen = list(self.items) if codes is None else list(codes)
        scales = {name: tuple(c for c in scale if c in chosen) for name, scale in self.scales.items()}
        questions = tuple(self.items[code].question for code in chosen)
        scales = {n: s for n, s in scales.items() if len(s) > 1}
        return Instrument(self.title, questions, scales=scales, parties=self.parties)

    @property
    def roles(self) -> Roles:
        """Which items are which part of the gap, by their perspectives and targets.

        Raises:
            ValueError: The codebook names no parties.
        """
        return find_roles([entry.question for entry in self.items.values()], self.parties)

    def items_for_evaluation(self) -> tuple[Item, ...]:
        """The items as the evaluators need them, answers that count as missing left out."""
        return tuple(_item(entry.question) for entry in self.items.values())


def _item(question: Question) -> Item:
    asked = [o for o in question.options if not o.missing]
    numbers = [_number(o.code) for o in asked]
    numeric = all(n is not None for n in numbers)
    values = [float(n) for n in numbers if n is not None] if numeric else [float(k) for k in range(len(asked))]
    return Item(
        question.code, tuple(values), tuple(o.text for o in asked), question.ordinal, question.reversed, numeric
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _truth(value: Any) -> Any:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Truth = Annotated[bool, BeforeValidator(_truth)]
Texts = Annotated[list[str], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Attribute(_Strict):
    column: str | None = None
    labels: dict[str, str] | list[str] = {}
    bins: dict[str, str | list[float]] | list[float] | None = None
    coalesce: Texts = []
    missing: Texts = []


class _Item(_Strict):
    text: str
    options: dict[str, str]
    ordinal: Truth = True
    reversed: Truth = False
    missing: Texts = []
    perspective: Perspective | None = None
    target: str = ""

    @field_validator("options")
    @classmethod
    def _enough(cls, options: dict[str, str]) -> dict[str, str]:
        if not 2 <= len(options) <= 26:
            raise ValueError(f"an item has 2 to 26 options, this one has {len(options)}")
        return options


class _Codebook(_Strict):
    title: str = ""
    source: str = ""
    respondent: str | None = None
    weight: str | None = None
    attributes: dict[str, _Attribute] = {}
    items: dict[str, _Item] = Field(min_length=1)
    scales: dict[str, list[str]] = {}
    parties: PartiesSection | None = None
    gap: Gap | None = None


def load_codebook(path: Path) -> Codebook:
    """Reads a codebook.

    Raises:
        InputError: Something is wrong, at a line the message names.
    """
    data, lines = load_yaml(path)
    try:
        read = _Codebook.model_validate(data)
    except ValidationError as error:
        raise InputError("\n".join(_problem(path, p, lines) for p in error.errors())) from error
    for name, codes in read.scales.items():
        for code in codes:
            if code not in read.items:
                line = lines.get(("scales", name), 0)
                raise InputError(f"{path}:{line}: scales.{name}: there is no item {code!r}{_hint(code, read.items)}")
    parties = read.parties.parties() if read.parties else None
    check_wording(path, read.items, parties, lines)
    book = Codebook(
        path=path,
        title=read.title or path.stem,
        respondent=read.respondent,
        weight=read.weight,
        attributes={name: _attribute(path, name, a, lines) for name, a in read.attributes.items()},
        items={code: _item_column(path, code, item, parties, lines) for code, item in read.items.items()},
        scales={name: tuple(codes) for name, codes in read.scales.items()},
        parties=parties,
        gap=read.gap,
    )
    check_gap(path, book, lines)
    return book


def _item_column(path: Path, code: str, item: _Item, parties: Parties | None, lines: Lines) -> ItemColumn:
    missing = frozenset(item.missing)
    options = tuple(Option(c, text, c in missing) for c, text in item.options.items())
    if sum(not o.missing for o in options) < 2:
        line = lines.get(("items", code, "missing"), lines.get(("items", code), 0))
        raise InputError(f"{path}:{line}: items.{code}.missing: fewer than two options are left as answers")
    perspective, target = perspective_and_target(item, parties)
    question = Question(code, item.text, options, item.ordinal, item.reversed, perspective=perspective, target=target)
    return ItemColumn(question, missing)


def _attribute(path: Path, name: str, read: _Attribute, lines: Lines) -> AttributeColumns:
    where = f"{path}:{lines.get(('attributes', name), 0)}: attributes.{name}"
    try:
        bins = _bins(read)
    except ValueError as error:
        raise InputError(f"{where}.bins: {error}") from error
    if isinstance(read.labels, list) and not bins:
        raise InputError(f"{where}.labels: a list of labels needs `bins`; write {{code: label}} instead")
    return AttributeColumns(
        name=name,
        columns=(read.column or name, *read.coalesce),
        labels=read.labels if isinstance(read.labels, dict) else {},
        bins=bins,
        missing=frozenset(read.missing),
    )


def _bins(read: _Attribute) -> tuple[Bin, ...]:
    if not read.bins:
        return ()
    if isinstance(read.bins, dict):
        return tuple(_named_bin(label, ends) for label, ends in read.bins.items())
    edges = read.bins
    if sorted(set(edges)) != edges:
        raise ValueError(f"the lower edges {edges} must ascend")
    highs = [*(high - 1 for high in edges[1:]), None]
    names = (
        read.labels if isinstance(read.labels, list) else [_range(lo, hi) for lo, hi in zip(edges, highs, strict=True)]
    )
    if len(names) != len(edges):
        raise ValueError(f"{len(names)} labels for {len(edges)} bins")
    # A bin reaches up to the next edge, so that 29.5 years belong to 18-29.
    tops = [*edges[1:], None]
    return tuple(
        Bin(name, low, None if top is None else top - 1e-9) for name, low, top in zip(names, edges, tops, strict=True)
    )


def _named_bin(label: str, ends: str | list[float]) -> Bin:
    if isinstance(ends, list):
        if len(ends) != 2:
            raise ValueError(f"{label}: write [low, high]")
        return Bin(label, ends[0], ends[1])
    text = ends.strip()
    low, dash, high = text.rstrip("+").partition("-")
    if _number(low) is None or (dash and _number(high) is None) or bool(dash) == text.endswith("+"):
        raise ValueError(f"{label}: {ends!r} is no range; write 18-29, 65+ or [18, 29]")
    return Bin(label, float(low), float(high) if dash else None)


def _range(low: float, high: float | None) -> str:
    return f"{low:g}+" if high is None else f"{low:g}-{high:g}"


def _problem(path: Path, problem: Any, lines: Lines) -> str:
    place = tuple(str(p) for p in problem["loc"] if not str(p).startswith(("function-", "dict[", "list[")))
    known = place
    while known and known not in lines:
        known = known[:-1]
    line = f":{lines[known]}" if known else ""
    said = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        rooms: dict[str, type[BaseModel]] = {"attributes": _Attribute, "items": _Item}
        parts: dict[int, type[BaseModel]] = {2: PartiesSection, 4: PartyWords}
        fields = parts if place[0] == "parties" and len(place) > 1 else {3: rooms.get(place[0], _Codebook)}
        names = sorted(fields.get(len(place), _Codebook).model_fields)
        said = f"unknown key `{place[-1]}`{_hint(place[-1], names)} (known here: {', '.join(names)})"
    return f"{path}{line}: {'.'.join(place)}: {said}"


def _hint(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
