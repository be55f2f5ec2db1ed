"""The protocols that ship with the package, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langgraph.graph import StateGraph

from ..personas.questions import Instrument
from .plain_steps import build_steps, built, nearest, settled
from .steps import StepError

__all__ = ["PROTOCOLS", "build_protocol", "build_steps"]

PROTOCOLS: dict[str, Callable[..., StateGraph[Any, Any, Any, Any]]] = {}


def build_protocol(
    name: str, instruments: Mapping[str, Instrument] | None = None, **options: Any
) -> StateGraph[Any, Any, Any, Any]:
    """A shipped protocol, uncompiled.

    Args:
        name: A key of `PROTOCOLS`.
        instruments: What an option `instrument` may name.
        options: Of the protocol's builder.

    Raises:
        StepError: There is no such protocol or option, or an option does not fit.
    """
    if name not in PROTOCOLS:
        raise StepError(f"no protocol {name!r}{nearest(name, PROTOCOLS)} (there are {', '.join(PROTOCOLS)})")
    graph: StateGraph[Any, Any, Any, Any] = built(name, PROTOCOLS[name], settled(name, options, instruments or {}))
    return graph
