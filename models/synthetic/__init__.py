"""The built-in default model: a simulated public with known parameters; no network, no weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import ModelSpecError
from .model import SyntheticModel
from .public import GradedItem, SyntheticPublic

__all__ = ["GradedItem", "SyntheticModel", "SyntheticPublic", "from_spec"]


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
    try:
        given = {c: GradedItem(tuple(i["discrimination"]), tuple(i["thresholds"])) for c, i in (items or {}).items()}
        public = SyntheticPublic(
            name, dimensions, attribute_share, wording_sd, missing_mass, dict(attitudes or {}), given
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelSpecError(f"synthetic:{name}: items: {error}") from error
    return SyntheticModel(name, public)
