"""`minipublic compare`: the same groups under several mechanisms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from .run import Limit, Model, Overrides, StudyFile


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
    from ..compare.measure import families
    from ..errors import InputError
    from ..folder import RunFolder, read_json, write_json
    from ..loading import load_study
    from ..planning import make_plan
    from .run import carry_out, folder_name

    loaded = load_study(study, overrides or [], model)
    if not any(len(mechanisms) > 1 for mechanisms in families(loaded.conditions).values()) or loaded.survey:
        raise InputError(
            f"{study}: conditions: nothing to compare: one condition or more must list two mechanisms, such as "
            "{style: qa, mechanism: [summary, habermas, random_opinion]}"
        )
    out = out or Path("runs") / folder_name(loaded.study)
    code = carry_out(make_plan(loaded, study), out, limit)
    folder = RunFolder(out)
    if not folder.metrics.is_file() or read_json(folder.run)["status"] != "complete":
        raise typer.Exit(code)
    compared = read_json(folder.metrics)["mechanisms"]
    if not compared:
        raise InputError(f"{study}: nothing to compare: the protocol rates no statement; add a step `rate`")
    for line in (line for family in compared for line in _lines(family)):
        typer.echo(line)
    if json:
        write_json(json, {"study": loaded.study, "families": compared})
        typer.echo(f"comparison: {json}")
    raise typer.Exit(code)


def _lines(family: Mapping[str, Any]) -> Iterator[str]:
    from ..report.mechanisms import NUMBERS, best_sentence
    from ..report.numbers import with_interval

    yield f"\n{family['conditioning']}: {family['episodes']:,} episodes, payoffs from 0 to 1 (95 % intervals over groups)"
    width = max(len(name) for name in family["mechanisms"])
    for name, row in family["mechanisms"].items():
        told = ", ".join(f"{key} {with_interval(row[key])}" for key in NUMBERS)
        yield f"  {name:{width}}  {told} (n = {row['groups']:,} groups, {row['lost']:,} without a statement)"
    yield best_sentence(family)
