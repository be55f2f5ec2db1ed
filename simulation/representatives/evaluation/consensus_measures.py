"""From statements and payoffs to measures of the consensus with intervals (Jarrett et al. 2025, eq. 16, 21 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ....evaluators.clusters import mean_of_means_with_interval
from ....evaluators.equivalence import representativity
from ....evaluators.wins import win_rates
from ....personas.representatives.judging import Verdict
from .judging import Pair
from .payoff_table import Floats, PayoffTable
from .plan import EvaluationPlan
from .substituting import Play, Regime, Statements

SUBSTITUTED: tuple[Regime, ...] = ("one", "all")


def discrepancy(plan: EvaluationPlan, table: PayoffTable, regime: Regime, contestant: str = "") -> dict[str, Any]:
    """`representativity` of a contestant in a regime: signed, absolute and more, over the family and by mediator."""
    found = representativity(
        table.values["base", ""],
        table.values[regime, contestant],
        table.groups_by_mediator(),
        bootstrap=plan.config.bootstrap,
        seed=plan.seed,
    )
    return _from_0(found) | {"mechanisms": {name: _from_0(part) for name, part in found["mechanisms"].items()}}


def absolute_gain(
    plan: EvaluationPlan, table: PayoffTable, kind: tuple[Regime, str], other: tuple[Regime, str]
) -> dict[str, Any]:
    """Absolute discrepancy of one kind of play minus another's, participant by participant; below 0, the first is closer."""
    pairs = zip(table.shifts(*kind), table.shifts(*other), strict=True)
    differences: list[Floats] = [np.abs(a) - np.abs(b) for a, b in pairs]
    groups = [table.groups] * len(differences)
    return mean_of_means_with_interval(differences, groups, plan.config.bootstrap, plan.seed)


def statement_pairs(statements: Statements, contestant: str, regime: Regime, baseline: str = "") -> list[Pair]:
    """A contestant's statements beside a baseline's of the same mediator, episode and replicate.

    Args:
        statements: Of all plays.
        contestant: Whose statements.
        regime: `one` or `all` substituted.
        baseline: Another contestant in the same regime; "" is the statement with nobody substituted.
    """
    pairs = []
    for play, text in statements.items():
        if (play.contestant, play.regime) == (contestant, regime):
            place = (play.mediator, play.episode, play.replicate)
            other = Play(*place, regime, baseline, play.persona) if baseline else Play(*place, "base")
            names = (play.mediator, play.replicate, regime, play.persona)
            pairs.append(Pair(play.episode, text, statements[other], names))
    return pairs


def statement_wins(plan: EvaluationPlan, pairs: Sequence[Pair], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """`win_rates` of statements, all mediators together."""
    return win_rates(
        [np.nan if v.first is None else v.first for v in verdicts],
        [np.nan if v.second is None else v.second for v in verdicts],
        [plan.cluster(pair.episode) for pair in pairs],
        margin=plan.config.margin,
        bootstrap=plan.config.bootstrap,
        seed=plan.seed,
    )


def changed(statements: Statements, contestant: str, regime: Regime) -> Mapping[str, int]:
    """How many statements differ from the one with nobody substituted, of how many; counts have no interval."""
    pairs = statement_pairs(statements, contestant, regime)
    return {"statements": len(pairs), "changed": sum(pair.text != pair.other for pair in pairs)}


def _from_0(found: dict[str, Any]) -> dict[str, Any]:
    # Widening for few groups can push the interval of a mean of absolute values below 0.
    cut = {
        name: found[name] | {"ci": [max(end, 0.0) for end in found[name]["ci"]]}
        for name in ("absolute", "absolute_in_halves", "noise_floor")
        if found[name]["ci"]
    }
    return found | cut
