"""`minipublic personas generate`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .run import Model, Overrides, folder_name

if TYPE_CHECKING:
    from ..backstories.making import Progress
    from ..backstories.study_plan import BackstoriesPlan
    from ..backstories.tables import PoolTables

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="A study of kind backstories.")]
LOG_EVERY_S, DRAW_EVERY_S = 10.0, 0.2


def generate(
    study: StudyFile,
    model: Model = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the pools go: runs/NAME.")] = None,
    pool: Annotated[str | None, typer.Option("--pool", metavar="NAME", help="Only this pool.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first stories: a pilot.")] = None,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many calls it takes, and ask nothing.")] = False,
) -> None:
    """Let a model tell stories, or go on with it: no call whose answer is in the journal is asked again."""
    import asyncio

    from ..backstories.generate import exit_code
    from ..backstories.generate import generate as carry_out
    from ..backstories.study import load_backstories
    from ..backstories.study_plan import make_backstories_plan

    plan = make_backstories_plan(load_backstories(study, overrides or [], model), study)
    out = out or Path("runs") / folder_name(plan.study.study)
    if dry_run:
        _show_estimate(plan, pool, limit)
        return
    record = asyncio.run(carry_out(plan, out, only=pool, limit=limit, progress=story_progress()))
    _show_result(record, out)
    raise typer.Exit(exit_code(record))


def story_progress() -> Progress:
    """Shows how far a pool is, on standard error."""
    on_terminal, last, began = sys.stderr.isatty(), 0.0, dict[str, tuple[float, int]]()

    def progress(pool: str, total: int, tables: PoolTables) -> None:
        nonlocal last
        now, done = time.monotonic(), tables.stories + sum(tables.missing.values())
        since, first = began.setdefault(pool, (now, done))
        if now - last < (DRAW_EVERY_S if on_terminal else LOG_EVERY_S) and done < total:
            return
        last = now
        left = (total - done) * (now - since) / (done - first) if done > first else None
        line = progress_line(pool, done, total, tables, left)
        ended = "\n" if not on_terminal or done == total else ""
        print(f"\r\x1b[K{line}" if on_terminal else line, end=ended, file=sys.stderr, flush=True)

    return progress


def progress_line(pool: str, done: int, total: int, tables: PoolTables, left: float | None) -> str:
    """One line that says how far a pool is, and how many seconds are left where that can be told yet."""
    return (
        f"{pool}: {done:,} of {total:,} stories · {tables.answers:,} answers · {tables.rejected:,} rejected · "
        f"{sum(tables.missing.values()):,} dropped{'' if left is None else f' · {left:,.0f} s left'}"
    )


def _show_estimate(plan: BackstoriesPlan, pool: str | None, limit: int | None) -> None:
    from ..backstories.estimate import estimate

    rows: list[tuple[str, ...]] = [("pool", "stories", "calls at least", "calls at most")]
    found = estimate(plan, pool, limit)
    rows += [(one.pool, f"{one.stories:,}", f"{one.least:,}", f"{one.most:,}") for one in found]
    if len(found) > 1:
        rows.append(("all", *(f"{sum(getattr(one, key) for one in found):,}" for key in ("stories", "least", "most"))))
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        typer.echo("   ".join(cells))
    typer.echo("least: nothing is rejected, and every story states every trait; most: every attempt is made")
    typer.echo("nothing was asked; what the journal holds, or another pool asked alike, is not asked again")


def _show_result(record: dict[str, Any], out: Path) -> None:
    calls = record["calls"]
    typer.echo(
        f"{record['status']}: {calls['asked_now']:,} calls asked and {calls['replayed_now']:,} replayed "
        f"in {record['seconds']:.1f} s"
    )
    for name, one in record["pools"].items():
        typer.echo(
            f"  {name}: {one['stories']:,} stories, {one['answers']:,} answers: {out / name / 'population.jsonl'}"
        )
        for reason, n in {**one["dropped"], **one["marks"]}.items():
            typer.echo(f"    {'dropped' if reason in one['dropped'] else 'marked'} ({reason}): {n:,}")
        if one["status"] == "complete":
            typer.echo(f"    page: {out / name / 'page.html'}")
    if record["status"] != "complete":
        why = record.get("stopped", "")
        again = ", with a higher bound" if "budget" in why else ""
        typer.echo(f"stopped ({why}); run the same command again to go on{again}")
