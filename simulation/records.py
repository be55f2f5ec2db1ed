"""The tables of a run folder, written in row groups as units finish, so that memory stays flat."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from ..models.unicode_text import well_formed

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP = 5_000
PARTIAL = ".partial"

RECORD_COLUMNS = {
    "persona": "string",
    "item": "string",
    "replicate": "int32",
    "answer": "string",
    "probabilities": "floats",
    "captured_mass": "float64",
    "missing": "string",
    "option_order": "strings",
    "model": "string",
    "prompt_hash": "string",
    "raw": "string",
    "condition": "string",
    "episode": "string",
    "seat": "string",
    "step": "string",
    "order_asymmetry": "float64",
    "primacy": "float64",
    "prompt_hash_reversed": "string",
}
UTTERANCE_COLUMNS = {
    "episode": "string",
    "seat": "string",
    "step": "string",
    "text": "string",
    "missing": "string",
    "model": "string",
    "prompt_hash": "string",
    "raw": "string",
    "finish_reason": "string",
    "persona": "string",
    "condition": "string",
    "group": "string",
    "question": "string",
}


class TableWriter:
    """Writes one Parquet file; the file appears under its own name only when it is complete.

    Args:
        path: The file.
        columns: Column name to kind.
    """

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self.path = path
        self.rows = 0
        self._schema = _schema(columns)
        self._columns: dict[str, list[Any]] = {name: [] for name in columns}
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Adds a row; a column it lacks is null."""
        for name, values in self._columns.items():
            value = row.get(name)
            values.append(well_formed(value) if isinstance(value, str) else value)
        self.rows += 1
        if self.rows % ROW_GROUP == 0:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(f"{self.path}{PARTIAL}", self._schema, compression="zstd")
        self._writer.write_table(pa.table(self._columns, schema=self._schema))
        for values in self._columns.values():
            values.clear()

    def close(self) -> None:
        """Completes the file and puts it in the place of an older one."""
        self._flush()
        assert self._writer is not None
        self._writer.close()
        os.replace(f"{self.path}{PARTIAL}", self.path)


class LineWriter:
    """Writes one JSONL file; the file appears under its own name only when it is complete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = open(f"{path}{PARTIAL}", "wb")  # noqa: SIM115 - closed by `close`

    def add(self, value: Mapping[str, Any]) -> None:
        """Adds a line."""
        try:
            line = orjson.dumps(value)
        except TypeError:  # half a character, which no file can hold
            line = orjson.dumps(_well_formed(value))
        self._file.write(line + b"\n")

    def close(self) -> None:
        """Completes the file and puts it in the place of an older one."""
        self._file.close()
        os.replace(f"{self.path}{PARTIAL}", self.path)


def _well_formed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_well_formed(key): _well_formed(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_well_formed(held) for held in value]
    return well_formed(value) if isinstance(value, str) else value


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    import pyarrow as pa

    kinds = {
        "string": pa.string(),
        "int32": pa.int32(),
        "float64": pa.float64(),
        "floats": pa.list_(pa.float64()),
        "strings": pa.list_(pa.string()),
    }
    return pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
