"""A population: personas with one schema of attributes, kept in a file."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .persona import Attribute, Past, Persona, Turn

if TYPE_CHECKING:
    import pandas as pd

_OWN_COLUMNS = ("id", "backstory", "weight", "model", "interview", "traits")


class PopulationError(ValueError):
    """A population file or its contents are not what they should be."""


@dataclass(frozen=True)
class Population:
    """Personas in order, ids unique.

    Args:
        personas: The people.
        attributes: The schema; by default the attributes the personas have, in order of appearance.

    Raises:
        PopulationError: Two personas share an id, or one has an attribute or a label outside the schema.
    """

    personas: tuple[Persona, ...]
    attributes: tuple[Attribute, ...] = ()

    def __post_init__(self) -> None:
        if not self.attributes:
            names = dict.fromkeys(name for p in self.personas for name in p.attributes)
            object.__setattr__(self, "attributes", tuple(Attribute(name) for name in names))
        allowed = {a.name: frozenset(a.values) for a in self.attributes}
        seen: set[str] = set()
        for persona in self.personas:
            if persona.id in seen:
                raise PopulationError(f"two personas share the id {persona.id!r}; ids must be unique")
            seen.add(persona.id)
            _check_attributes(persona, allowed)

    def __len__(self) -> int:
        return len(self.personas)

    def __iter__(self) -> Iterator[Persona]:
        return iter(self.personas)

    def sample(self, n: int, seed: int = 0, weighted: bool = False) -> Population:
        """Draws n personas without replacement, in the population's order.

        Args:
            n: At most the size of the population.
            seed: The same seed draws the same personas.
            weighted: Draw in proportion to the weights (Efraimidis and Spirakis 2006), else all alike.

        Raises:
            PopulationError: n is larger than the population.
        """
        if not 0 <= n <= len(self):
            raise PopulationError(f"cannot draw {n} personas out of {len(self)} without replacement")
        draw = random.Random(seed)
        keys = [draw.random() ** (1 / p.weight if p.weight else float("inf")) for p in self] if weighted else []
        indices = range(len(self))
        chosen = sorted(sorted(indices, key=lambda i: -keys[i])[:n] if weighted else draw.sample(indices, n))
        return Population(tuple(self.personas[i] for i in chosen), self.attributes)

    def split(self, *shares: float, seed: int = 0) -> tuple[Population, ...]:
        """Parts the personas at random into disjoint populations.

        Args:
            shares: Positive shares of the whole; they sum to 1.
            seed: The same seed makes the same parts.

        Raises:
            PopulationError: The shares do not sum to 1.
        """
        if any(s <= 0 for s in shares) or abs(sum(shares) - 1) > 1e-9:
            raise PopulationError(f"the shares {shares} are not positive numbers that sum to 1")
        order = list(range(len(self)))
        random.Random(seed).shuffle(order)
        parts, start, reached = [], 0, 0.0
        for share in shares:
            reached += share
            stop = round(reached * len(self))
            chosen = sorted(order[start:stop])
            parts.append(Population(tuple(self.personas[i] for i in chosen), self.attributes))
            start = stop
        return tuple(parts)

    @classmethod
    def load(cls, path: Path | str, attributes: Sequence[Attribute] = ()) -> Population:
        """Reads a population from `.parquet`, `.csv` or `.jsonl`.

        A table has the column `id`, the optional columns `backstory`, `weight`, `model`, `interview` and `traits`, and
        one column per attribute; blank cells are unknown. `interview` is a list of `{question, answer}` and `traits`
        an object from trait to label to probability, in a table both written as JSON. A JSONL line is a persona with
        `attributes` as an object, and optionally `past`, a list of `{question, position, opinion, critique}` from
        earlier episodes.

        Raises:
            PopulationError: The file is missing, half-written, or its contents are wrong.
        """
        path = Path(path)
        if not path.is_file():
            raise PopulationError(f"{path}: no such file; a population is a .parquet, .csv or .jsonl file")
        rows = _read_rows(path)
        personas = tuple(_persona(row, f"{path}, persona {k}") for k, row in enumerate(rows, start=1))
        try:
            return cls(personas, tuple(attributes))
        except PopulationError as error:
            raise PopulationError(f"{path}: {error}") from error

    def save(self, path: Path | str) -> None:
        """Writes the population as `.parquet`, `.csv` or `.jsonl`; `load` gives the same personas back.

        Raises:
            PopulationError: The file's ending is none of the three.
        """
        path = Path(path)
        if path.suffix == ".jsonl":
            rows = (json.dumps(_as_row(p), ensure_ascii=False) + "\n" for p in self)
            path.write_text("".join(rows), encoding="utf-8")
            return
        frame = self._frame()
        if path.suffix == ".parquet":
            frame.to_parquet(path, index=False)
        elif path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            raise PopulationError(f"{path}: a population is saved as .parquet, .csv or .jsonl")

    def _frame(self) -> pd.DataFrame:
        import pandas as pd

        names = [a.name for a in self.attributes]
        rows: list[dict[str, Any]] = [
            {"id": p.id, **{n: p.attributes.get(n) for n in names}}
            | {"backstory": p.backstory or None, "weight": p.weight, "model": p.model or None}
            | {key: json.dumps(value, ensure_ascii=False) for key, value in _told(p).items()}
            for p in self
        ]
        told = [key for key in ("interview", "traits") if any(key in row for row in rows)]
        return pd.DataFrame(rows, columns=["id", *names, "backstory", "weight", "model", *told])


def _check_attributes(persona: Persona, allowed: dict[str, frozenset[str]]) -> None:
    for name, value in persona.attributes.items():
        if name not in allowed:
            raise PopulationError(f"persona {persona.id!r} has {name!r}, which is no attribute: {sorted(allowed)}")
        if allowed[name] and value not in allowed[name]:
            labels = ", ".join(sorted(allowed[name]))
            raise PopulationError(f"persona {persona.id!r}: {name} is {value!r}, not one of {labels}")


def _read_rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [_json_line(line, f"{path}:{k}") for k, line in _lines(path)]
    import pandas as pd

    try:
        if path.suffix == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        elif path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            raise PopulationError(f"{path}: a population is a .parquet, .csv or .jsonl file")
    except (OSError, ValueError) as error:
        if isinstance(error, PopulationError):
            raise
        raise PopulationError(f"{path}: not readable ({error}); is the file complete?") from error
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from ((k, line) for k, line in enumerate(lines, start=1) if line.strip())


def _json_line(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        attributes = row.pop("attributes", {})
        return {**attributes, **row}
    except (ValueError, AttributeError, TypeError) as error:
        raise PopulationError(f"{where}: not a persona as a JSON object ({error}); is the file complete?") from error


def _persona(row: dict[str, Any], where: str) -> Persona:
    if not _known(row.get("id")):
        raise PopulationError(f"{where}: the column 'id' is missing or blank")
    said = row.pop("past") if isinstance(row.get("past"), list) else []  # a table's cell is never a list
    turns, traits = (_read_json(row, name, kind, where) for name, kind in (("interview", list), ("traits", dict)))
    attributes = {k: _text(v) for k, v in row.items() if k not in _OWN_COLUMNS and _known(v)}
    texts = {k: str(row[k]) for k in ("backstory", "model") if _known(row.get(k))}
    try:
        weight = float(row["weight"]) if _known(row.get("weight")) else 1.0
        past = tuple(Past(**words) for words in said)
        interview = tuple(Turn(**turn) for turn in turns)
        own: dict[str, Any] = {**texts, "past": past, "interview": interview, "traits": traits}
        return Persona(id=_text(row["id"]), attributes=attributes, weight=weight, **own)
    except (ValueError, TypeError) as error:
        raise PopulationError(f"{where}: {error}") from error


def _read_json(row: dict[str, Any], name: str, kind: type, where: str) -> Any:
    """A column that holds a nest of values: as such in JSONL, as JSON text in a table."""
    value = row.get(name)
    if isinstance(value, kind):
        return value
    if not _known(value):
        return kind()
    try:
        read = json.loads(str(value))
    except ValueError as error:
        raise PopulationError(f"{where}: the column {name!r} is not JSON ({error})") from error
    if not isinstance(read, kind):
        raise PopulationError(f"{where}: the column {name!r} must hold a JSON {kind.__name__}, got {str(value)[:60]!r}")
    return read


def _known(value: Any) -> bool:
    return value is not None and value == value and value != ""  # NaN is the value that differs from itself


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _as_row(p: Persona) -> dict[str, Any]:
    row = {"id": p.id, "attributes": dict(p.attributes), "backstory": p.backstory, "weight": p.weight}
    row |= {"past": [asdict(words) for words in p.past]} if p.past else {}
    return row | _told(p) | ({"model": p.model} if p.model else {})


def _told(p: Persona) -> dict[str, Any]:
    """A persona's interview and traits, where it has them, as plain data."""
    told: dict[str, Any] = {"interview": [asdict(turn) for turn in p.interview]} if p.interview else {}
    return told | ({"traits": {name: dict(d) for name, d in p.traits.items()}} if p.traits else {})
