"""The protocols as LangGraph's server and Studio load them (`langgraph.json`): their contexts are plain JSON."""

from __future__ import annotations

from typing import Any

from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph

from ..personas.questions import Instrument, likert
from .backstories import build_interview
from .citizens_assembly import build_citizens_assembly
from .consensus import build_consensus
from .deliberative_poll import build_deliberative_poll
from .delphi import build_delphi
from .generative_agent import build_generative_agent
from .habermas import build_habermas
from .jury import build_jury
from .network_discussion import build_network_discussion
from .plain_context import GroupContext, PersonContext, PlainContext
from .polis import build_polis
from .survey import build_survey


def served(
    graph: StateGraph[Any, Any, Any, Any], name: str, context: type[PlainContext] = GroupContext
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A protocol whose context may come as plain JSON (or as a `Context`, as ever).

    Args:
        graph: The protocol, uncompiled; its nodes that need the context are `Node`s.
        name: Its name in `langgraph.json`.
        context: What its context says: `GroupContext` for a group, `PersonContext` for one person.
    """
    graph.context_schema = context
    return graph.compile(name=name)


# A survey's real items come from a codebook; these are to be looked at.
_EXAMPLE = Instrument(
    "example",
    (likert("parks", "The city should spend more on parks."), likert("buses", "Buses should be free.")),
)

consensus = served(build_consensus(), "consensus")
habermas = served(build_habermas(), "habermas")
deliberative_poll = served(build_deliberative_poll(), "deliberative_poll")
jury = served(build_jury(), "jury")
delphi = served(build_delphi(), "delphi")
citizens_assembly = served(build_citizens_assembly(), "citizens_assembly")
network_discussion = served(build_network_discussion(), "network_discussion")
polis = served(build_polis(), "polis")
survey = served(build_survey(_EXAMPLE), "survey", PersonContext)
generative_agent = served(build_generative_agent(_EXAMPLE), "generative_agent", PersonContext)
interview = served(build_interview(), "interview", PersonContext)
