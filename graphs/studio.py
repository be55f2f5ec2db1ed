"""The protocols as LangGraph's server and Studio load them (`langgraph.json`)."""

from __future__ import annotations

from typing import Any

from langgraph.graph import StateGraph

from ..personas.questions import Instrument, likert
from .backstories import build_interview
from .consensus import build_consensus
from .generative_agent import build_generative_agent
from .survey import build_survey


def consensus() -> StateGraph[Any, Any, Any, Any]:
    """The consensus protocol on the seven-point scale."""
    return build_consensus()


def survey() -> StateGraph[Any, Any, Any, Any]:
    """A survey of two items, to be looked at; real ones come from a codebook."""
    return build_survey(_example())


def generative_agent() -> StateGraph[Any, Any, Any, Any]:
    """A generative agent that answers the same two items."""
    return build_generative_agent(_example())


def _example() -> Instrument:
    items = (likert("parks", "The city should spend more on parks."), likert("buses", "Buses should be free."))
    return Instrument("example", items)


def interview() -> StateGraph[Any, Any, Any, Any]:
    """Ten questions about a life, with a critic."""
    return build_interview()
