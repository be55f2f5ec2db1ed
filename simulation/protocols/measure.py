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
from .pairs import compare_changes, compare_votes
from .rounds import measure_rounds
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
    changes: dict[str, pd.DataFrame] = {}
    by_condition: dict[str, list[dict[str, Any]]] = {}
    settings = {"bootstrap": plan.study.evaluation.bootstrap, "seed": plan.study.seed}
    for c in plan.study.conditions:
        part, own = table[table["condition"] == c.name], [t for t in told if t["condition"] == c.name]
        polls = _polls(part, own)
        by_condition[c.name] = own
        ends = _ends(part, polls)
        if ends:
            changes[c.name] = ends[1] - ends[0]
        found[c.name] = {
            "polls": {item: list(steps) for item, steps in polls.items()},
            "change": _change(part, ends, weights, settings),
            "rounds": measure_rounds(own, polls, _options(part), **settings),
            "ratings": _ratings(part, own, settings),
            "votes": measure_votes(own),
        }
    return {
        "kind": "protocol",
        "protocol": plan.study.protocol.name if plan.study.protocol else None,
        "conditions": found,
        "panels": list(plan.seating.panels),
        "change_pairs": compare_changes(changes, {t["episode"]: t["group"] for t in told}, **settings),
        "vote_pairs": compare_votes(by_condition),
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


def _ends(part: pd.DataFrame, polls: Mapping[str, Sequence[str]]) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Expected answers in the first and the last poll of every item that was asked twice; None where none was.

    Rows by episode and persona, a column per item. The last poll is the last one that the episode held.
    """
    import pandas as pd

    place = {(item, step): k for item, steps in polls.items() if len(steps) > 1 for k, step in enumerate(steps)}
    if not place:
        return None
    order = [place.get(key) for key in zip(part["item"], part["step"], strict=True)]
    asked = part.assign(order=pd.Series(order, index=part.index, dtype=float)).dropna(subset="order")
    held = asked.groupby(["episode", "item"])["order"].transform("max")
    first, last = (
        rows.pivot(index=["episode", "persona"], columns="item", values="expected")
        for rows in (asked[asked["order"] == 0], asked[asked["order"] == held])
    )
    return first, last.reindex(index=first.index, columns=first.columns)


def _change(
    part: pd.DataFrame,
    ends: tuple[pd.DataFrame, pd.DataFrame] | None,
    weights: Mapping[str, float],
    settings: Mapping[str, int],
) -> dict[str, Any] | None:
    if ends is None:
        return None
    before, after = ends
    options, groups = _options(part), part.drop_duplicates("episode").set_index("episode")["group"]
    return opinion_change(
        before.to_numpy(float),
        after.to_numpy(float),
        groups.reindex(before.index.get_level_values("episode")).to_numpy(str),
        items=list(before.columns),
        weights=[weights.get(p, 1.0) for p in before.index.get_level_values("persona")],
        middles=[(1 + options[item]) / 2 if item in options else float("nan") for item in before.columns],
        **settings,
    )


def _options(part: pd.DataFrame) -> dict[str, int]:
    """By item, how many points its scale has; items answered without probabilities are not there."""
    found: dict[str, int] = {}
    for item, p in zip(part["item"], part["probabilities"], strict=True):
        if p is not None and len(p):
            found[item] = max(found.get(item, 0), len(p))
    return found


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
