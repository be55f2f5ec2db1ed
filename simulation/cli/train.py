"""`minipublic train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .run import Overrides, folder_name

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="A study of kind representatives.")]


def train(
    study: StudyFile,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run folder: runs/NAME.")] = None,
    overrides: Overrides = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Train only this representative.")
    ] = None,
) -> None:
    """Train representatives, or go on with it: what is trained is kept, what was stopped goes on."""
    from ..representatives.study import load_representatives
    from ..representatives.training.plan import make_training_plan
    from ..representatives.training.run import train_study
    from .training_progress import TrainingScreen

    plan = make_training_plan(load_representatives(study, overrides or []), study)
    out = out or Path("runs") / folder_name(plan.study.study)
    split = plan.split
    typer.echo(
        f"training on {len(split.train):,} episodes with {len(split.train.population):,} people, held out "
        f"{len(split.validation):,} with {len(split.validation.population):,}; {split.dropped:,} seats dropped"
    )
    for note in plan.notes:
        typer.echo(f"note: {note}")
    try:
        with TrainingScreen() as screen:
            record = train_study(plan, out, only=only or [], screen=screen)
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on from the last measurement", err=True)
        raise
    for name, one in record["representatives"].items():
        typer.echo(result_line(name, one))
    if "payoff" in record:
        typer.echo(payoff_line(record["payoff"]))
    typer.echo(f"{record['status']}: {out}")


def result_line(name: str, one: dict[str, Any]) -> str:
    """What came of one representative, in a line."""
    found = one["perplexity"]
    after = "last" if one["per_person"] else "best"
    how = f"{one['people']:,} adapters of {one['steps']:,} steps" if one["per_person"] else f"step {one['best_step']:,}"
    return (
        f"{name} ({one['base']}, {one['variant']}, {one['method']}; {how}): perplexity {_number(found['start'])} → "
        f"{_number(found[after])}, ratio {_number(found['ratio'])} "
        f"(n = {found['n']['texts']:,} texts, {found['n']['groups']:,} {found['n']['cluster']}s)"
    )


def payoff_line(found: dict[str, Any]) -> str:
    """What came of the payoff model, in a line."""
    loss, n = found["loss"], found["n"]["validation"]
    return (
        f"payoff model ({found['base']}, {found['variant']}, {found['method']}, {found['targets']}; step "
        f"{loss['best_step']:,}): validation loss {loss['start']:.4g} → {loss['best']:.4g} {loss['unit']} (n = "
        f"{n['cases']:,} cases, {n['people']:,} people; it told when to stop, so it has no interval: `minipublic evaluate "
        f"payoffs` measures on others)"
    )


def _number(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return f"undefined ({found['reason']})"
    ci = f" [{found['ci'][0]:.3g}, {found['ci'][1]:.3g}]" if found["ci"] else f" ({found['reason']})"
    return f"{found['value']:.3g}{ci}"
