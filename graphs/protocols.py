"""The protocols that ship with the package, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langgraph.graph import StateGraph

from ..personas.questions import Instrument
from .citizens_assembly import build_citizens_assembly
from .deliberative_poll import build_deliberative_poll
from .delphi import build_delphi
from .habermas import build_habermas
from .jury import build_jury
from .network_discussion import build_network_discussion
from .plain_steps import build_steps, built, nearest, settled
from .polis import build_polis
from .steps import StepError

__all__ = ["PROTOCOLS", "build_protocol", "build_steps"]

PROTOCOLS: dict[str, Callable[..., StateGraph[Any, Any, Any, Any]]] = {
    "citizens_assembly": build_citizens_assembly,
    "deliberative_poll": build_deliberative_poll,
    "delphi": build_delphi,
    "habermas": build_habermas,
    "jury": build_jury,
    "network_discussion": build_network_discussion,
    "polis": build_polis,
}


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
