"""The built-in default model: a simulated public with known parameters; no network, no weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from ..errors import ModelSpecError
from .graded import GradedItem
from .model import SyntheticModel
from .parties import Parties
from .public import SyntheticPublic, as_people
from .stance import read_stance

__all__ = ["GradedItem", "Parties", "SyntheticModel", "SyntheticPublic", "as_people", "from_spec", "read_stance"]


def from_spec(
    name: str,
    base_url: str | None = None,
    attitudes: Mapping[str, Sequence[float]] | None = None,
    items: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
    **options: Any,
) -> SyntheticModel:
    """The model that `synthetic:NAME` names; see `SyntheticPublic` for the parameters.

    Args:
        items: By question code, `{discrimination: […], thresholds: […]}`.
        options: The other parameters; `parties` is a mapping of those of `Parties`.

    Raises:
        ModelSpecError: A URL is given, or a parameter is unknown or wrong.
    """
    if base_url:
        raise ModelSpecError(f"synthetic:{name} runs in this process and has no address; leave @{base_url} out")
    known = [field.name for field in fields(SyntheticPublic) if field.name != "name"]
    for option in options:
        if option not in known:
            close = get_close_matches(option, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ModelSpecError(f"synthetic:{name} has no option {option!r}{hint} (it has {', '.join(known)})")
    for what, given in (("attitudes", attitudes), ("items", items)):
        if given is not None and not isinstance(given, Mapping):
            raise ModelSpecError(f"synthetic:{name}: {what} must be a mapping, got {given!r}")
    read = {str(code): _item(f"synthetic:{name}: items: {code}", given) for code, given in (items or {}).items()}
    people = {str(persona): numbers for persona, numbers in (attitudes or {}).items()}
    try:
        public = SyntheticPublic(name, attitudes=people, items=read, **options)
    except ValueError as error:
        raise ModelSpecError(f"synthetic:{name}: {error}") from error
    return SyntheticModel(name, public)


def _item(where: str, given: Any) -> GradedItem:
    if not isinstance(given, Mapping) or set(given) != {"discrimination", "thresholds"}:
        raise ModelSpecError(f"{where}: write {{discrimination: [...], thresholds: [...]}}, got {given!r}")
    try:
        return GradedItem(given["discrimination"], given["thresholds"])
    except ValueError as error:
        raise ModelSpecError(f"{where}: {error}") from error
