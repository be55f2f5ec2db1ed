"""How well simulated people stand for real ones: pure functions of arrays and records."""

from .change import opinion_change
from .comparison import compare_conditions
from .confusion import confusion
from .consistency import cronbach_alpha
from .convergence import convergence
from .correlation import frobenius, weighted_correlation
from .differences import Contrast
from .distance import wasserstein
from .effective import effective_n
from .effects import compare_effects
from .endorsement import endorsement_gain
from .equivalence import representativity
from .likelihood import likelihood_difference, likelihood_table
from .mechanisms import compare_mechanisms
from .payoffs import payoff_discrepancy
from .polarisation import polarisation, polarisation_by_topology
from .rates import Rates
from .ratings import evaluate_ratings
from .responses import Item, Responses
from .shares import answer_shares
from .stopping import stopping_rules
from .survey import evaluate_survey
from .verdicts import compare_verdicts, jury_verdicts
from .votes import evaluate_votes
from .wins import pair_results, win_rates

__all__ = [
    "Contrast",
    "Item",
    "Rates",
    "Responses",
    "answer_shares",
    "compare_conditions",
    "compare_effects",
    "compare_mechanisms",
    "compare_verdicts",
    "confusion",
    "convergence",
    "cronbach_alpha",
    "effective_n",
    "endorsement_gain",
    "evaluate_ratings",
    "evaluate_survey",
    "evaluate_votes",
    "frobenius",
    "jury_verdicts",
    "likelihood_difference",
    "likelihood_table",
    "opinion_change",
    "pair_results",
    "payoff_discrepancy",
    "polarisation",
    "polarisation_by_topology",
    "representativity",
    "stopping_rules",
    "wasserstein",
    "weighted_correlation",
    "win_rates",
]
