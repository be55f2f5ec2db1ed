"""Names weights by their content: a model folder's or an adapter's."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from .errors import ModelSpecError

_SUFFIXES = (".safetensors", ".bin", ".pt", ".gguf", ".json", ".jinja", ".model", ".txt")


def weights_hash(folder: str | Path) -> str:
    """12 hexadecimal digits that name what is in a folder of weights: its weights, settings and tokeniser.

    Reads every byte, at about the speed of the disk; wherever the folder lies, the same weights have the same name.

    Raises:
        ModelSpecError: There is no such folder, or no weights in it.
    """
    path = Path(folder).expanduser().resolve()
    files = sorted(f for f in path.iterdir() if f.suffix in _SUFFIXES) if path.is_dir() else []
    if not files:
        raise ModelSpecError(
            f"{path}: no folder with weights; give the folder that holds adapter_config.json or config.json"
        )
    return _hash(tuple((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files))


@lru_cache(maxsize=64)
def _hash(files: tuple[tuple[str, int, int], ...]) -> str:
    held = hashlib.sha256()
    for name, size, _ in files:
        held.update(f"{Path(name).name}\0{size}\0".encode())
        with open(name, "rb") as file:
            held.update(hashlib.file_digest(file, "sha256").digest())
    return held.hexdigest()[:12]
