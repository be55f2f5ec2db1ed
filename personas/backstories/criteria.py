"""What a critic looks for in an answer: flaws that make it unusable (Kang et al. 2025)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .lines import BackstoryFileError, content_lines

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One flaw.

    Args:
        name: What it is called in records: lower-case letters, digits and underscores.
        question: Asked of the answer; a yes says that it has the flaw.
    """

    name: str
    question: str


Criteria = tuple[Criterion, ...]


def read_criteria(path: Path) -> Criteria:
    """Criteria from a text file: `name: question` per line; lines that begin with `#` are comments.

    Raises:
        BackstoryFileError: The file cannot be read, a line is not of this form, or a name stands twice.
    """
    first: dict[str, int] = {}
    found = []
    for number, line in content_lines(path):
        name, colon, question = (part.strip() for part in line.partition(":"))
        if not colon or not question or not _NAME.fullmatch(name):
            raise BackstoryFileError(
                f"{path}:{number}: write `name: question`, the name in lower-case letters, digits and _; got {line!r}"
            )
        if name in first:
            raise BackstoryFileError(f"{path}:{number}: line {first[name]} is called {name!r} too; rename one of them")
        first[name] = number
        found.append(Criterion(name, question))
    if not found:
        raise BackstoryFileError(f"{path}: there is no criterion in it; write one per line, as `name: question`")
    return tuple(found)


DEFAULT_CRITERIA = read_criteria(Path(__file__).parent / "criteria.txt")
