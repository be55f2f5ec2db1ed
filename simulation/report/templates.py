"""How every page is made from its template: nothing that a model, a person or a data file said is anything but text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from ...personas.visible import visible


def environment(folder: Path) -> Environment:
    """The templates of a folder.

    Every value is escaped, and what cannot be seen in it is shown (`personas.visible`); only our own figures are marked
    safe, and control characters in their labels are shown too. A slot without a value is an error.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=shown,
    )


def shown(value: Any) -> Any:
    """A value as a template puts it on the page, before it is escaped."""
    if not isinstance(value, str):
        return value
    text = visible(value)
    return Markup(text) if isinstance(value, Markup) else text
