"""What is written to `representatives.json`: every measure with its interval, or the reason why it has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from ....personas.answers import Missing
from ....personas.representatives.prompting import Step
from .ablation import ablation
from .comparing import NO_JUDGE, NO_PAYOFF, compare, no_consensus, unmeasured
from .consensus_measures import SUBSTITUTED, absolute_gain, changed, discrepancy, statement_wins
from .contestants import TRUTH, Contestant
from .measuring import HUMAN, Found
from .plan import EvaluationPlan
from .samples import sample_texts
from .text_measures import likelihoods, text_wins

WINS = ("win_rate", "preference", "ties", "agreement", "position_bias")


def summarize(plan: EvaluationPlan, found: Found, models: Mapping[str, str]) -> dict[str, Any]:
    """All measures of an evaluation.

    Args:
        plan: What was measured.
        found: What was found.
        models: The models' names by key.
    """
    by_name = {c.name: c for c in plan.contestants}
    trained = [c for c in plan.contestants if c.vanilla]
    return {
        "kind": "representatives",
        "study": plan.study,
        "seed": plan.seed,
        "steps": list(plan.steps),
        "cluster": plan.config.cluster,
        "payoff": {"source": found.payoffs.source, "unit": found.payoffs.unit} if found.payoffs else None,
        "models": dict(models),
        "n": _counts(plan),
        "not_measured": _not_measured(plan, found),
        "contestants": {c.name: _contestant(plan, found, c, models) for c in plan.contestants},
        "floor": _floor(plan, found),
        "differences": [compare(plan, found, c, by_name[c.vanilla], main_step(plan)) for c in trained],
        "ablation": ablation(plan, found, main_step(plan)),
        "samples": sample_texts(plan, found),
    }


def main_step(plan: EvaluationPlan) -> Step:
    """The step that the table is about: the critique where it was trained."""
    return "critique" if "critique" in plan.steps else plan.steps[0]


def _counts(plan: EvaluationPlan) -> dict[str, int]:
    return {
        "held_out_episodes": len(plan.episodes),
        "held_out_people": len(plan.episodes.population),
        "texts": len(plan.keys),
        "episodes_played": len(plan.replayed) if plan.measures_consensus else 0,
        "replicates": plan.config.replicates,
        "clusters": len({plan.cluster(key[0], key[1]) for key in plan.keys}),
    }


def _not_measured(plan: EvaluationPlan, found: Found) -> list[str]:
    gone = [] if found.verdicts else [f"win rates: {NO_JUDGE}"]
    if not found.payoffs:
        gone.append(f"payoff discrepancy: {no_consensus(plan) or NO_PAYOFF}")
    return [*gone, *(f"log-likelihood of {name}: {why}" for name, why in found.unscored.items()), *plan.left_out]


def _contestant(plan: EvaluationPlan, found: Found, one: Contestant, models: Mapping[str, str]) -> dict[str, Any]:
    main = main_step(plan)
    others: list[Step] = [step for step in plan.steps if step != main]
    return {
        "kind": one.kind,
        "base": one.base or None,
        "variant": str(one.variant),
        "vanilla": one.vanilla or None,
        "model": models.get(one.model),
        "told": _told(plan, one),
        **_texts(plan, found, one, main),
        "other_steps": {step: _texts(plan, found, one, step) for step in others},
        "payoff_discrepancy": {regime: _discrepancy(plan, found, one, regime) for regime in SUBSTITUTED},
        "all_minus_one": _gain(plan, found, ("all", one.name), ("one", one.name)),
        "above_floor": _above_floor(plan, found, one),
        "consensus_win_rate": _consensus_wins(plan, found, one),
    }


def _told(plan: EvaluationPlan, one: Contestant) -> dict[str, float]:
    """How much of D, O, C and P a prompt shows, on average; what a person has on record limits it."""
    shown = plan.demonstrations(one.variant)
    return {letter: float(np.mean([shown[key].used[letter] for key in plan.keys])) for letter in "DOCP"}


def _texts(plan: EvaluationPlan, found: Found, one: Contestant, step: Step) -> dict[str, Any]:
    baselines = {"human": HUMAN, "vanilla": one.vanilla}
    wins = {
        name: text_wins(plan, found.verdicts[one.name, baseline], step)
        for name, baseline in baselines.items()
        if (one.name, baseline) in found.verdicts
    }
    missing = [t.reason for (key, _), t in found.texts[one.name].items() if key[2] == step and isinstance(t, Missing)]
    measures = {
        measure: {name: wins[name][measure] if name in wins else _no_wins(one, name) for name in baselines}
        for measure in WINS
    }
    scored = found.scores.get(one.name)
    return {
        "log_likelihood": likelihoods(plan, scored, step) if scored else unmeasured(found.unscored[one.name]),
        **measures,
        "n": {
            "written": sum(key[2] == step for key, _ in found.texts[one.name]),
            "missing": dict(Counter(missing)),
            "judged": {name: wins[name]["n"] for name in wins},
        },
    }


def _no_wins(one: Contestant, baseline: str) -> dict[str, Any]:
    alone = baseline == "vanilla" and not one.vanilla
    return unmeasured("has no vanilla counterpart" if alone else NO_JUDGE)


def _discrepancy(plan: EvaluationPlan, found: Found, one: Contestant, regime: Any) -> dict[str, Any]:
    if not found.payoffs:
        nothing = unmeasured(no_consensus(plan) or NO_PAYOFF)
        return {"signed": nothing, "absolute": nothing}
    return discrepancy(plan, found.payoffs, regime, one.name) | {
        "statements": changed(found.statements, one.name, regime)
    }


def _gain(plan: EvaluationPlan, found: Found, kind: Any, other: Any) -> dict[str, Any]:
    if not found.payoffs:
        return unmeasured(no_consensus(plan) or NO_PAYOFF)
    return absolute_gain(plan, found.payoffs, kind, other)


def _above_floor(plan: EvaluationPlan, found: Found, one: Contestant) -> dict[str, Any]:
    known = any(c.name == TRUTH for c in plan.contestants)
    nothing = unmeasured("people cannot be drawn again: no truth is named (evaluation.truth)")
    return {
        "other_seeds": {r: _gain(plan, found, (r, one.name), ("floor", "")) for r in SUBSTITUTED},
        "resampled": {r: _gain(plan, found, (r, one.name), (r, TRUTH)) if known else nothing for r in SUBSTITUTED},
    }


def _consensus_wins(plan: EvaluationPlan, found: Found, one: Contestant) -> dict[str, Any]:
    wins: dict[str, Any] = {}
    for name, baseline in {"human": HUMAN, "vanilla": one.vanilla}.items():
        wins[name] = {}
        for regime in SUBSTITUTED:
            held = found.statement_verdicts.get((one.name, baseline, regime))
            reason = no_consensus(plan) or _no_wins(one, name)["reason"]
            wins[name][regime] = statement_wins(plan, *held) if held else unmeasured(reason)
    return wins


def _floor(plan: EvaluationPlan, found: Found) -> dict[str, Any]:
    """How far payoffs move without anybody being replaced: by other seeds, and by people who speak again."""
    if not found.payoffs:
        return unmeasured(no_consensus(plan) or NO_PAYOFF)
    if any(c.name == TRUTH for c in plan.contestants):
        again: dict[str, Any] = {r: discrepancy(plan, found.payoffs, r, TRUTH) for r in SUBSTITUTED}
    else:
        again = unmeasured("people cannot be drawn again: no truth is named (evaluation.truth)")
    return {"other_seeds": discrepancy(plan, found.payoffs, "floor"), "resampled": again}
