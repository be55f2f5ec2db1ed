"""The libraries that training needs, and their versions."""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.util import find_spec

from .settings import TrainingError

NEEDED = ("torch", "transformers", "trl", "peft", "datasets")
INSTALL = "pip install 'minipublic[local]'"


def check_libraries() -> None:
    """Looks whether everything is installed.

    Raises:
        TrainingError: Something is not; the message names the extra.
    """
    missing = missing_libraries()
    if missing:
        raise TrainingError(f"training needs {', '.join(missing)}: {INSTALL}")


def missing_libraries() -> list[str]:
    """The names of those that are not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def versions() -> dict[str, str]:
    """What a training ran on."""
    return {"python": sys.version.split()[0]} | {name: version(name) for name in ("minipublic", *NEEDED)}
