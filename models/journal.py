"""The journal: every model call written durably before its result is used, and never asked twice.

A call's key covers everything that determines it: the model's name, the operation, the prompt, the sampling
settings, the seed and the replicate index. One SQLite file holds the calls; a prompt's parts are stored once
each, by hash. Writes are grouped: while one group is being synced to disk the next one gathers.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from .protocol import Prompt, join_parts

_SCHEMA = """
create table if not exists parts (hash blob primary key, content text not null) without rowid;
create table if not exists calls (
    key blob primary key, operation text not null, model text not null,
    prompt text not null, parts blob not null, roles text not null,
    request text not null, result text not null, prompt_tokens integer, completion_tokens integer
) without rowid;
pragma user_version = 1;
"""
# A write waits this long for others to join it: far less than a model takes, and it spares the disk.
_GATHER_S = 0.005
_REMEMBERED = 4096
_LOOKED_UP = 500  # keys in one query; SQLite allows 999 or more


class JournalError(OSError):
    """The journal cannot be read or written (full disk, damaged file); what it holds already is safe."""


@dataclass(slots=True)
class Entry:
    """One call to be written."""

    key: bytes
    operation: str
    model: str
    prompt: Prompt
    request: bytes
    result: bytes
    prompt_tokens: int | None
    completion_tokens: int | None


def call_key(operation: str, model: str, prompt: Prompt, request: bytes) -> bytes:
    """The 20 bytes that name a call."""
    h = hashlib.blake2b(digest_size=20)
    for part in (operation.encode(), model.encode(), prompt.hash.encode(), request):
        h.update(len(part).to_bytes(4, "big") + part)
    return h.digest()


class Journal:
    """A file of model calls and their results.

    Args:
        path: The SQLite file; made if it does not exist.

    Raises:
        JournalError: The file is no journal, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = self._open()
        self._queue: queue.SimpleQueue[tuple[Sequence[Entry], asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._failure: JournalError | None = None
        self._writer = threading.Thread(target=self._write_groups, name="journal", daemon=True)
        self._writer.start()

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            connection.execute("pragma journal_mode = wal")
            # FULL syncs the log at every commit: a result that was used survives a power cut.
            connection.execute("pragma synchronous = full")
            connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: {error}; if it is no journal, choose another --out folder") from error
        return connection

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The results under these keys as JSON; keys that are not there are left out."""
        found: dict[bytes, bytes] = {}
        for at in range(0, len(keys), _LOOKED_UP):
            part = keys[at : at + _LOOKED_UP]
            # One look for many: a look costs as much as a tenth of a call.
            find = f"select key, result from calls where key in ({','.join('?' * len(part))})"
            found.update((key, result.encode()) for key, result in self._reader.execute(find, part))
        return found

    async def put(self, entries: Sequence[Entry]) -> None:
        """Writes calls, all or none; returns once they are on disk.

        Raises:
            JournalError: It could not be written; nothing written before is lost.
        """
        if self._failure:
            raise self._failure
        done = asyncio.get_running_loop().create_future()
        self._queue.put((entries, done))
        await done

    def _write_groups(self) -> None:
        # A connection of the thread's own, so that reading never waits for a sync.
        connection = self._open()
        remembered: dict[bytes, None] = {}
        for group in self._groups():
            try:
                if self._failure:
                    raise self._failure
                _write(connection, [entry for entries, _ in group for entry in entries], remembered)
                outcome = None
            except (sqlite3.Error, JournalError) as error:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("rollback")
                outcome = self._failure = _explain(self.path, error)
            _settle([done for _, done in group], outcome)
        connection.close()

    def _groups(self) -> Iterator[list[tuple[Sequence[Entry], asyncio.Future[None]]]]:
        while (first := self._queue.get()) is not None:
            time.sleep(_GATHER_S)
            group = [first]
            while not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    yield group
                    return
                group.append(item)
            yield group

    def totals(self) -> dict[str, int]:
        """Calls on record, and the tokens they read and wrote as far as the servers said."""
        row = self._reader.execute(
            "select count(*), total(prompt_tokens), total(completion_tokens) from calls"
        ).fetchone()
        return {"calls": int(row[0]), "prompt_tokens": int(row[1]), "completion_tokens": int(row[2])}

    def by_model(self) -> list[tuple[str, int, int, int]]:
        """Model, calls on record, and the tokens they read and wrote as far as the server said."""
        find = "select model, count(*), total(prompt_tokens), total(completion_tokens) from calls group by model"
        rows = self._reader.execute(find).fetchall()
        return [(model, int(calls), int(read), int(written)) for model, calls, read, written in rows]

    def uncounted(self) -> list[str]:
        """The models with calls on record whose tokens the server did not say; a prompt that its filter stopped is none."""
        find = """select distinct model from calls where (prompt_tokens is null or completion_tokens is null)
                  and json_extract(result, '$.content_filter') is null order by model"""
        return [model for (model,) in self._reader.execute(find).fetchall()]

    def prompt_text(self, prompt_hash: str) -> str | None:
        """A stored prompt as one text, or None if no call used it."""
        find = "select parts, roles from calls where prompt = ? limit 1"
        row = self._reader.execute(find, (prompt_hash,)).fetchone()
        if row is None:
            return None
        hashes = [row[0][i : i + 16] for i in range(0, len(row[0]), 16)]
        find = "select content from parts where hash = ?"
        contents = [self._reader.execute(find, (h,)).fetchone()[0] for h in hashes]
        return join_parts(list(zip(row[1].split(","), contents, strict=True)))

    def close(self) -> None:
        """Writes what is still waiting and closes the file."""
        self._queue.put(None)
        self._writer.join()
        self._reader.close()


def _write(connection: sqlite3.Connection, entries: list[Entry], remembered: dict[bytes, None]) -> None:
    fresh = {
        part: message.content
        for e in entries
        for part, message in zip(e.prompt.part_hashes, e.prompt.messages, strict=True)
        if part not in remembered
    }
    connection.execute("begin immediate")
    connection.executemany("insert or ignore into parts values (?, ?)", fresh.items())
    connection.executemany("insert or ignore into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, entries))
    connection.execute("commit")
    remembered.update(dict.fromkeys(fresh))
    while len(remembered) > _REMEMBERED:
        del remembered[next(iter(remembered))]


def _row(e: Entry) -> tuple[Any, ...]:
    roles = ",".join([m.role for m in e.prompt.messages])
    parts, request, result = b"".join(e.prompt.part_hashes), e.request.decode(), e.result.decode()
    tokens = (e.prompt_tokens, e.completion_tokens)
    return (e.key, e.operation, e.model, e.prompt.hash, parts, roles, request, result, *tokens)


def _settle(futures: list[asyncio.Future[None]], failure: JournalError | None) -> None:
    def settle() -> None:
        for done in futures:
            if done.done():
                continue
            if failure:
                done.set_exception(failure)
            else:
                done.set_result(None)

    with contextlib.suppress(RuntimeError):  # the loop ended while we wrote: nobody waits any more
        futures[0].get_loop().call_soon_threadsafe(settle)


def _explain(path: Path, error: Exception) -> JournalError:
    if isinstance(error, JournalError):
        return error
    return JournalError(f"{path}: {error}; finished calls are safe: make room and run the same command again")


def encode(value: Any) -> bytes:
    """Plain data or a dataclass as JSON bytes that do not depend on the order of keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
