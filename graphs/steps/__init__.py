"""Blocks out of which protocols are made: each a node or two of an ordinary LangGraph graph."""

from .discussing import discuss, tables
from .mediating import mediate, propose
from .polling import ask, position
from .ranking import rank
from .rating import rate
from .step import Step, chain, gather
from .task import StepError
from .voting import vote
from .writing import collect

__all__ = [
    "Step",
    "StepError",
    "ask",
    "chain",
    "collect",
    "discuss",
    "gather",
    "mediate",
    "position",
    "propose",
    "rank",
    "rate",
    "tables",
    "vote",
]
