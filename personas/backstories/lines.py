"""The lines of the text files that scripts and criteria are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class BackstoryFileError(ValueError):
    """A script or a list of criteria is not what it should be; the message names file and line."""


def content_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers; blank lines and comments (`#`) are left out.

    Raises:
        BackstoryFileError: The file cannot be read as text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BackstoryFileError(f"{path}: not readable as a text in UTF-8 ({error})") from error
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if said and not said.startswith("#"):
            yield number, said
