"""Two contestants on the same texts and episodes: paired differences with intervals."""

from __future__ import annotations

from typing import Any

from ....personas.representatives.prompting import Step
from .consensus_measures import SUBSTITUTED, absolute_gain
from .contestants import Contestant
from .measuring import HUMAN, Found
from .plan import EvaluationPlan
from .text_measures import likelihood_gain, text_wins_gain

NO_JUDGE = "not measured: no judge is named (evaluation.judge)"
NO_MEDIATOR = "not measured: no mediator is named (evaluation.mediators)"
NO_PAYOFF = "not measured: it is not said what payoffs rest on (evaluation.payoff)"
NO_CRITIQUES = (
    "not measured: the representatives were not trained to criticise drafts, the step in which people are substituted"
)
NO_EPISODES = "not measured: no held-out episode has a draft, and everybody's opinion and critique, on record"


def unmeasured(reason: str) -> dict[str, Any]:
    """What stands in the place of a measure that was not taken."""
    return {"value": None, "ci": None, "reason": reason}


def no_consensus(plan: EvaluationPlan) -> str:
    """Why no episode was played again; "" where some were."""
    if "critique" not in plan.steps:
        return NO_CRITIQUES
    if not plan.replayed:
        return NO_EPISODES
    return "" if plan.config.mediators else NO_MEDIATOR


def compare(
    plan: EvaluationPlan, found: Found, contestant: Contestant, other: Contestant, step: Step
) -> dict[str, Any]:
    """One contestant minus another, on the same texts and episodes.

    Returns:
        `contestant` and `against`; `log_likelihood` as `likelihood_difference` (above 0, the first is better), `win_rate`
        against the humans (above 0, the first is better), and `absolute` discrepancy with `one` and `all` substituted
        (below 0, the first is closer).
    """
    return {
        "contestant": contestant.name,
        "against": other.name,
        "log_likelihood": _likelihood(plan, found, contestant.name, other.name, step),
        "win_rate": _wins(plan, found, contestant.name, other.name, step),
        "absolute": {
            regime: absolute_gain(plan, found.payoffs, (regime, contestant.name), (regime, other.name))
            if found.payoffs
            else unmeasured(no_consensus(plan) or NO_PAYOFF)
            for regime in SUBSTITUTED
        },
    }


def _likelihood(plan: EvaluationPlan, found: Found, a: str, b: str, step: Step) -> dict[str, Any]:
    gone = [found.unscored[name] for name in (a, b) if name in found.unscored]
    if gone:
        return unmeasured(f"not measured: {gone[0]}")
    return likelihood_gain(plan, found.scores[a], found.scores[b], step)


def _wins(plan: EvaluationPlan, found: Found, a: str, b: str, step: Step) -> dict[str, Any]:
    if (a, HUMAN) not in found.verdicts:
        return unmeasured(NO_JUDGE)
    return text_wins_gain(plan, found.verdicts[a, HUMAN], found.verdicts[b, HUMAN], step)
