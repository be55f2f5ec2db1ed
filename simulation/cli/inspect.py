"""Commands that look at study files, run folders and model servers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import InputError

STARTERS = Path(__file__).parent.parent / "starters"
COMPANIONS = {
    "survey": ("codebook_survey.yaml", "sample_humans.csv"),
    "representatives": ("sample_episodes.jsonl",),
    "backstories": ("script_work.txt",),
}
RunDir = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]

models = typer.Typer(help="Look at model servers.", no_args_is_help=True)


def report(run: RunDir) -> None:
    """Measure a run again and write its report.html."""
    from ..measure import measure_run
    from ..report.page import write_report

    measure_run(run)
    typer.echo(f"report: {write_report(run)}")


def export(
    run: RunDir,
    wide: Annotated[Path | None, typer.Option("--wide", metavar="FILE", help="A row per respondent.")] = None,
    long: Annotated[Path | None, typer.Option("--long", metavar="FILE", help="A row per answer.")] = None,
    episodes: Annotated[
        Path | None, typer.Option("--episodes", metavar="FILE", help="A line per episode (.jsonl), to train on.")
    ] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="Only this condition.")] = None,
) -> None:
    """Write a run's answers as a table (.csv or .parquet), or its episodes as JSONL."""
    from ..export import long_table, save_table, wide_table

    given = [path for path in (wide, long, episodes) if path is not None]
    if len(given) != 1:
        raise InputError("give one of --wide FILE, --long FILE and --episodes FILE")
    (path,) = given
    if episodes:
        _export_episodes(run, path, condition or "")
        return
    table = wide_table(run, condition) if wide else long_table(run, condition)
    changed = save_table(table, path)
    typer.echo(f"{len(table)} rows: {path}")
    if changed:
        typer.echo(
            f"note: {changed} cells begin like a formula and got a ' before them; .parquet keeps them as they are"
        )


def _export_episodes(run: Path, path: Path, condition: str) -> None:
    from ..episodes.jsonl import check_jsonl, write_jsonl
    from ..episodes.run import read_run
    from .episodes import say_counts

    check_jsonl(path)
    reading = read_run(run, condition)
    write_jsonl(reading.episodes, path)
    say_counts(reading)
    typer.echo(f"episodes: {path}")


def new(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="survey, consensus, protocol, backstories or representatives.")
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The study file to write.")],
) -> None:
    """Write a commented study file to start from."""
    from ..loading import COMMANDS

    known = sorted(p.stem for p in STARTERS.glob("*.yaml") if not p.stem.startswith("codebook"))
    if kind not in known:
        raise InputError(f"unknown kind of study {kind!r}; there are {', '.join(known)}")
    if file.exists():
        raise InputError(f"{file} exists already; choose another name")
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(STARTERS / f"{kind}.yaml", file)
    command = COMMANDS[kind]
    typer.echo(f"{file}: edit it, then `minipublic validate {file}` and `minipublic {command} {file}`")
    for name in COMPANIONS.get(kind, ()):
        beside = file.parent / name
        if not beside.exists():
            shutil.copyfile(STARTERS / name, beside)
            typer.echo(f"{beside}: goes with it")


def validate(
    study: Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")],
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting.")] = None,
) -> None:
    """Check a study file and everything it names, without asking or training a model."""
    from ..loading import read_study

    kind = read_study(study, overrides or [], "")[0].get("kind")
    checks = {"representatives": _checked_representatives, "backstories": _checked_backstories}
    notes, said = checks.get(str(kind), _checked_run)(study, overrides or [])
    for note in notes:
        typer.echo(f"note: {note}")
    typer.echo(f"{study}: valid; {said}")


def _checked_run(study: Path, overrides: list[str]) -> tuple[tuple[str, ...], str]:
    from ..loading import load_study
    from ..opening import open_models
    from ..planning import make_plan

    plan = make_plan(load_study(study, overrides), study)
    open_models(plan)
    return plan.notes, f"{plan.people} people or groups, {sum(1 for _ in plan.units())} units"


def _checked_backstories(study: Path, overrides: list[str]) -> tuple[tuple[str, ...], str]:
    from ..backstories.generate import check_models_open
    from ..backstories.study import load_backstories
    from ..backstories.study_plan import make_backstories_plan

    plan = make_backstories_plan(load_backstories(study, overrides), study)
    check_models_open(plan)
    return (), f"{len(plan.pools)} pools of {sum(map(len, plan.pools.values())):,} stories at most"


def _checked_representatives(study: Path, overrides: list[str]) -> tuple[tuple[str, ...], str]:
    from ..representatives.study import load_representatives
    from ..representatives.training.plan import make_training_plan

    plan = make_training_plan(load_representatives(study, overrides), study)
    sides = f"{len(plan.split.train)} episodes to train on and {len(plan.split.validation)} held out"
    return plan.notes, f"{len(plan.study.representatives)} representatives, {sides}"


def transcript(
    run: RunDir,
    episode: Annotated[str, typer.Argument(help="The episode's name, such as g03-q1.")],
    condition: Annotated[str | None, typer.Option("--condition", help="Only this condition.")] = None,
) -> None:
    """Print what was said in one episode."""
    from ..export import transcript_text

    typer.echo(transcript_text(run, episode, condition))


@models.callback()
def _models() -> None:
    """Look at model servers."""


@models.command("check")
def check(
    spec: Annotated[str, typer.Argument(metavar="KIND:NAME[@URL]", help="The model.")],
    api_key_env: Annotated[
        str | None, typer.Option("--api-key-env", metavar="VARIABLE", help="Where the key is.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="KEY=VALUE", help="An option of the model, such as adapter=FOLDER."),
    ] = None,
) -> None:
    """Reach a model, time one call, and find out by trying what its server honours, ignores and refuses."""
    import asyncio
    import time

    from ...models.probing import Finding, probe
    from ...models.protocol import Prompt, Request, Sampling
    from ...models.registry import load_model

    key = {"api_key_env": api_key_env} if api_key_env else {}
    model = load_model(spec, **key, **read_options(option or []))

    async def tried() -> tuple[str, float, list[Finding]]:
        request = Request(Prompt.of("Say hello in one word."), Sampling(temperature=0.0, max_tokens=8), seed=0)
        started = time.perf_counter()
        try:
            said = (await model.generate(request)).text
            return said, time.perf_counter() - started, await probe(model)
        finally:
            await model.aclose()

    said, seconds, findings = asyncio.run(tried())
    can = model.capabilities
    typer.echo(f"{model.name}: reached; one call took {seconds:.3f} s and said {said[:60]!r}")
    typer.echo(
        f"generate: {_yes(can.generate)}; score: {_yes(can.score)}; seed: {_yes(can.seed)}; chat: {_yes(can.chat)}"
    )
    typer.echo(f"choose: {', '.join(can.choose) or 'no'}")
    typer.echo("found by trying:")
    for found in findings:
        typer.echo(f"{found.feature}: {found.verdict} ({found.detail})")


def read_options(given: list[str]) -> dict[str, Any]:
    """`KEY=VALUE` texts as options of a model; values are read as YAML."""
    import yaml

    found = {}
    for each in given:
        key, equals, value = each.partition("=")
        try:
            found[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise typer.BadParameter(f"{each!r}: the value is no YAML", param_hint="--option") from error
        if not equals:
            raise typer.BadParameter(f"{each!r} is no KEY=VALUE", param_hint="--option")
    return found


def _yes(value: bool) -> str:
    return "yes" if value else "no"
