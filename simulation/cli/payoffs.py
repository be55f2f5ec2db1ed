"""`minipublic evaluate payoffs`, and `minipublic payoffs …`: checking payoffs against real people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError

if TYPE_CHECKING:
    from ...personas.representatives.episodes import EpisodeSet
    from ...personas.representatives.votes import VoteSet

app = typer.Typer(help="Check predicted payoffs with real participants.", no_args_is_help=True)

Trained = Annotated[
    Path | None, typer.Option("--trained", metavar="RUN", help="A run folder, or a payoff model's own folder.")
]
Asked = Annotated[
    str | None,
    typer.Option("--model", metavar="KIND:NAME[@URL]", help="Also ask this model for its agreement on a scale."),
]
Bootstrap = Annotated[int, typer.Option("--bootstrap", min=0, metavar="N", help="Resamples for intervals.")]


def evaluate_payoffs(
    json: Annotated[Path, typer.Option("--json", metavar="OUT", help="Where the measures go; a figure beside them.")],
    remesh: Annotated[
        Path | None, typer.Option("--remesh", metavar="FOLDER", help="The folder of the Remesh dialogues.")
    ] = None,
    dialogue: Annotated[str, typer.Option("--dialogue", help="Which of them, or both.")] = "both",
    votes: Annotated[Path | None, typer.Option("--votes", metavar="V.csv", help="Or a table of votes.")] = None,
    episodes: Annotated[
        Path | None, typer.Option("--episodes", metavar="E.jsonl", help="What the voters of the table wrote.")
    ] = None,
    ratings: Annotated[
        Path | None, typer.Option("--ratings", metavar="E.jsonl", help="Or episodes whose statements were rated.")
    ] = None,
    trained: Trained = None,
    model: Asked = None,
    told: Annotated[str, typer.Option("--told", help="What the asked model is told of a person.")] = "base+D",
    people: Annotated[
        int | None, typer.Option("--people", min=10, metavar="N", help="Only so many held-out people, by seed.")
    ] = None,
    calibrate: Annotated[
        int, typer.Option("--calibrate", min=0, metavar="N", help="Ask about N votes of known people, to recalibrate.")
    ] = 0,
    hold_out: Annotated[
        float, typer.Option("--hold-out", help="The share of people held out where no model was trained.")
    ] = 0.3,
    group: Annotated[str, typer.Option("--by", metavar="ATTR", help="The attribute that groups voters.")] = "party",
    bootstrap: Bootstrap = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Of the split, of draws and resamples.")] = 0,
) -> None:
    """Compare predicted payoffs with held-out people's votes or ratings, beside averages of other people's."""
    import asyncio

    from ...personas.representatives.payoffs.cases import PayoffError
    from ..folder import write_json
    from ..representatives.payoffs.measuring import measure_payoffs
    from ..representatives.payoffs.showing import save_reliability, table_lines
    from ..representatives.payoffs.votes import PayoffEvaluation, foretell_held_out

    table = _record(remesh, dialogue, votes, episodes, ratings)
    plan = PayoffEvaluation(trained, model, told, people, calibrate, hold_out, group, seed, json.with_suffix(".sqlite"))
    try:
        data, foretold = asyncio.run(foretell_held_out(table, plan))
    except PayoffError as error:
        raise InputError(str(error)) from error
    found = measure_payoffs(data, foretold, group=group, bootstrap=bootstrap, seed=seed) | {"asked": plan.record()}
    json.parent.mkdir(parents=True, exist_ok=True)
    write_json(json, found)
    figure = json.with_suffix(".png")
    for line in table_lines(found, group):
        typer.echo(line)
    typer.echo(f"measures: {json}")
    if save_reliability(found, figure):
        typer.echo(f"figure: {figure}")


def _record(
    remesh: Path | None, dialogue: str, votes: Path | None, episodes: Path | None, ratings: Path | None
) -> VoteSet | EpisodeSet:
    if [remesh, votes, ratings].count(None) != 2:
        raise InputError("give one of --remesh FOLDER, --votes V.csv and --ratings E.jsonl")
    if remesh is not None:
        from ..episodes.remesh_votes import load_remesh_votes

        return load_remesh_votes(remesh, dialogue)
    if votes is not None:
        from ..episodes.vote_table import load_vote_table

        return load_vote_table(votes, episodes)
    from ..episodes.formats import read_episodes

    return read_episodes("jsonl", ratings or "")


@app.callback()
def _payoffs() -> None:
    """Check predicted payoffs with real participants."""


@app.command()
def template(
    source: Annotated[Path, typer.Argument(metavar="RUN|EPISODES", help="A run folder, or a JSONL file of episodes.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the questionnaire goes.")],
    n: Annotated[
        int, typer.Option("--n", min=1, help="How many pairs of statements, a draft and its revision each.")
    ] = 50,
    each: Annotated[int, typer.Option("--each", min=1, help="How many pairs one person is shown.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="Of the pairs drawn and of all orders.")] = 0,
    trained: Trained = None,
) -> None:
    """Write a blank questionnaire in which people rate statements, blind to which is the draft and which the revision."""
    from ..episodes.formats import read_episodes
    from ..representatives.payoffs.form import FormSettings, write_form

    traits = _traits(trained) if trained else ()
    episodes = read_episodes("run" if source.is_dir() else "jsonl", source)
    counts = write_form(episodes, FormSettings(n, each, seed, traits), out, source.name)
    typer.echo(f"{counts['pairs']} pairs in {counts['forms']} forms: {out}; README.md says what is what")
    if counts["unused"]:
        typer.echo(f"note: {counts['unused']} episodes lack a draft or a revision, or the two are the same")


def _traits(trained: Path) -> tuple[str, ...]:
    """What a payoff model is told of people."""
    from ...personas.representatives.variant import Variant
    from ..folder import read_json
    from ..representatives.payoffs.measuring import readable_folder

    record = read_json(readable_folder(trained) / "payoff.json")
    return tuple(record["attributes"]) if Variant.parse(record["variant"]).demographics else ()


@app.command()
def check(
    ratings: Annotated[Path, typer.Argument(metavar="RATINGS.csv", help="The questionnaire, filled in.")],
    json: Annotated[Path, typer.Option("--json", metavar="OUT", help="Where the measures go.")],
    trained: Trained = None,
    model: Asked = None,
    told: Annotated[str, typer.Option("--told", help="What the asked model is told of a person.")] = "base+D",
    bootstrap: Bootstrap = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Of draws and resamples.")] = 0,
) -> None:
    """Compare predicted payoffs with ratings that real participants filled in."""
    import asyncio

    from ...personas.representatives.payoffs.cases import PayoffError
    from ..folder import write_json
    from ..representatives.payoffs.check import check_lines, check_payoffs, read_ratings
    from ..representatives.payoffs.votes import foretell_ratings

    if trained is None and model is None:
        raise InputError("say whose predictions are checked: give --trained RUN or --model KIND:NAME")
    filled = read_ratings(ratings)
    try:
        foretold = asyncio.run(foretell_ratings(filled.cases, trained, model, told, json.with_suffix(".sqlite"), seed))
    except PayoffError as error:
        raise InputError(str(error)) from error
    found = check_payoffs(filled, foretold, bootstrap=bootstrap, seed=seed)
    json.parent.mkdir(parents=True, exist_ok=True)
    write_json(json, found)
    for line in check_lines(found):
        typer.echo(line)
    typer.echo(f"measures: {json}")
