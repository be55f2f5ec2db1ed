"""The questions of a set, and the files that hold them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ..propositions import both_sides
from .wording import plain_words

_FIELDS: Mapping[str, type] = {
    "id": str,
    "affirming_statement": str,
    "negating_statement": str,
    "topic": int,
    "split": str,
    "source": str,
    "judged": dict,
}
_NAMES = {str: "a text", int: "a whole number", dict: "an object"}


class QuestionFileError(ValueError):
    """A file of questions is missing, damaged, or lacks a field; the message says where and what would be right."""


@dataclass(frozen=True, slots=True)
class QuestionEntry:
    """A question and what a yes and a no to it say.

    Args:
        id: Names it in the set.
        question: Its text.
        affirming_statement: "We should …"; None where the rule of `personas.propositions` does not apply.
        negating_statement: "We should NOT …"; likewise.
        topic: The number of its topic, where topics are known.
        split: `train` or the like, where it has one.
        source: Who wrote it: `seed`, a model's name, or empty where that is not known.
        judged: By criterion, the probability in [0, 1] that a judge found it met; empty where none was asked.
    """

    id: str
    question: str
    affirming_statement: str | None = None
    negating_statement: str | None = None
    topic: int | None = None
    split: str | None = None
    source: str = ""
    judged: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, question: str, source: str, judged: Mapping[str, float] | None = None) -> QuestionEntry:
        """An entry whose id derives from the question's words, with its statements by rule."""
        digest = hashlib.blake2b(plain_words(question).encode(), digest_size=6).hexdigest()
        sides = both_sides(question)
        affirming, negating = sides if sides else (None, None)
        return cls(f"Q{digest}", question, affirming, negating, source=source, judged=judged or {})


def read_questions(path: Path) -> list[QuestionEntry]:
    """The questions of a file.

    Args:
        path: A `.json` file in the layout of the Habermas Machine's corpus (Tessler et al. 2024): a list of objects with
            `id`, `question`, `affirming_statement`, `negating_statement`, `topic` and `split`, of which `question`
            alone must be there; or a text file with a question on each line, blank lines and those that begin
            with `#` left out.

    Raises:
        QuestionFileError: The file cannot be read, or an entry of it.
    """
    try:
        content = path.read_bytes()
        rows = orjson.loads(content) if path.suffix == ".json" else _lines(content.decode())
    except (OSError, UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise QuestionFileError(f"{path}: not readable as a list of questions ({error})") from error
    if not isinstance(rows, list) or not rows:
        raise QuestionFileError(f"{path}: expected a list of questions, at least one")
    return [_entry(f"{path}: question {k}", row) for k, row in enumerate(rows, start=1)]


def write_questions(path: Path, entries: Iterable[QuestionEntry]) -> None:
    """Writes questions in the layout that `read_questions` reads, whole or not at all; what is not known is null."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(orjson.dumps([asdict(entry) for entry in entries], option=orjson.OPT_INDENT_2) + b"\n")
    os.replace(partial, path)


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _entry(where: str, row: Any) -> QuestionEntry:
    if isinstance(row, str):
        return QuestionEntry.of(row, "seed")
    if not isinstance(row, dict) or not isinstance(row.get("question"), str) or not row["question"].strip():
        raise QuestionFileError(f"{where}: expected an object with a text `question`, got {str(row)[:80]!r}")
    for key, kind in _FIELDS.items():
        if row.get(key) is not None and (not isinstance(row[key], kind) or isinstance(row[key], bool)):
            raise QuestionFileError(f"{where}: `{key}` must be {_NAMES[kind]} or null, got {row[key]!r}")
    made = QuestionEntry.of(row["question"], row.get("source") or "", row.get("judged"))
    told = {key: row[key] for key in _FIELDS if row.get(key) is not None}
    return QuestionEntry(**{**{key: getattr(made, key) for key in (*_FIELDS, "question", "source", "judged")}, **told})
