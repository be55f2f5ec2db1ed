"""A run folder: who may write to it, which study it belongs to, and what it says of itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import orjson

from .errors import InputError

_RECORDS = ("run.json", "training.json", "personas.json")


class RunFolder:
    """The files of one run.

    Args:
        path: The folder.
    """

    RECORD = "run.json"
    _CALLED = "a run folder"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.study = path / "study.yaml"
        self.run = path / self.RECORD
        self.population = path / "population.parquet"
        self.calls = path / "calls.sqlite"
        self.records = path / "records.parquet"
        self.utterances = path / "utterances.parquet"
        self.transcripts = path / "transcripts.jsonl"
        self.replies = path / "humans.jsonl"
        self.backstories = path / "backstories"
        self.matching = path / "matching.parquet"
        self.matching_summary = path / "matching.json"
        self.metrics = path / "metrics.json"
        self.report = path / "report.html"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for one process.

        Raises:
            InputError: Another process holds it, or it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written to ({error.strerror}); choose another --out") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InputError(f"{self.path}: another run is writing to it; wait, or choose another --out") from error
            yield
        finally:
            os.close(handle)

    def read_run(self) -> dict[str, Any]:
        """What the folder's record (`run.json`) says; empty where there is none yet.

        Raises:
            InputError: The file is damaged.
        """
        return read_json(self.run) if self.run.exists() else {}

    def check_identity(self, identity: Mapping[str, Any]) -> None:
        """Refuses a folder that holds another study.

        Raises:
            InputError: It does; the message lists what differs.
        """
        held = self.read_run().get("identity")
        others = [name for name in _RECORDS if name != self.RECORD and (self.path / name).exists()]
        if others:
            raise InputError(f"{self.path}: holds a study of another kind ({others[0]}); choose another --out")
        if held is None:
            if self.calls.exists():
                raise InputError(f"{self.path}: holds calls but no run.json; choose another --out, or move it away")
            return
        changes = differences(held, orjson.loads(orjson.dumps(identity)))
        if changes:
            shown = "\n  ".join(changes[:20])
            raise InputError(
                f"{self.path} holds a run of another study. Choose another --out, or undo the change:\n  {shown}"
            )

    @classmethod
    def open(cls, path: Path) -> Self:
        """A folder that holds a run.

        Raises:
            InputError: It does not.
        """
        folder = cls(path)
        if not folder.run.is_file():
            raise InputError(f"{path}: not {cls._CALLED} (there is no {cls.RECORD} in it)")
        return folder


class TrainingFolder(RunFolder):
    """The files of a study of representatives.

    Args:
        path: The folder.
    """

    RECORD = "training.json"
    _CALLED = "a folder of trained representatives"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.split = path / "split.json"
        self.train = path / "train.jsonl"
        self.validation = path / "validation.jsonl"

    def representative(self, name: str) -> Path:
        """Where everything about one representative lies."""
        return self.path / "representatives" / name


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        InputError: The file is missing or damaged.
    """
    try:
        value = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{path}: not readable as JSON ({error})") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: expected a JSON object")
    return value


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Writes a JSON object whole or not at all; a folder that is not there is made."""
    _write_whole(path, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def write_text(path: Path, text: str) -> None:
    """Writes a text whole or not at all; a folder that is not there is made."""
    _write_whole(path, text.encode())


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.write_bytes(content)
    os.replace(partial, path)


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """What changed from one nest of plain data to another, a line each."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys((*before, *after))
        return [
            line
            for key in keys
            for line in differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for k, (b, a) in pairs for line in differences(b, a, f"{path}[{k}]")]
    return [f"{path}: the run has {_short(before)}, the study now says {_short(after)}"]


def _short(value: Any) -> str:
    text = "nothing" if value is None else orjson.dumps(value).decode()
    return text if len(text) <= 80 else text[:77] + "..."
