"""Simulate mini-publics and opinion surveys with language-model personas, and measure how well they stand for people.

The rooms: `models` (how text and probabilities are produced), `personas` (who speaks), `graphs` (what happens between
them), `evaluators` (how well they stand for real people) and `simulation` (running studies). What most programs need
is here; nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .evaluators.survey import evaluate_survey
    from .graphs.consensus import build_consensus
    from .graphs.context import Context
    from .graphs.survey import build_survey
    from .models.journal import Journal
    from .models.journaled import JournaledModel
    from .models.registry import load_model
    from .personas.answers import Answer, Missing
    from .personas.persona import Attribute, Persona
    from .personas.population import Population
    from .personas.questions import Instrument, Option, Question

_HOMES = {
    "Answer": "personas.answers",
    "Attribute": "personas.persona",
    "Context": "graphs.context",
    "Instrument": "personas.questions",
    "Journal": "models.journal",
    "JournaledModel": "models.journaled",
    "Missing": "personas.answers",
    "Option": "personas.questions",
    "Persona": "personas.persona",
    "Population": "personas.population",
    "Question": "personas.questions",
    "build_consensus": "graphs.consensus",
    "build_survey": "graphs.survey",
    "evaluate_survey": "evaluators.survey",
    "load_model": "models.registry",
}

__all__ = [
    "Answer",
    "Attribute",
    "Context",
    "Instrument",
    "Journal",
    "JournaledModel",
    "Missing",
    "Option",
    "Persona",
    "Population",
    "Question",
    "build_consensus",
    "build_survey",
    "evaluate_survey",
    "load_model",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
