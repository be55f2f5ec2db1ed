"""`minipublic run` and `minipublic demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..plan import Plan

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")]
Model = Annotated[
    str | None, typer.Option("--model", metavar="KIND:NAME[@URL]", help="Answer with this model instead.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first people or groups: a pilot.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting: population.sample=100")
]


def run(
    study: StudyFile,
    model: Model = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run folder: runs/NAME.")] = None,
    limit: Limit = None,
    overrides: Overrides = None,
    max_calls: Annotated[int | None, typer.Option(min=1, help="Stop before this many model calls in all.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Stop before this many tokens in all.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="Stop before this cost; needs budget.prices.")] = None,
    human: Annotated[
        list[str] | None, typer.Option("--human", metavar="SEAT", help="Take this seat yourself, at the terminal.")
    ] = None,
    deadline: Annotated[
        float | None, typer.Option("--deadline", metavar="SECONDS", help="How long each reply of --human may take.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked, and ask nothing.")] = False,
) -> None:
    """Run a study, or resume it: no call whose answer is in the journal is asked again."""
    from ..loading import load_study
    from ..planning import make_plan
    from .seats import seat_overrides

    bounds = {"max_calls": max_calls, "max_tokens": max_tokens, "max_cost": max_cost}
    given = [f"budget.{name}={bound}" for name, bound in bounds.items() if bound is not None]
    given += seat_overrides(human or [], deadline)
    loaded = load_study(study, [*(overrides or []), *given], model)
    plan = make_plan(loaded, study)
    out = out or Path("runs") / folder_name(loaded.study)
    if dry_run:
        _show_estimate(plan, limit, out)
        return
    raise typer.Exit(carry_out(plan, out, limit))


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the two run folders go.")] = Path("demo_run"),
) -> None:
    """Run a small survey and a few deliberating groups on the built-in model, and write both reports."""
    from ..loading import load_study
    from ..planning import make_plan

    starters = Path(__file__).parent.parent / "starters"
    worst = 0
    for kind in ("survey", "consensus"):
        path = starters / f"{kind}.yaml"
        worst = max(worst, carry_out(make_plan(load_study(path), path), out / kind, None))
    raise typer.Exit(worst)


def carry_out(plan: Plan, out: Path, limit: int | None) -> int:
    """Runs, measures and reports; returns the exit code."""
    import asyncio

    from ..measure import measure_run
    from ..report.page import write_report
    from ..run import exit_code, run_study
    from .generate import story_progress
    from .progress import show_progress
    from .seats import people_at_the_terminal

    plan, host = people_at_the_terminal(plan, limit)
    with show_progress(plan, limit) as progress:
        told = story_progress() if plan.pools else None
        shown = None if host else progress
        result = asyncio.run(run_study(plan, out, limit=limit, progress=shown, story_progress=told, host=host))
    if result["status"] == "complete":
        measure_run(out, plan)
        write_report(out)
    _show_result(result, out)
    return exit_code(result)


def _show_result(result: dict[str, Any], out: Path) -> None:
    calls = result["calls"]
    typer.echo(
        f"{result['status']}: {result['units']} units, {result['answers']} answers, "
        f"{sum(result['missing'].values())} missing, {calls['asked_now']} calls asked and "
        f"{calls['replayed_now']} replayed in {result['seconds']:.1f} s"
    )
    for reason, n in result["missing"].items():
        typer.echo(f"  missing ({reason}): {n}")
    for note in result["notes"]:
        typer.echo(f"  note: {note}")
    if result["status"] == "complete":
        typer.echo(f"report: {out / 'report.html'}")
    else:
        why = result.get("stopped", "")
        typer.echo(f"stopped ({why}); " if why else "not complete; ", nl=False)
        typer.echo("run the same command again to resume" + (", with a higher bound" if "budget" in why else ""))


def _show_estimate(plan: Plan, limit: int | None, out: Path) -> None:
    from ..estimate import estimate
    from ..folder import RunFolder
    from .estimate import estimate_lines

    guess = estimate(plan, limit, RunFolder(out))
    for line in estimate_lines(guess):
        typer.echo(line)
    for kind, text in guess["prompts"].items():
        typer.echo(f"\n--- one prompt of the kind {kind!r} ---\n{text}")


def folder_name(study: str) -> str:
    """The folder under `runs` for a study of this name."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in study)
