"""`minipublic evaluate polis`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate_polis(
    votes: Annotated[
        Path,
        typer.Option("--votes", metavar="V.csv|RUN", help="participants-votes.csv of a Polis export, or a run folder."),
    ],
    json: Annotated[Path, typer.Option("--json", metavar="OUT", help="Where the measures go.")],
    comments: Annotated[
        Path | None, typer.Option("--comments", metavar="C.csv", help="comments.csv: words, and what was rejected.")
    ] = None,
    episode: Annotated[str | None, typer.Option("--episode", help="Which episode of a run that has several.")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="PAGE", help="Where a page goes.")] = None,
    min_votes: Annotated[int, typer.Option("--min-votes", min=1, help="Who cast fewer votes is left out.")] = 7,
    groups: Annotated[
        int | None, typer.Option("--groups", min=1, max=26, metavar="K", help="How many groups; else 2 to 5 are tried.")
    ] = None,
    bootstrap: Annotated[int, typer.Option("--bootstrap", min=0, metavar="N", help="Resamples for intervals.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of resamples and starts.")] = 0,
) -> None:
    """Find opinion groups in votes on statements, what all groups share and what divides them."""
    from ..folder import write_json
    from ..polis.measuring import measure_polis
    from ..polis.page import spoken_lines, write_page

    measured = measure_polis(
        votes, comments, episode=episode, min_votes=min_votes, groups=groups, bootstrap=bootstrap, seed=seed
    )
    write_json(json, measured)
    if html is not None:
        name = "/".join(votes.resolve().parts[-2:])
        write_page(html, measured, name=f"{name}, {episode}" if episode else name)
    for line in (*(f"note: {note}" for note in measured["notes"]), *spoken_lines(measured)):
        typer.echo(line)
    typer.echo(f"measures: {json}" + (f"; page: {html}" if html else ""))
