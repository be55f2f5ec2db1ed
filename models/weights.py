"""Names weights by their content: a model folder's or an adapter's."""

from __future__ import annotations

import hashlib
import re
import time
from functools import lru_cache
from pathlib import Path

from .errors import ModelSpecError

HASH_DIGITS = 12
SUFFIXES = (".safetensors", ".bin", ".pt", ".gguf", ".json", ".model", ".jinja", ".tiktoken", ".txt")
# What training leaves beside a model and does not change its answers.
NO_PART = (
    "training_args.bin",
    "trainer_state.json",
    *("optimizer.pt", "optimizer.bin", "scheduler.pt", "scheduler.bin"),
    *("all_results.json", "train_results.json", "eval_results.json"),
)
_FOLDER = re.compile(rf"[^:+#]+(?=#[0-9a-f]{{{HASH_DIGITS}}}(?:\+|$))")
_RECENT_NS = 2_000_000_000


def by_content(name: str) -> str:
    """A model's name without what the folders of its weights are called, where their hashes stand beside."""
    return _FOLDER.sub("", name)


def weights_hash(folder: str | Path) -> str:
    """12 hexadecimal digits that name the weights in a folder; as `content_hash`."""
    return content_hash(folder)[:HASH_DIGITS]


def content_hash(folder: str | Path) -> str:
    """SHA-256 over what determines a model's answers: its files of weights, settings, tokeniser and chat template.

    Reads every byte, about as fast as the disk gives them. Wherever the folder lies, the same weights have the same hash;
    subfolders and READMEs do not count.

    Raises:
        ModelSpecError: There is no such folder, or no weights in it.
    """
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise ModelSpecError(f"{path} is no folder; give the folder that holds the weights")
    files = sorted(f for f in path.iterdir() if f.suffix in SUFFIXES and f.name not in NO_PART and f.is_file())
    if not files:
        raise ModelSpecError(f"{path} holds no weights; give the folder that a training run or a download wrote")
    stamps = tuple((str(f), (held := f.stat()).st_size, held.st_mtime_ns) for f in files)
    newest = max(changed for _, _, changed in stamps)
    # A file that was written just now can change again within one tick of its time stamp.
    return (_hash if newest < time.time_ns() - _RECENT_NS else _hash.__wrapped__)(stamps)


@lru_cache(maxsize=64)  # large files take seconds, and several adapters share a base
def _hash(stamps: tuple[tuple[str, int, int], ...]) -> str:
    whole = hashlib.sha256()
    for name, _, _ in stamps:
        with open(name, "rb") as file:
            whole.update(Path(name).name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()
