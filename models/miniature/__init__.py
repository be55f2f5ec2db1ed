"""A public in miniature: people with short, regular texts whose true policy has an exact log-likelihood."""

from __future__ import annotations

from ..errors import ModelSpecError
from .model import MiniatureModel
from .public import MiniaturePublic

__all__ = ["MiniatureModel", "MiniaturePublic", "from_spec"]


def from_spec(name: str, base_url: str | None = None, mechanism: str = "mean") -> MiniatureModel:
    """The model that `miniature:NAME` names.

    Args:
        name: Names the public.
        base_url: There is none.
        mechanism: How its mediator puts stances together: `mean`, `median`, `loudest` or `first`.

    Raises:
        ModelSpecError: A URL is given, or there is no such mechanism.
    """
    if base_url:
        raise ModelSpecError(f"miniature:{name} runs in this process and has no address; leave @{base_url} out")
    try:
        return MiniatureModel(name, mechanism)
    except ValueError as error:
        raise ModelSpecError(f"miniature:{name}: {error}") from error
