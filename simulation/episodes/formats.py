"""The formats that episodes are read from, and the options of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from ...personas.representatives.episodes import EpisodeSet
from ..errors import InputError
from .habermas import read_habermas
from .jsonl import read_jsonl
from .miniature import read_miniature
from .reading import Reading
from .remesh import read_remesh
from .run import read_run

Kind = Literal["text", "whole number", "truth"]


@dataclass(frozen=True, slots=True)
class Format:
    """A layout of files.

    Args:
        read: Takes the path, and the options by name.
        options: What each option's value has to be; the value may also be given as text.
        from_files: Whether the path has to be there; a generator may take it as it likes.
    """

    read: Callable[..., Reading]
    options: Mapping[str, Kind] = field(default_factory=dict)
    from_files: bool = True


_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WANTED: Mapping[Kind, Callable[[Any], Any]] = {
    "text": str,
    "whole number": lambda value: int(str(value)),
    "truth": lambda value: _TRUTH[str(value).lower()],
}

_MINIATURE: Mapping[str, Kind] = {
    "episodes": "whole number",
    "participants": "whole number",
    "seed": "whole number",
    "mechanism": "text",
}
FORMATS: Mapping[str, Format] = {
    "jsonl": Format(read_jsonl),
    "habermas": Format(read_habermas, {"split": "text", "version": "text"}),
    "remesh": Format(read_remesh, {"dialogue": "text", "min_words": "whole number", "voted_only": "truth"}),
    "run": Format(read_run, {"condition": "text"}),
    "miniature": Format(read_miniature, _MINIATURE, from_files=False),
}


def read(format: str, path: Path | str, options: Mapping[str, Any] | None = None) -> Reading:
    """Reads episodes, and says what was left out.

    Args:
        format: A key of `FORMATS`: `jsonl` (see `personas.representatives.episodes`), `habermas`, `remesh`,
            `run` or `miniature`.
        path: A file or folder; for `miniature` the name of a public.
        options: The format's, by name.

    Raises:
        InputError: There is no such format, option or path, or the reader finds something wrong.
    """
    if format not in FORMATS:
        raise InputError(
            f"unknown format of episodes {format!r}{_hint(format, FORMATS)}; there are {', '.join(FORMATS)}"
        )
    path = Path(path)
    if FORMATS[format].from_files and not path.exists():
        raise InputError(f"{path}: no such file or folder")
    known, given = FORMATS[format].options, {}
    for name, value in (options or {}).items():
        if name not in known:
            there = ", ".join(known) or "none"
            raise InputError(f"{format}: unknown option {name!r}{_hint(name, known)}; there are {there}")
        try:
            given[name] = _WANTED[known[name]](value)
        except (ValueError, KeyError) as error:
            raise InputError(f"{format}: the option {name} is {value!r}, which is no {known[name]}") from error
    return FORMATS[format].read(path, **given)


def read_episodes(format: str, path: Path | str, options: Mapping[str, Any] | None = None) -> EpisodeSet:
    """Reads episodes; as `read`, without what was left out."""
    return read(format, path, options).episodes


def _hint(name: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
