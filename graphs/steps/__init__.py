"""Blocks out of which protocols are made: each a node or two of an ordinary LangGraph graph."""

from .discussing import discuss, talk
from .hearing import at_tables, tables
from .mediating import mediate, propose
from .polling import ask, position
from .ranking import rank
from .rating import rate
from .step import Step, chain, gather
from .task import StepError
from .voting import vote
from .writing import brief, collect

__all__ = [
    "Step",
    "StepError",
    "ask",
    "at_tables",
    "brief",
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
    "talk",
    "vote",
]
