"""Who speaks: personas and populations, how they are put before a model, what they are asked, what they would accept."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .answers import Answer, Missing
from .conditioning import STYLES, condition
from .payoffs import Payoff, expected_agreement
from .persona import Attribute, Persona
from .population import Population, PopulationError
from .questions import AGREEMENT, Instrument, Option, Question, likert

if TYPE_CHECKING:
    from .chat import as_chat_model

__all__ = [
    "AGREEMENT",
    "STYLES",
    "Answer",
    "Attribute",
    "Instrument",
    "Missing",
    "Option",
    "Payoff",
    "Persona",
    "Population",
    "PopulationError",
    "Question",
    "as_chat_model",
    "condition",
    "expected_agreement",
    "likert",
]


def __getattr__(name: str) -> Any:
    if name == "as_chat_model":  # LangChain is slow to import
        return import_module(".chat", __name__).as_chat_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
