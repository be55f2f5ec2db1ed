"""The built-in default model: a simulated public with known parameters; no network, no weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ModelSpecError
from .graded import GradedItem
from .model import SyntheticModel
from .public import SyntheticPublic
from .stance import read_stance

__all__ = ["GradedItem", "SyntheticModel", "SyntheticPublic", "from_spec", "read_stance"]


def from_spec(
    name: str,
    base_url: str | None = None,
    dimensions: int = 3,
    attribute_share: float = 0.5,
    wording_sd: float = 0.15,
    missing_mass: float = 0.02,
    attitudes: Mapping[str, Sequence[float]] | None = None,
    items: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
) -> SyntheticModel:
    """The model that `synthetic:NAME` names; see `SyntheticPublic` for the parameters.

    Args:
        items: By question code, `{discrimination: […], thresholds: […]}`.

    Raises:
        ModelSpecError: A URL is given, or a parameter is wrong.
    """
    if base_url:
        raise ModelSpecError(f"synthetic:{name} runs in this process and has no address; leave @{base_url} out")
    for what, given in (("attitudes", attitudes), ("items", items)):
        if given is not None and not isinstance(given, Mapping):
            raise ModelSpecError(f"synthetic:{name}: {what} must be a mapping, got {given!r}")
    read = {str(code): _item(f"synthetic:{name}: items: {code}", given) for code, given in (items or {}).items()}
    known = {str(persona): numbers for persona, numbers in (attitudes or {}).items()}
    try:
        public = SyntheticPublic(name, dimensions, attribute_share, wording_sd, missing_mass, known, read)
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
