"""`minipublic evaluate …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure how well models stand for people.", no_args_is_help=True)


@app.callback()
def _evaluate() -> None:
    """Measure how well models stand for people."""


@app.command()
def survey(
    human: Annotated[Path, typer.Option("--human", metavar="H.csv", help="The humans' answers.")],
    simulated: Annotated[Path, typer.Option("--simulated", metavar="S.csv|RUN", help="A table or a run folder.")],
    codebook: Annotated[Path, typer.Option("--codebook", metavar="C.yaml", help="Items, options, weight, attributes.")],
    json: Annotated[Path, typer.Option("--json", metavar="OUT", help="Where the metrics go.")],
    scale: Annotated[
        str, typer.Option("--scale", help="codes (their own distances) or unit (positions / (K - 1)).")
    ] = ("codes"),
    by: Annotated[list[str] | None, typer.Option("--by", metavar="ATTR", help="Also by this attribute.")] = None,
    bootstrap: Annotated[int, typer.Option("--bootstrap", min=0, metavar="N", help="Resamples for intervals.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Of resamples and splits.")] = 0,
    simulated_weight: Annotated[
        str | None, typer.Option("--simulated-weight", metavar="COLUMN", help="Weight simulated rows; else once each.")
    ] = None,
    condition: Annotated[
        str | None, typer.Option("--condition", help="Which condition of a run folder that has several.")
    ] = None,
) -> None:
    """Compare the answers of a simulated survey with the humans'."""
    from ..folder import write_json
    from ..measure import compare_tables

    metrics, notes = compare_tables(
        human,
        simulated,
        codebook,
        scale=scale,
        by=by or [],
        bootstrap=bootstrap,
        seed=seed,
        simulated_weight=simulated_weight,
        condition=condition,
    )
    write_json(json, metrics)
    for note in notes:
        typer.echo(f"note: {note}")
    typer.echo(_line("Wasserstein distance", metrics["wasserstein"], f" ({scale} scale; lower is better)"))
    typer.echo(_line("Frobenius norm", metrics["frobenius"], " (lower is better)"))
    alpha = metrics["cronbach_alpha"]
    typer.echo(f"Cronbach's alpha: human {_number(alpha['human'])}, simulated {_number(alpha['simulated'])}")
    typer.echo(f"metrics: {json}")


@app.command()
def partisan(
    responses: Annotated[Path, typer.Option("--responses", metavar="R.csv|RUN", help="A table or a run folder.")],
    instrument: Annotated[
        str,
        typer.Option(
            "--instrument", metavar="NAME|FILE", help="traits, subversion, meta_prejudice, or a codebook with a gap."
        ),
    ],
    json: Annotated[Path, typer.Option("--json", metavar="OUT", help="Where the measures go; a page goes beside it.")],
    humans: Annotated[
        Path | None, typer.Option("--humans", metavar="H.csv", help="People's answers to compare with.")
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="COLUMN", help="Who belongs to which party: party.")
    ] = None,
    weight: Annotated[
        str | None, typer.Option("--weight", metavar="COLUMN", help="Survey weights; else every row counts once.")
    ] = None,
    bootstrap: Annotated[int, typer.Option("--bootstrap", min=0, metavar="N", help="Resamples for intervals.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of resamples.")] = 0,
    condition: Annotated[
        str | None, typer.Option("--condition", help="Which condition of a run folder that has several.")
    ] = None,
) -> None:
    """Measure how partisans see each other: the gap, its effect size, and whether the spread is right."""
    from ..folder import write_json
    from ..partisan.measuring import compare_partisans
    from ..partisan.page import page_path, spoken_lines, write_page

    page = page_path(json)
    measured, notes = compare_partisans(
        responses,
        instrument,
        humans=humans,
        party=party,
        weight=weight,
        condition=condition,
        bootstrap=bootstrap,
        seed=seed,
    )
    write_json(json, measured)
    write_page(page, measured, notes, name=responses.name + (f", {condition}" if condition else ""))
    for line in (*(f"note: {note}" for note in notes), *spoken_lines(measured)):
        typer.echo(line)
    typer.echo(f"measures: {json}; page: {page}")


@app.command()
def representatives(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run.")],
    json: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Where the measures go: RUN/representatives.json.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Play at most so many episodes again.")
    ] = None,
    texts: Annotated[
        int | None, typer.Option("--texts", min=1, metavar="N", help="Score and judge at most so many held-out texts.")
    ] = None,
    bootstrap: Annotated[
        int | None, typer.Option("--bootstrap", min=0, metavar="N", help="Resamples for intervals.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting: evaluation.replicates=4")
    ] = None,
) -> None:
    """Measure trained representatives on people they were not trained on; no call is asked twice."""
    from ..representatives.evaluation.evaluate import PAGE, RESULTS, evaluate_representatives
    from ..representatives.evaluation.table import print_lines

    given = {"limit": limit, "texts": texts, "bootstrap": bootstrap}
    own = [f"evaluation.{name}={value}" for name, value in given.items() if value is not None]
    results = evaluate_representatives(
        run, overrides=[*(overrides or []), *own], out=json, say=lambda line: typer.echo(line, err=True)
    )
    for line in print_lines(results):
        typer.echo(line)
    typer.echo(f"measures: {json or run / RESULTS}; page with figures and sample texts: {run / PAGE}")


def _line(name: str, metric: dict[str, object], after: str) -> str:
    return f"{name}: {_number(metric['value'])}{_interval(metric.get('ci'))}{after}"


def _interval(ci: object) -> str:
    return f" [{ci[0]:.3f}, {ci[1]:.3f}]" if isinstance(ci, list) else ""


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "undefined"
