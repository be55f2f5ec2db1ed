"""Mechanisms of a run against each other, on the same groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...evaluators.mechanisms import compare_mechanisms
from ..conditions import ConditionConfig
from ..folder import RunFolder
from ..mechanisms import DEFAULT
from ..plan import Plan
from .payoffs import outcomes_of


def families(conditions: Sequence[ConditionConfig]) -> dict[str, dict[str, str]]:
    """The conditions that differ in their mechanism only: by what they share, the condition of each mechanism."""
    found: dict[str, dict[str, str]] = {}
    labels = Counter((_shared(c), _mechanism(c)) for c in conditions)
    for c in conditions:
        # Two of one label, such as functions of one name from two files, go by their conditions' names.
        told = _mechanism(c) if labels[_shared(c), _mechanism(c)] == 1 else c.name
        found.setdefault(_shared(c), {})[told] = c.name
    return found


def _shared(c: ConditionConfig) -> str:
    """What a condition says besides its mechanism."""
    options = ", ".join(f"{key}={value}" for key, value in c.options.items())
    model = c.model.spec if c.model else ""
    return " / ".join(part for part in (c.conditioning, c.matching or "", model, options) if part)


def _mechanism(c: ConditionConfig) -> str:
    return c.mechanism.label if c.mechanism else DEFAULT


def measure_mechanisms(folder: RunFolder, plan: Plan) -> list[dict[str, Any]]:
    """Compares the mechanisms of a complete run, family by family.

    Returns:
        For every way of conditioning under which there are two mechanisms or more: `conditioning`, how many `episodes` of
        how many `groups`, `seats` of a group at most, `options` of the scale, and what `compare_mechanisms` gives, for
        which every episode is a row and those of a group hang together.
    """
    compared = {shared: named for shared, named in families(plan.study.conditions).items() if len(named) > 1}
    outcomes = outcomes_of(folder, plan) if compared else None
    if outcomes is None:
        return []
    return [
        {
            "conditioning": shared,
            "episodes": len(outcomes.groups),
            "groups": len(set(outcomes.groups.tolist())),
            "seats": next(iter(outcomes.payoffs.values())).shape[1],
            "options": outcomes.options,
            **compare_mechanisms(
                {mechanism: outcomes.payoffs[name] for mechanism, name in named.items()},
                {mechanism: outcomes.endorsed[name] for mechanism, name in named.items()},
                groups=outcomes.groups,
                bootstrap=plan.study.evaluation.bootstrap,
                seed=plan.study.seed,
            ),
        }
        for shared, named in compared.items()
    ]
