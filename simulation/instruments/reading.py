"""The instruments that ship with the package, by name."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from ..yaml_text import nearest_file, nearest_name

_HERE = Path(__file__).parent


def shipped_instruments() -> dict[str, Path]:
    """The codebooks that ship with the package, by name."""
    return {path.stem: path for path in sorted(_HERE.glob("*.yaml"))}


def find_instrument(name_or_path: str | Path) -> Path:
    """The codebook of a shipped instrument, or a codebook of the user's own.

    Args:
        name_or_path: A shipped name (`traits`, `subversion`, `meta_prejudice`), which comes before a file of that
            name, or a path.

    Raises:
        InputError: It is neither.
    """
    shipped, path = shipped_instruments(), Path(name_or_path)
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    if not path.is_file():
        hint = nearest_name(str(name_or_path), list(shipped)) or nearest_file(path)
        raise InputError(
            f"{name_or_path}: no such file, and no instrument that ships with the package{hint} "
            f"(these ship: {', '.join(shipped)})"
        )
    return path
