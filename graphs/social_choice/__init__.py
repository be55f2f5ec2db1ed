"""Social choice rules: from the voters' rankings to the group's.

Every rule is a pure function `rule(ranks, unranked="tied_last", …)`. `ranks` has the shape (voters, candidates), lower is
better, equal is tied, NaN is unranked. It returns social ranks of shape (candidates,): from 0 without gaps, lower is better,
equal is tied.

    >>> from minipublic.graphs.social_choice import schulze, winners
    >>> schulze([[0, 1, 2], [0, 1, 2], [2, 0, 1]]).tolist()
    [0, 1, 2]
    >>> winners(schulze([[0, 1], [1, 0]])).tolist()
    [0, 1]
"""

from .ballots import ChoiceError
from .beatpath import schulze, schulze_many
from .condorcet import copeland, minimax
from .elimination import instant_runoff
from .locking import ranked_pairs
from .median import kemeny_young
from .order import winners
from .pairwise import pairwise_counts
from .positional import approval, borda, plurality
from .rules import RULES, Rule, rule_named
from .ties import break_ties

__all__ = [
    "RULES",
    "ChoiceError",
    "Rule",
    "approval",
    "borda",
    "break_ties",
    "copeland",
    "instant_runoff",
    "kemeny_young",
    "minimax",
    "pairwise_counts",
    "plurality",
    "ranked_pairs",
    "rule_named",
    "schulze",
    "schulze_many",
    "winners",
]
