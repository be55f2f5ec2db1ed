"""What names weights: the folder or hub id, and a hash of what is in it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from ..errors import ModelSpecError

SUFFIXES = (".safetensors", ".bin", ".pt", ".json", ".model", ".jinja", ".tiktoken", ".txt")
# What training leaves beside a model and does not change its answers.
NO_PART = ("training_args.bin", "trainer_state.json", "optimizer.bin", "scheduler.bin", "all_results.json")
HASH_DIGITS = 12


def weights_hash(folder: str | Path) -> str:
    """Names the contents of a model's or an adapter's folder.

    Args:
        folder: Its files of weights, configuration, tokeniser and chat template count, subfolders do not.

    Returns:
        12 hexadecimal digits of a sha256 over names and contents.

    Raises:
        ModelSpecError: There is no such folder, or no such file in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModelSpecError(f"{folder} is no folder; give the folder that holds the weights")
    files = sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES and p.name not in NO_PART and p.is_file())
    if not files:
        raise ModelSpecError(f"{folder} holds no weights; give the folder that a training run or download wrote")
    state = tuple((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files)
    return _hash(state)[:HASH_DIGITS]


@lru_cache(maxsize=64)  # large files take seconds, and several adapters share a base
def _hash(files: tuple[tuple[str, int, int], ...]) -> str:
    whole = hashlib.sha256()
    for path, _, _ in files:
        with open(path, "rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        whole.update(Path(path).name.encode() + b"\0" + content)
    return whole.hexdigest()


def base_name(name: str) -> tuple[str, str]:
    """How a base model is shown, and the hash of its weights.

    Args:
        name: A folder, or a hub id.

    Raises:
        ModelSpecError: The folder holds no model, or the hub id is not known here.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return name, _commit(name)
    if not (folder / "config.json").is_file():
        if (folder / "adapter_config.json").is_file():
            raise ModelSpecError(f"{folder} is an adapter; name its base model, and give adapter={str(folder)!r}")
        raise ModelSpecError(f"{folder} is no model: it has no config.json; give the folder save_pretrained wrote")
    return folder.resolve().name, weights_hash(folder)


def adapter_name(adapter: str) -> tuple[str, str]:
    """How an adapter is shown, and the hash of its weights.

    Raises:
        ModelSpecError: The folder holds no adapter.
    """
    folder = Path(adapter).expanduser()
    if not (folder / "adapter_config.json").is_file():
        raise ModelSpecError(f"{folder} is no adapter: it has no adapter_config.json; give the folder peft wrote")
    return folder.resolve().name, weights_hash(folder)


def _commit(name: str) -> str:
    from transformers import AutoConfig

    try:
        commit = getattr(AutoConfig.from_pretrained(name), "_commit_hash", None)
    except (OSError, ValueError) as error:
        raise ModelSpecError(
            f"{name!r} is neither a folder nor a model that can be had ({str(error).splitlines()[0]}); give a folder, "
            "or download it with: hf download NAME"
        ) from error
    if not commit:
        raise ModelSpecError(f"{name!r} has no known version; download it, and give its folder")
    return str(commit)[:HASH_DIGITS]
