"""Mechanisms: how a group statement comes about."""

from .baselines import best_opinion, median_opinion, random_opinion
from .desk import Desk
from .finding import UnknownMediatorError, find_mediator, mediator_names
from .habermas import habermas
from .isoelastic import WelfareError, equivalent_payoff, isoelastic, welfare_ranks
from .needs import check_needs
from .options import OptionError
from .protocol import Case, Mediator, MediatorError, Ruling
from .summary import summary
from .welfare import welfare

__all__ = [
    "Case",
    "Desk",
    "Mediator",
    "MediatorError",
    "OptionError",
    "Ruling",
    "UnknownMediatorError",
    "WelfareError",
    "best_opinion",
    "check_needs",
    "equivalent_payoff",
    "find_mediator",
    "habermas",
    "isoelastic",
    "median_opinion",
    "mediator_names",
    "random_opinion",
    "summary",
    "welfare",
    "welfare_ranks",
]
