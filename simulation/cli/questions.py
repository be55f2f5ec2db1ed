"""`minipublic questions`: sets of questions to discuss."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .inspect import read_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...personas.question_sets import Growth

COMPLETE, FAILED, COMPLETE_WITH_MISSING = 0, 1, 3
ENDS = {
    "target": "as many as were asked for",
    "dried_up": "hardly any suggestion was new any more; give more or more varied seeds, or another model",
    "no_answers": "no call was answered",
    "max_calls": "the bound on calls was reached",
}

app = typer.Typer(help="Make sets of questions to discuss.", no_args_is_help=True)


@app.callback()
def _questions() -> None:
    """Make sets of questions to discuss."""


@app.command("grow")
def grow(
    seeds: Annotated[
        Path, typer.Argument(metavar="SEEDS", help="Questions to start from: .txt (one a line) or .json.")
    ],
    model: Annotated[str, typer.Option("--model", metavar="KIND:NAME[@URL]", help="Who writes new questions.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.json", help="The set; its journal goes beside it.")],
    target: Annotated[int, typer.Option("--target", min=1, metavar="N", help="How many new questions.")],
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="KIND:NAME[@URL]", help="Who takes a second look, by yes and no.")
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Probability of a yes the judge must give.")] = 0.5,
    method: Annotated[str, typer.Option("--method", help="How the judge's probabilities are read.")] = "first_token",
    seed: Annotated[int, typer.Option("--seed", help="Another draws other seeds for every call.")] = 0,
    block: Annotated[
        Path | None,
        typer.Option("--block", exists=True, dir_okay=False, metavar="FILE", help="Words to leave out, one a line."),
    ] = None,
    similarity: Annotated[
        float, typer.Option(min=0.01, help="From this share of common words on: a repetition.")
    ] = 0.8,
    any_form: Annotated[bool, typer.Option("--any-form", help="Keep questions without a declarative form.")] = False,
    max_calls: Annotated[int | None, typer.Option(min=1, help="Ask for questions at most so often.")] = None,
    api_key_env: Annotated[
        str | None, typer.Option("--api-key-env", metavar="VARIABLE", help="The writer's key.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="Of the writer.")] = None,
) -> None:
    """Let a model write questions like the seeds, leave out what is no good, and go on where the last try stopped."""
    from ...models.protocol import CHOOSE_METHODS
    from ...personas.question_sets import Effort, Rules
    from ..errors import InputError
    from ..questions import GrowthPlan, grow_file

    if method not in CHOOSE_METHODS:
        raise InputError(f"--method {method}: there are {', '.join(CHOOSE_METHODS)}")
    rules = Rules(blocked=_blocked(block), similarity=similarity, proposition=not any_form)
    options = read_options(option or []) | ({"api_key_env": api_key_env} if api_key_env else {})
    effort = Effort(max_calls=max_calls)
    plan = GrowthPlan(seeds, out, model, target, judge, threshold, method, seed, rules, effort, options)
    growth, calls = grow_file(plan, _show_progress)
    _show(growth, calls, out)
    raise typer.Exit(_exit_code(growth))


def _blocked(path: Path | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in path.read_text().splitlines() if line.strip()) if path else ()


def _show_progress(growth: Growth) -> None:
    print(f"{growth.calls} calls: {len(growth.entries)} of {growth.suggested} suggestions kept", file=sys.stderr)


def _show(growth: Growth, calls: Mapping[str, int], out: Path) -> None:
    from ...personas.question_sets import REASONS

    typer.echo(f"{len(growth.entries)} new questions of {growth.suggested} suggested in {growth.calls} calls: {out}")
    for reason, meaning in REASONS.items():
        if n := growth.filtered[reason]:
            typer.echo(f"  left out ({reason}: {meaning}): {n}")
    for reason, n in sorted(growth.failed.items()):
        typer.echo(f"  call without an answer ({reason}): {n}")
    typer.echo(f"stopped: {ENDS[growth.stopped]}; {calls['asked']} calls asked and {calls['replayed']} replayed now")
    typer.echo(f"what was left out, and why: {out.with_suffix('.growth.json')}")


def _exit_code(growth: Growth) -> int:
    """0 complete, 3 complete with calls that brought nothing, 1 where all failed."""
    if growth.stopped == "no_answers":
        return FAILED
    return COMPLETE_WITH_MISSING if growth.failed or growth.filtered["not_judged"] else COMPLETE
