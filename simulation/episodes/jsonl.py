"""Episodes as JSONL, one a line: the package's own format, described in `personas.representatives.episodes`."""

from __future__ import annotations

import os
from pathlib import Path

from ...personas.representatives.episodes import EpisodeError, EpisodeSet, load_episodes, save_episodes
from ..errors import InputError
from ..records import PARTIAL
from .reading import Reading

ENDING = ".jsonl"


def read_jsonl(path: Path) -> Reading:
    """Reads a file of episodes; nothing is left out.

    Raises:
        InputError: A line is not an episode, or contradicts another.
    """
    try:
        return Reading(load_episodes(path))
    except EpisodeError as error:
        raise InputError(str(error)) from error


def write_jsonl(episodes: EpisodeSet, path: Path) -> None:
    """Writes a file of episodes whole or not at all; people who sit in none of them, and weights, are not in it.

    Raises:
        InputError: The name has another ending.
    """
    check_jsonl(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(f"{path}{PARTIAL}")
    save_episodes(episodes, partial)
    os.replace(partial, path)


def check_jsonl(path: Path) -> None:
    """Refuses a name that episodes are not written to.

    Raises:
        InputError: The name has another ending.
    """
    if path.suffix != ENDING:
        raise InputError(f"{path}: episodes are written to a file that ends in {ENDING}")
