"""`minipublic personas`: making personas, and matching them to people."""

from __future__ import annotations

import typer

from . import generate

app = typer.Typer(help="Make personas with backstories, and match them to people.", no_args_is_help=True)


@app.callback()
def _personas() -> None:
    """Make personas with backstories, and match them to people."""


app.command("generate")(generate.generate)
