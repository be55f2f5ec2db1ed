"""The files of models that a study names: folders of weights and adapters, files of options."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ..models.errors import ModelSpecError
from ..models.registry import ModelSpec
from ..models.weights import content_hash
from .errors import InputError
from .loading import resolve
from .named_models import ModelConfig
from .yaml_text import load_yaml

# Kinds that read a folder of weights in this process; a name that is no folder here is one on a model hub.
IN_PROCESS = ("hf", "vllm_engine")


def with_files_read(model: ModelConfig, place: str, study_file: Path, data: str | None) -> ModelConfig:
    """The model with the folders of its weights and its adapter absolute, and the options of its file among its own.

    Args:
        model: The model.
        place: Where the study file speaks of it, for the message.
        study_file: Its relative paths start from this file's folder.
        data: What `{data}` stands for.

    Raises:
        InputError: A folder or a file is missing, or the file holds no options.
    """
    changes: dict[str, Any] = {"spec": _spec(model, place, study_file, data)}
    if model.adapter is not None:
        changes["adapter"] = str(_folder(model.adapter, f"{place}.adapter", study_file, data))
    if model.options_file is not None:
        read, _ = load_yaml(resolve(study_file, data, model.options_file), text_only=False)
        changes |= {"options": {**read, **model.options}, "options_file": None}
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
    """SHA-256 of the weights in a folder, wherever it lies.

    Raises:
        InputError: The folder is gone, or holds none.
    """
    try:
        return content_hash(folder)
    except ModelSpecError as error:
        raise InputError(str(error)) from error


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
