"""What people replied in a run: on disk before it is used, so that nobody is asked twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import orjson

from ..errors import InputError

_NAMED = ("seat", "step", "unit", "names", "kind", "prompt", "options")


def reply_key(wanted: Mapping[str, Any]) -> str:
    """Names what a person is asked: who is asked, at which step, and in which words.

    Asked the same in the same words under another condition, a person replies the same and is not asked.
    """
    told = orjson.dumps([wanted[name] for name in _NAMED])
    return hashlib.blake2b(told, digest_size=16).hexdigest()


class Replies:
    """People's replies, a line each; without a file they are only remembered.

    Args:
        path: A JSONL file, made with the first reply. A line that a crash left half-written is dropped.

    Raises:
        InputError: A line is damaged.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._held: dict[str, dict[str, Any]] = {}
        if path and path.exists():
            whole = _whole_lines(path)
            if len(whole) < path.stat().st_size:
                os.truncate(path, len(whole))  # the next reply begins a line of its own
            self._held = dict(_read(path, whole))

    @classmethod
    def copied(cls, path: Path) -> Self:
        """What a file holds, remembered alone: the file is not written to.

        Raises:
            InputError: A line is damaged.
        """
        replies = cls()
        if path.exists():
            replies._held = dict(_read(path, _whole_lines(path)))
        return replies

    def __len__(self) -> int:
        return len(self._held)

    def find(self, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
        """The reply to this, if there was one."""
        return self._held.get(reply_key(wanted))

    def keep(self, wanted: Mapping[str, Any], reply: dict[str, Any], seconds: float) -> None:
        """Writes a reply; returns once it is on disk.

        Args:
            wanted: What was asked.
            reply: What was replied.
            seconds: How long the person took.
        """
        key = reply_key(wanted)
        if self.path:
            named = {name: wanted[name] for name in ("unit", "seat", "step", "names")}
            at = datetime.now(UTC).isoformat(timespec="seconds")
            _append(self.path, {"key": key, **named, "reply": reply, "seconds": round(seconds, 3), "at": at})
        self._held[key] = reply


def _whole_lines(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: content.rfind(b"\n") + 1]


def _read(path: Path, lines: bytes) -> Iterable[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines.split(b"\n")[:-1], start=1):
        try:
            row = orjson.loads(line)
            yield row["key"], row["reply"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise InputError(f"{path}:{number}: no reply of a person ({error}); take the line out") from error


def _append(path: Path, row: dict[str, Any]) -> None:
    fresh = not path.exists()
    with open(path, "ab") as file:
        file.write(orjson.dumps(row) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too, has to be on disk
        finally:
            os.close(folder)
