"""Conditions of a protocol against each other, on the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from ...evaluators.clusters import mean_with_interval
from ...evaluators.verdicts import compare_verdicts
from .ballots import ends_of, on_texts, voted_in

if TYPE_CHECKING:
    import pandas as pd


def compare_changes(
    changes: Mapping[str, pd.DataFrame], groups: Mapping[str, str], bootstrap: int, seed: int
) -> list[dict[str, Any]]:
    """How much more opinions changed in one condition than in another, item by item, person by person.

    Args:
        changes: By condition, each person's change: rows by episode and persona, a column per item.
        groups: The group of each episode: the cluster.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        For each pair of conditions and item `a`, `b`, `item`, the mean difference a − b as `{value, ci}`, and `n` people.
    """
    found = []
    for a, b in combinations(changes, 2):
        apart = changes[a] - changes[b]
        clusters = np.array([groups[episode] for episode in apart.index.get_level_values("episode")])
        for item in apart.columns:
            difference = apart[item].to_numpy(float)
            measured = mean_with_interval(difference, clusters, bootstrap, seed)
            found.append({"a": a, "b": b, "item": item, **measured, "n": int(np.isfinite(difference).sum())})
    return found


def compare_votes(told: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Differences between the verdicts of the same groups under several conditions (see `compare_verdicts`).

    Args:
        told: By condition, its transcripts.
    """
    by_episode = {name: {t["episode"]: t for t in ts if voted_in(t) and not on_texts(t)} for name, ts in told.items()}
    voted = {name: episodes for name, episodes in by_episode.items() if episodes}
    shared = set.intersection(*(set(e) for e in voted.values())) if len(voted) > 1 else set()
    if not shared:
        return []
    order = sorted(shared)
    ends = {name: ends_of([episodes[e] for e in order]) for name, episodes in voted.items()}
    options = {tuple(of) for _, of in ends.values()}
    if len(options) > 1:
        return []
    cases = [next(iter(voted.values()))[e]["group"] for e in order]
    return compare_verdicts({name: e for name, (e, _) in ends.items()}, list(options.pop()), cases=cases)
