"""What names weights: the folder or hub id, and a hash of what is in it."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelSpecError
from ..weights import HASH_DIGITS, weights_hash


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
