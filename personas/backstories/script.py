"""What somebody is asked about their life, question by question.

`NATURAL` is one open question (Moon et al. 2024), `INTERVIEW` ten life-history questions (American Voices Project 2021;
Kang et al. 2025). A script of one's own is a text file with a question per line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .lines import BackstoryFileError, content_lines

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Script:
    """Questions in the order they are asked.

    Args:
        name: What it is called in records.
        questions: At least one, none twice.

    Raises:
        ValueError: There is no question, or one stands twice.
    """

    name: str
    questions: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.questions:
            raise ValueError(f"the script {self.name!r} has no questions; write one per line")
        if len(set(self.questions)) < len(self.questions):
            raise ValueError(f"the script {self.name!r} asks a question twice; take one of them out")


def read_script(path: Path) -> Script:
    """A script from a text file: a question per line; lines that begin with `#` are comments.

    Raises:
        BackstoryFileError: The file cannot be read, asks nothing, or asks something twice.
    """
    first: dict[str, int] = {}
    for number, question in content_lines(path):
        if question in first:
            raise BackstoryFileError(f"{path}:{number}: the question of line {first[question]} again; take one out")
        first[question] = number
    if not first:
        raise BackstoryFileError(f"{path}: there is no question in it; write one per line")
    return Script(path.stem, tuple(first))


NATURAL = read_script(_HERE / "natural.txt")
INTERVIEW = read_script(_HERE / "interview.txt")
