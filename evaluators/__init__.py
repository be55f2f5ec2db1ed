"""How well simulated people stand for real ones: pure functions of arrays and records."""

from .comparison import compare_conditions
from .consistency import cronbach_alpha
from .correlation import frobenius, weighted_correlation
from .distance import wasserstein
from .effective import effective_n
from .endorsement import endorsement_gain
from .payoffs import payoff_discrepancy, representativity
from .rates import Rates
from .ratings import evaluate_ratings
from .responses import Item, Responses
from .shares import answer_shares
from .survey import evaluate_survey
from .votes import evaluate_votes

__all__ = [
    "Item",
    "Rates",
    "Responses",
    "answer_shares",
    "compare_conditions",
    "cronbach_alpha",
    "effective_n",
    "endorsement_gain",
    "evaluate_ratings",
    "evaluate_survey",
    "evaluate_votes",
    "frobenius",
    "payoff_discrepancy",
    "representativity",
    "wasserstein",
    "weighted_correlation",
]
