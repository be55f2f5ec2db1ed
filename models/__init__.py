"""How text and probabilities are produced: one protocol, many servers, and the journal of calls."""

from .errors import ModelError
from .journal import Journal, JournalError
from .journaled import JournaledModel
from .protocol import (
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    LanguageModel,
    Message,
    Prompt,
    Request,
    Sampling,
    Score,
    ScoreRequest,
    Usage,
)
from .registry import ModelSpec, load_model

__all__ = [
    "Capabilities",
    "Choice",
    "ChooseRequest",
    "Generation",
    "Journal",
    "JournalError",
    "JournaledModel",
    "LanguageModel",
    "Message",
    "ModelError",
    "ModelSpec",
    "Prompt",
    "Request",
    "Sampling",
    "Score",
    "ScoreRequest",
    "Usage",
    "load_model",
]
