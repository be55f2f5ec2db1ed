"""Statement voting as in Polis: opinion groups, what they share and what divides them, with intervals.

The source is Small et al. 2021 (see `opinion_map`); docs/polis.md says where this differs from the Polis software.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import metric, percentile_interval
from .opinion_continuum import continuum_silhouettes
from .opinion_draws import Draws, draw
from .opinion_grouping import MIN_VOTES, Grouping, find_groups
from .opinion_statements import (
    SIDES,
    Counts,
    Side,
    consensus,
    count_votes,
    difference_z,
    majorities,
    probability,
    representativeness,
    representatives,
)

Floats = NDArray[np.float64]
BOOTSTRAP = 200
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_CONTINUA = 99


def evaluate_opinion_groups(
    votes: Floats,
    statements: Sequence[str],
    participants: Sequence[str],
    *,
    min_votes: int = MIN_VOTES,
    groups: int | None = None,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> dict[str, Any]:
    """The opinion groups of a conversation, and every statement's measures, as plain data.

    Args:
        votes: Shape (n, m): 1 agree, -1 disagree, 0 pass, NaN not seen.
        statements: The m statements' names.
        participants: The n participants' names.
        min_votes: Who cast fewer is left out and counted.
        groups: How many groups; None chooses.
        bootstrap: Resamples for intervals, and (99 at most) conversations without groups to compare with; 0 for none.
        seed: Of everything random.

    Returns:
        `participants`, `left_out`, `k`, `k_of_resamples`, `groups` (the largest is A), `silhouette`, `stability`,
        `continuum`, `statements`, `majority`, `members`; docs/polis.md explains each. `ci` are 95 % intervals.

    Raises:
        TooFewVotes: Too few people are left to tell groups.
        ValueError: The votes are no such matrix, or names and matrix differ in length.
    """
    if np.shape(votes) != (len(participants), len(statements)):
        raise ValueError(f"{len(participants)} participants and {len(statements)} statements, votes {np.shape(votes)}")
    grouping = find_groups(votes, min_votes=min_votes, k=groups, seed=seed)
    counts = count_votes(grouping.votes, grouping.labels, grouping.k)
    draws = draw(grouping, bootstrap, seed, choose=groups is None)
    names = [LETTERS[g] for g in range(grouping.k)]
    return {
        "participants": len(participants),
        "left_out": int((~grouping.kept).sum()),
        "min_votes": min(min_votes, len(statements)),
        "k": grouping.k,
        "k_chosen": groups is None,
        "k_of_resamples": _shares_of_k(draws),
        "groups": [
            {
                "group": name,
                "n": int((grouping.labels == g).sum()),
                "share": metric(float((grouping.labels == g).mean()), percentile_interval(draws.shares[:, g])),
                "representative": _representative(counts, draws, g, statements),
            }
            for g, name in enumerate(names)
        ],
        "silhouette": _silhouette(grouping, draws),
        "stability": _stability(grouping, draws),
        "continuum": _continuum(grouping, groups, min(bootstrap, MOST_CONTINUA), seed),
        "explained": [float(x) for x in grouping.opinion_map.explained],
        "statements": _statements(counts, draws, statements, names),
        "majority": {side: _majority(counts, draws, side, statements) for side in SIDES},
        "members": _members(grouping, participants, names),
        "bootstrap": bootstrap,
        "seed": seed,
    }


def _shares_of_k(draws: Draws) -> dict[str, float]:
    """How often resamples choose each number of groups; empty where it was given or nothing was resampled."""
    chosen = draws.k[np.isfinite(draws.k)].astype(int)
    return {str(k): float((chosen == k).mean()) for k in np.unique(chosen)}


def _silhouette(grouping: Grouping, draws: Draws) -> dict[str, Any]:
    by_k = {str(k): value for k, value in grouping.candidates.items()}
    value = grouping.candidates.get(grouping.k, float("nan"))
    reason = "" if grouping.k > 1 else "there is one group"
    return metric(value, percentile_interval(draws.silhouette), reason, by_k=by_k)


def _stability(grouping: Grouping, draws: Draws) -> dict[str, Any]:
    if grouping.k == 1:
        return metric(float("nan"), None, "there is one group")
    there = draws.stability[np.isfinite(draws.stability)]
    found = metric(float(there.mean()) if len(there) else float("nan"), percentile_interval(there))
    return found | {"ci_of": "one resample"}  # the spread of what resamples give, not of their mean


def _continuum(grouping: Grouping, groups: int | None, draws: int, seed: int) -> dict[str, Any]:
    """How often people who differ by degree only look as divided: a p-value for there being groups at all."""
    if not grouping.candidates or not draws:
        return {"p": None, "reason": "there is one group" if draws else "no resamples were asked for"}
    found = continuum_silhouettes(grouping, groups, draws, seed)
    found = found[np.isfinite(found)]
    reached = int((found >= max(grouping.candidates.values())).sum())
    mean = float(found.mean()) if len(found) else float("nan")
    return {
        "p": (1 + reached) / (1 + len(found)),
        "silhouette": metric(mean, percentile_interval(found)),
        "draws": len(found),
    }


def _statements(counts: Counts, draws: Draws, statements: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    p = {side: probability(counts, side) for side in SIDES}
    together = {side: consensus(p[side]) for side in SIDES}
    return [
        {
            "statement": statement,
            "votes": {
                name: {
                    "agree": int(counts.agree[g, j]),
                    "disagree": int(counts.disagree[g, j]),
                    "pass": int(counts.passed[g, j]),
                    "seen": int(counts.seen[g, j]),
                }
                for g, name in enumerate(names)
            },
            "group_aware_consensus": {
                side: metric(float(together[side][j]), percentile_interval(draws.consensus[side][:, j]))
                for side in SIDES
            },
            "difference": _difference(p["agree"][:, j], draws.probability["agree"][:, :, j], names),
        }
        for j, statement in enumerate(statements)
    ]


def _difference(p: Floats, drawn: NDArray[np.float32], names: Sequence[str]) -> dict[str, Any]:
    """By how much the group that agrees most does so more than the one that agrees least."""
    if len(p) == 1:
        return metric(float("nan"), None, "there is one group")
    high, low = int(np.argmax(p)), int(np.argmin(p))
    if high == low:
        high, low = 0, 1
    apart = (drawn[:, high] - drawn[:, low]).astype(float)
    return metric(float(p[high] - p[low]), percentile_interval(apart), most=names[high], least=names[low])


def _representative(counts: Counts, draws: Draws, group: int, statements: Sequence[str]) -> list[dict[str, Any]]:
    if len(counts.seen) == 1:
        return []
    found = []
    for one in representatives(counts, group):
        j, side = one.statement, one.side
        p, ratio = probability(counts, side)[group, j], representativeness(counts, side)[group, j]
        found.append(
            {
                "statement": statements[j],
                "side": side,
                "probability": metric(float(p), _interval(draws.probability[side][:, group, j])),
                "ratio": metric(float(ratio), _interval(draws.ratio[side][:, group, j])),
                "z": float(difference_z(counts, side)[group, j]),
                "passes": one.significant,
            }
        )
    return found


def _interval(drawn: NDArray[np.float32]) -> list[float] | None:
    return percentile_interval(drawn.astype(float))


def _majority(counts: Counts, draws: Draws, side: Side, statements: Sequence[str]) -> list[dict[str, Any]]:
    p = probability(counts.everybody(), side)[0]
    seen = counts.seen.sum(axis=0)
    return [
        {"statement": statements[j], "seen": int(seen[j])}
        | {"probability": metric(float(p[j]), percentile_interval(draws.majority[side][:, j]))}
        for j in majorities(counts, side)
    ]


def _members(grouping: Grouping, participants: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    placed = iter(zip(grouping.labels, grouping.points, grouping.votes, strict=True))
    members: list[dict[str, Any]] = []
    for participant, kept in zip(participants, grouping.kept, strict=True):
        if not kept:
            members.append({"participant": participant, "group": None, "reason": "fewer votes than min_votes"})
            continue
        label, (x, y), votes = next(placed)
        members.append({"participant": participant, "group": names[label], "x": float(x), "y": float(y)})
        members[-1]["votes"] = int(np.isfinite(votes).sum())
    return members
