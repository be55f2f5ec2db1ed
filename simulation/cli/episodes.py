"""The command that reads episodes in any format and writes them as JSONL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..episodes.reading import Reading


def episodes(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="jsonl, habermas, remesh, run or miniature.")],
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The file or folder to read; for miniature the public's name.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.jsonl", help="Where to write the episodes.")],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="KEY=VALUE", help="An option of the format, such as min_words=5."),
    ] = None,
) -> None:
    """Read episodes on record and write them as JSONL, to train representatives on."""
    from ..episodes import read
    from ..episodes.jsonl import check_jsonl, write_jsonl

    check_jsonl(out)
    reading = read(format, path, _options(option or []))
    write_jsonl(reading.episodes, out)
    say_counts(reading)
    typer.echo(f"episodes: {out}")


def say_counts(reading: Reading) -> None:
    """Prints what was read, and what was left out and why."""
    for what, n in reading.counts().items():
        typer.echo(f"{n:>7,} {what}")
    for reason, n in reading.left_out.items():
        typer.echo(f"left out: {n:,} {reason}")


def _options(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    for each, (key, equals, _) in zip(given, pairs, strict=True):
        if not equals or not key:
            raise typer.BadParameter(f"{each!r} is no KEY=VALUE", param_hint="--option")
    return {key: value for key, _, value in pairs}
