"""The command `minipublic`. Commands import what they need when they run, so that `--help` is quick."""

from __future__ import annotations

import sys

import typer

from ...models.errors import ModelError, ModelSpecError, UnsupportedError
from ...personas.visible import visible
from ..errors import InputError
from . import compare, episodes, evaluate, inspect, matching, payoffs, personas, polis, questions, run, train

BAD_INPUT = 2

app = typer.Typer(
    help="Simulate mini-publics and opinion surveys with language-model personas, and measure how well they stand "
    "for people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("compare")(compare.compare)
app.command("train")(train.train)
app.command("demo")(run.demo)
evaluate.app.command("payoffs")(payoffs.evaluate_payoffs)
evaluate.app.command("polis")(polis.evaluate_polis)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(payoffs.app, name="payoffs")
personas.app.command("match")(matching.match)
app.add_typer(personas.app, name="personas")
app.command("report")(inspect.report)
app.command("export")(inspect.export)
app.command("episodes")(episodes.episodes)
app.command("new")(inspect.new)
app.command("validate")(inspect.validate)
app.command("transcript")(inspect.transcript)
app.add_typer(questions.app, name="questions")
app.add_typer(inspect.models, name="models")


def main() -> None:
    """Runs the command; a mistake in the input is one clear message, never a traceback."""
    try:
        app()
    except (InputError, ModelSpecError, UnsupportedError) as error:
        _fail(error, BAD_INPUT)
    except (ModelError, OSError) as error:  # a JournalError, a full disk, a file that cannot be written
        _fail(error, 1)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(error: Exception, code: int) -> None:
    print(f"error: {visible(str(error))}", file=sys.stderr)
    sys.exit(code)
