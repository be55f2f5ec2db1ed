"""From scores and verdicts on held-out texts to measures with intervals (Jarrett et al. 2025, eq. 19 and 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....evaluators.clusters import mean_with_interval
from ....evaluators.likelihood import likelihood_difference, likelihood_table
from ....evaluators.wins import pair_results, win_rates
from ....personas.representatives.judging import Verdict
from ....personas.representatives.prompting import Step
from ....personas.representatives.variant import Variant
from .plan import EvaluationPlan, Key
from .scoring import Scored

Verdicts = Mapping[tuple[Key, int], Verdict]
Floats = NDArray[np.float64]


def likelihoods(plan: EvaluationPlan, scores: Mapping[Key, Scored], step: Step) -> dict[str, Any]:
    """`likelihood_table` of a contestant's scores in one step."""
    keys = _keys(plan, step)
    held = [scores[key] for key in keys]
    return likelihood_table(
        [s.log_likelihood for s in held],
        [s.tokens for s in held],
        _words(plan, keys),
        _groups(plan, keys),
        bootstrap=plan.config.bootstrap,
        seed=plan.seed,
    )


def likelihood_gain(
    plan: EvaluationPlan, scores: Mapping[Key, Scored], others: Mapping[Key, Scored], step: Step
) -> dict[str, Any]:
    """`likelihood_difference` of one contestant's scores and another's in one step; above 0, the first is better."""
    keys = _keys(plan, step)
    return likelihood_difference(
        [scores[key].log_likelihood for key in keys],
        [others[key].log_likelihood for key in keys],
        [scores[key].tokens for key in keys],
        _words(plan, keys),
        _groups(plan, keys),
        b_tokens=[others[key].tokens for key in keys],
        bootstrap=plan.config.bootstrap,
        seed=plan.seed,
    )


def text_wins(plan: EvaluationPlan, verdicts: Verdicts, step: Step) -> dict[str, Any]:
    """`win_rates` of a contestant against a baseline in one step, replicates included."""
    first, second, groups = _verdicts(plan, verdicts, step)
    return win_rates(first, second, groups, margin=plan.config.margin, bootstrap=plan.config.bootstrap, seed=plan.seed)


def text_wins_gain(plan: EvaluationPlan, verdicts: Verdicts, others: Verdicts, step: Step) -> dict[str, Any]:
    """The win rate of one contestant minus another's, over the same texts and the same baseline; in [-1, 1]."""
    first, second, groups = _verdicts(plan, verdicts, step)
    other_first, other_second, _ = _verdicts(plan, others, step)
    margin = plan.config.margin
    difference = pair_results(first, second, margin) - pair_results(other_first, other_second, margin)
    return mean_with_interval(difference, groups, plan.config.bootstrap, plan.seed)


def _keys(plan: EvaluationPlan, step: Step) -> list[Key]:
    return [key for key in plan.keys if key[2] == step]


def _groups(plan: EvaluationPlan, keys: Sequence[Key]) -> list[str]:
    return [plan.cluster(key[0], key[1]) for key in keys]


def _words(plan: EvaluationPlan, keys: Sequence[Key]) -> list[int]:
    shown = plan.demonstrations(Variant())
    return [len(shown[key].text.split()) for key in keys]


def _verdicts(plan: EvaluationPlan, verdicts: Verdicts, step: Step) -> tuple[Floats, Floats, list[str]]:
    chosen = [(key, v) for (key, _), v in verdicts.items() if key[2] == step]
    groups = [plan.cluster(key[0], key[1]) for key, _ in chosen]
    return _numbers([v.first for _, v in chosen]), _numbers([v.second for _, v in chosen]), groups


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=float)
