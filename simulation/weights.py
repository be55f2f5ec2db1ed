"""Folders of weights and adapters that a study names: where they lie, and what is in them."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from pathlib import Path

from ..models.registry import ModelSpec
from .errors import InputError
from .loading import resolve
from .named_models import ModelConfig

# Kinds that read a folder of weights in this process; a name that is no folder here is one on a model hub.
IN_PROCESS = ("hf", "vllm_engine")
_RECENT_NS = 2_000_000_000
Stamps = tuple[tuple[str, int, int], ...]


def with_absolute_folders(model: ModelConfig, place: str, study_file: Path, data: str | None) -> ModelConfig:
    """The model with the folders of its weights and its adapter absolute.

    Args:
        model: The model.
        place: Where the study file speaks of it, for the message.
        study_file: Its relative paths start from this file's folder.
        data: What `{data}` stands for.

    Raises:
        InputError: A folder is missing.
    """
    changes = {"spec": _spec(model, place, study_file, data)}
    if model.adapter is not None:
        changes["adapter"] = str(_folder(model.adapter, f"{place}.adapter", study_file, data))
    return model.model_copy(update=changes)


def _spec(model: ModelConfig, place: str, study_file: Path, data: str | None) -> str:
    spec = ModelSpec.parse(model.spec)
    if spec.kind not in IN_PROCESS:
        return model.spec
    is_path = spec.name.startswith((".", "/", "~")) or "{data}" in spec.name
    if not is_path and not (study_file.parent / spec.name).is_dir():
        return model.spec
    folder = _folder(spec.name, f"{place}.spec", study_file, data)
    return f"{spec.kind}:{folder}" + (f"@{spec.base_url}" if spec.base_url else "")


def _folder(given: str, field: str, study_file: Path, data: str | None) -> Path:
    try:
        path = resolve(study_file, data, given)
    except InputError as error:
        raise InputError(f"{error} ({field}: give a folder, relative to the study file or absolute)") from error
    if not path.is_dir():
        raise InputError(f"{study_file}: {field}: {path} is no folder; give the folder that holds the weights")
    return path.resolve()


def weights_folder(model: ModelConfig) -> Path | None:
    """The folder of a model's weights, where they are read in this process and lie in one."""
    spec = ModelSpec.parse(model.spec)
    folder = Path(spec.name)
    return folder if spec.kind in IN_PROCESS and folder.is_absolute() else None


def folder_hash(folder: Path) -> str:
    """SHA-256 of a folder's file names and contents, wherever it lies; READMEs and hidden files do not count.

    Raises:
        InputError: The folder is gone.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: the folder of weights is gone; put it back, or change the study file")
    files = sorted((p.relative_to(folder).as_posix(), p) for p in folder.rglob("*") if p.is_file())
    stats = [(name, p.stat()) for name, p in files if _counts(name)]
    stamps = tuple((name, s.st_size, s.st_mtime_ns) for name, s in stats)
    newest = max((changed for _, _, changed in stamps), default=0)
    # A file that was written just now can change again within one tick of its time stamp.
    return (_hash if newest < time.time_ns() - _RECENT_NS else _hash.__wrapped__)(folder, stamps)


def _counts(name: str) -> bool:
    parts = name.split("/")
    # Download tools leave hidden folders with the time of the download.
    return not parts[-1].lower().startswith("readme") and not any(part.startswith(".") for part in parts)


@lru_cache(maxsize=64)
def _hash(folder: Path, stamps: Stamps) -> str:
    """The hash; the stamps tell whether it still holds, since large weights take seconds to read."""
    whole = hashlib.sha256()
    for name, _, _ in stamps:
        whole.update(f"{name}\0{file_hash(folder / name)}\n".encode())
    return whole.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
