"""`minipublic compare`: the same groups under several mechanisms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .run import Limit, Model, Overrides, StudyFile

if TYPE_CHECKING:
    from ..study import Study

HEADS = {
    "mean": "mean payoff",
    "minimum": "worst-off",
    "gini": "Gini",
    "majority": "majority",
    "unanimity": "unanimity",
}


def compare(
    study: StudyFile,
    model: Model = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run folder: runs/NAME.")] = None,
    limit: Limit = None,
    overrides: Overrides = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Also write the comparison to this file.")
    ] = None,
) -> None:
    """Run a deliberation under every mechanism it lists, or resume it, and compare them on the same groups."""
    from ..errors import InputError
    from ..folder import RunFolder, read_json, write_json
    from ..loading import load_study
    from ..planning import make_plan
    from .run import carry_out, folder_name

    loaded = load_study(study, overrides or [], model)
    _check(loaded, study)
    out = out or Path("runs") / folder_name(loaded.study)
    code = carry_out(make_plan(loaded, study), out, limit)
    folder = RunFolder(out)
    run = read_json(folder.run)
    if run["status"] != "complete":
        raise typer.Exit(code)
    compared = read_json(folder.metrics)["mechanisms"]
    if not compared:
        raise InputError(f"{study}: nothing to compare: the protocol rates no statement; add a step `rate`")
    for line in (line for family in compared for line in _lines(family)):
        typer.echo(line)
    if json:
        told = {"study": run["study"], "seed": run["seed"], "people": run["people"], "limit": limit}
        write_json(json, told | {"families": compared})
        typer.echo(f"comparison: {json}")
    raise typer.Exit(code)


def _check(study: Study, path: Path) -> None:
    from ..compare.measure import families
    from ..errors import InputError

    if study.survey:
        raise InputError(f"{path}: kind: a survey has no groups and no mechanisms; compare takes consensus or protocol")
    if not any(len(mechanisms) > 1 for mechanisms in families(study.conditions).values()):
        raise InputError(
            f"{path}: conditions: nothing to compare: no two conditions differ in their mechanism alone; list two or "
            "more, such as {style: qa, mechanism: [summary, habermas, random_opinion]}"
        )


def _lines(family: Mapping[str, Any]) -> Iterator[str]:
    from ..report.mechanisms import best_sentence, counted, differences

    yield f"\n{family['conditioning']}: {counted(family)}; 95 % intervals"
    yield from _columns([["", *HEADS.values(), "episodes"], *_rows(family)])
    yield best_sentence(family)
    yield "paired differences in mean payoff (all of them: the report):"
    yield from _columns(list(differences(family, "mean")), "  ")


def _rows(family: Mapping[str, Any]) -> Iterator[list[str]]:
    from ..report.numbers import with_interval

    for name, row in family["mechanisms"].items():
        lost = f" ({row['lost']:,} without a statement)" if row["lost"] else ""
        yield [name, *(with_interval(row[key]) for key in HEADS), f"{row['groups']:,}{lost}"]


def _columns(rows: list[list[str]], indent: str = "") -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
