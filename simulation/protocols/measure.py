"""Measures of a protocol's run: how opinions changed, what was endorsed, how votes came out; condition by condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...evaluators.change import opinion_change
from ...evaluators.clusters import mean_with_interval
from ..compare.measure import measure_mechanisms
from ..compare.payoffs import expected
from ..export import long_table, transcripts
from ..folder import RunFolder
from ..plan import Plan
from .ballots import measure_votes
from .topologies import measure_topologies

if TYPE_CHECKING:
    import pandas as pd


def measure_protocol(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    """Measures a complete run of a protocol.

    Returns:
        By condition: `change` from the first poll of an item to its last (`evaluators.change`), `rounds` over all its
        polls (`evaluators.convergence`), `ratings` of every statement rated, and `votes` (`evaluators.verdicts`); and
        `topologies` where conditions differ in who hears whom, `mechanisms` where they differ in the mechanism.

    Raises:
        InputError: The run is not complete.
    """
    table, told = long_table(folder.path), list(transcripts(folder.path))
    table["group"] = table["episode"].map({t["episode"]: t["group"] for t in told})
    table["expected"] = [expected(p) for p in table["probabilities"]]
    weights = {p.id: p.weight for p in plan.population}
    found: dict[str, Any] = {}
    for c in plan.study.conditions:
        part, own = table[table["condition"] == c.name], [t for t in told if t["condition"] == c.name]
        polls = _polls(part, own)
        settings = {"bootstrap": plan.study.evaluation.bootstrap, "seed": plan.study.seed}
        found[c.name] = {
            "polls": {item: list(steps) for item, steps in polls.items()},
            "change": _change(part, polls, weights, settings),
            "ratings": _ratings(part, own, settings),
            "votes": measure_votes(own),
        }
    return {
        "kind": "protocol",
        "protocol": plan.study.protocol.name if plan.study.protocol else None,
        "conditions": found,
        "topologies": measure_topologies(plan, told),
        "mechanisms": measure_mechanisms(folder, plan),
    }


def _polls(part: pd.DataFrame, told: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By item, the polls that asked it, earliest first."""
    order = list(dict.fromkeys(step for t in told for step in (t.get("polls") or {})))
    asked = part[part["step"].isin(order)]
    items = dict.fromkeys(asked["item"])
    pairs = set(zip(asked["item"], asked["step"], strict=True))
    return {item: [step for step in order if (item, step) in pairs] for item in items}


def _change(
    part: pd.DataFrame, polls: Mapping[str, Sequence[str]], weights: Mapping[str, float], settings: Mapping[str, int]
) -> dict[str, Any] | None:
    """From the first poll of each item to its last; None where nothing was asked twice."""
    items = [item for item, steps in polls.items() if len(steps) > 1]
    if not items:
        return None
    ends = [_wide(part, {item: polls[item][end] for item in items}) for end in (0, -1)]
    people = ends[0].index.union(ends[1].index)
    before, after = (frame.reindex(index=people, columns=items).to_numpy(float) for frame in ends)
    groups = part.drop_duplicates("episode").set_index("episode")["group"]
    return opinion_change(
        before,
        after,
        groups.reindex(people.get_level_values("episode")).to_numpy(str),
        items=items,
        weights=[weights.get(p, 1.0) for p in people.get_level_values("persona")],
        middles=[_middle(part[part["item"] == item]) for item in items],
        **settings,
    )


def _wide(part: pd.DataFrame, steps: Mapping[str, str]) -> pd.DataFrame:
    """Expected answers of one poll of each item: a row per episode and persona, a column per item."""
    keys = ["episode", "persona"]
    rows = part[[steps.get(item) == step for item, step in zip(part["item"], part["step"], strict=True)]]
    return rows.pivot(index=keys, columns="item", values="expected")


def _middle(rows: pd.DataFrame) -> float:
    lengths = [len(p) for p in rows["probabilities"] if p is not None]
    return (1 + max(lengths)) / 2 if lengths else float("nan")


def _ratings(
    part: pd.DataFrame, told: Sequence[Mapping[str, Any]], settings: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Expected agreement with every statement that was rated, in the order of the protocol."""
    steps = dict.fromkeys(step for t in told for step in (t.get("ratings") or {}))
    rated = part[part["step"].isin(list(steps))]
    return [
        {"item": item, "step": rows["step"].iloc[0]}
        | mean_with_interval(rows["expected"], rows["group"], settings["bootstrap"], settings["seed"])
        | {"n": {"seats": int(np.isfinite(rows["expected"]).sum()), "groups": rows["group"].nunique()}}
        for item, rows in rated.groupby("item", sort=False)
    ]
