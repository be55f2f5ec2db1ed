"""A discussion on a social network: who hears whom is a graph (DeGroot 1974; Friedkin and Johnsen 1990).

1. `position_0`: everybody says how far they agree with the proposition, before anybody has spoken.
2. `talk_1`: everybody speaks, having heard what those they listen to said in the rounds before.
3. `position_1`: everybody says again where they stand, having heard this round as well. Steps 2 and 3 repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph

from ..personas.questions import AGREEMENT
from .context import Context
from .state import Agenda, DeliberationState
from .steps import Step, StepError, chain, position, talk


def build_network_discussion(
    network: Any = None, rounds: int = 3, labels: Sequence[str] = AGREEMENT
) -> StateGraph[Any, Any, Any, Any]:
    """The discussion, uncompiled; it leaves `polls["position_0"]`, `polls["position_1"]`, … and who was heard in `hearing`.

    Args:
        network: Who hears whom: a networkx graph over the seats, or over as many nodes; by seat, the seats it hears; or
            a topology and its parameters, such as `{"topology": "small_world", "neighbours": 4}` (see
            `personas.networks.draw_network`). Everybody hears everybody by default.
        rounds: Of discussion.
        labels: The scale of agreement with the proposition.

    Raises:
        StepError: There is no round.
    """
    if rounds < 1:
        raise StepError(f"network_discussion: rounds must be 1 or more, got {rounds}")
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    parts: list[Step] = [position("position_0", labels=labels)]
    said: list[str] = []
    for r in range(1, rounds + 1):
        parts.append(talk(f"talk_{r}", said, hears=network))
        said.append(f"talk_{r}")
        parts.append(position(f"position_{r}", labels=labels, recalls=(), sees=tuple(said), hears=network))
    chain(graph, START, *parts, END)
    return graph
