"""How far opinions spread and fall into camps, in a public and among those who hear each other; by topology.

Every number is of one question's positions on an ordered scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import bias, metric
from .neighbours import network_numbers
from .ordinal import agreement, categories, esteban_ray, mean_distance
from .ratios import Ratios, clustered_ratios, drawn_interval
from .resampling import cluster_weights

Floats = NDArray[np.float64]
MEASURES = ("variance", "distance", "polarisation", "agreement", "local_agreement", "sorting", "assortativity")
RANGES = {"agreement": (-1.0, 1.0), "sorting": (-1.0, 1.0), "assortativity": (-1.0, 1.0), "variance": (0.0, np.inf)}


def polarisation(
    positions: ArrayLike,
    scale: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    weights: ArrayLike | None = None,
    alpha: float = 1.0,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """How polarised a public is as a whole.

    - `variance`: of the positions, in squared points of the scale; higher is more dispersed.
    - `distance`: mean distance of two people over the scale's length, in [0, 1/2]; higher is further apart.
    - `polarisation`: Esteban and Ray's (1994) index with α = `alpha`, 1 with half at either end; higher is more polarised.
    - `agreement`: van der Eijk's (2001) A in [−1, 1], where the scale has 3 to 12 answers; higher is more agreement.

    The numbers are those of the people asked, which chance pulls away from their public's: variance and distance down by about
    one part in the people's number (in the groups', where these speak with one voice), A up where two answers are given
    about equally often. `bias` is how far resamples show that; the interval is moved against it, and may leave out the value.

    Args:
        positions: Shape (n,), answers of the scale; NaN is missing.
        scale: Shape (K,), its answers as rising numbers.
        groups: Shape (n,), the cluster of each; by default everybody is independent.
        weights: Shape (n,), from 0 up; 1 each by default.
        alpha: Of Esteban and Ray's index, in (0, 1.6].
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        The four as `{value, ci, bias}`, `alpha`, and `n` with `people`, `groups` and `missing`.

    Raises:
        ValueError: A position is none of the scale's answers, or the arrays differ in length.
    """
    place = categories(positions, scale)
    names = np.arange(len(place)) if groups is None else np.asarray(groups)
    w = np.ones(len(place)) if weights is None else np.asarray(weights, dtype=float)
    if not len(place) == len(names) == len(w):
        raise ValueError("positions, groups and weights must have one row per person")
    there = (place >= 0) & (w > 0)
    clusters, index = np.unique(names[there], return_inverse=True)
    k = len(clusters)
    by_group = np.zeros((k, len(np.asarray(scale))))
    np.add.at(by_group, (index, place[there]), w[there])
    drawn = [counts @ by_group for counts in cluster_weights(np.arange(k), bootstrap, seed)] if k else []
    found = {}
    for name, measure in _pooled(np.asarray(scale, dtype=float), alpha).items():
        resamples = measure(np.concatenate(drawn)) if drawn else np.empty(0)
        value = float(measure(by_group.sum(axis=0)))
        shift = bias(value, resamples) or 0.0
        found[name] = _bounded(drawn_interval(value, resamples, k), name, 2 * shift) | {"bias": shift}
    if len(np.asarray(scale)) < 3:
        found["agreement"] = metric(np.nan, None, "agreement A needs three or more answers")
    n = {"people": int(there.sum()), "groups": k, "missing": int((~there).sum())}
    return found | {"alpha": alpha, "n": n}


def _pooled(scale: Floats, alpha: float) -> dict[str, Any]:
    """The measures of a public, each a function of frequencies (..., K)."""

    def variance(f: Floats) -> Floats:
        total = f.sum(axis=-1)
        p = f / np.where(total > 0, total, np.nan)[..., None]
        return np.asarray(p @ scale**2 - (p @ scale) ** 2)

    found = {
        "variance": variance,
        "distance": lambda f: mean_distance(f, scale),
        "polarisation": lambda f: esteban_ray(f, scale, alpha),
    }
    return found | ({"agreement": agreement} if len(scale) > 2 else {})


def polarisation_by_topology(
    before: ArrayLike,
    after: ArrayLike,
    hears: ArrayLike,
    topologies: ArrayLike,
    scale: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    alpha: float = 1.0,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """What discussion does to positions within each group, by who hears whom: means over groups before, after and their change.

    Besides the numbers of `network_numbers`, for every topology and pair of topologies. The same groups under several
    topologies bear the same name in `groups`; they are then resampled together, and differences are paired.

    Args:
        before: Shape (G, seats), answers of the scale; NaN is missing, or no seat. A row is a group under a topology.
        after: Shape (G, seats).
        hears: Shape (seats, seats) or (G, seats, seats): [i, j] is above 0 where seat i hears seat j, and how much.
        topologies: Shape (G,), the label of each row's topology.
        scale: Shape (K,), the answers as rising numbers.
        groups: Shape (G,), the group of each row; by default each row is its own.
        alpha: Of Esteban and Ray's index.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        Plain data: `topologies` {label: {number: {`before`, `after`, `change`}}}, `pairs` [{`a`, `b`, number: the change under
        a minus that under b}], each as `{value, ci, n}`; `alpha`. `n` counts rows where the number is defined before and
        after. A change above 0 is a rise of that number.

    Raises:
        ValueError: The shapes do not fit, or a position is none of the scale's answers.
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    labels = np.asarray(topologies)
    names = np.arange(len(first)) if groups is None else np.asarray(groups)
    if first.ndim != 2 or first.shape != second.shape or not len(first) == len(labels) == len(names):
        raise ValueError(
            f"before {first.shape} and after {second.shape} need a row for each of {len(labels)} topologies"
        )
    both = np.isfinite(first) & np.isfinite(second)
    sides = [network_numbers(np.where(both, x, np.nan), hears, scale, alpha) for x in (first, second)]
    told = list(dict.fromkeys(labels.tolist()))
    rows = {t: (labels == t) for t in told}
    columns = [_three(sides[0][m], sides[1][m], rows[t]) for t in told for m in MEASURES]
    tops = np.concatenate(columns, axis=1)
    ratios = clustered_ratios(tops, np.ones_like(tops), names, bootstrap=bootstrap, seed=seed)
    counted = np.isfinite(tops).sum(axis=0)
    place = {(t, m): 3 * k for k, (t, m) in enumerate((t, m) for t in told for m in MEASURES)}
    pairs = [(a, b) for k, a in enumerate(told) for b in told[k + 1 :]]
    return {
        "topologies": {t: {m: _changes(ratios, counted, place[t, m], m) for m in MEASURES} for t in told},
        "pairs": [
            {"a": a, "b": b, **{m: _apart(ratios, place[a, m] + 2, place[b, m] + 2) for m in MEASURES}}
            for a, b in pairs
        ],
        "alpha": alpha,
    }


def _three(before: Floats, after: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Before, after and change (G, 3) in these rows, where a number is defined both times; else NaN."""
    x = np.stack([before, after, after - before], axis=1)
    return np.where((rows & np.isfinite(x[:, 2]))[:, None], x, np.nan)


def _changes(ratios: Ratios, counted: NDArray[np.intp], column: int, name: str) -> dict[str, Any]:
    parts = ("before", "after", "change")
    found = {part: ratios.interval(column + j, int(counted[column + j])) for j, part in enumerate(parts)}
    return found | {part: _bounded(found[part], name) for part in ("before", "after")}


def _apart(ratios: Ratios, a: int, b: int) -> dict[str, Any]:
    """One column minus another, on the same resamples."""
    value = float(ratios.values[a] - ratios.values[b])
    k = int(min(ratios.clusters[a], ratios.clusters[b]))
    return drawn_interval(value, ratios.resamples[:, a] - ratios.resamples[:, b], k) | {"n": k}


def _bounded(found: dict[str, Any], name: str, shift: float = 0.0) -> dict[str, Any]:
    """The interval, lowered by `shift`, within the number's range."""
    low, high = RANGES.get(name, (0.0, 1.0))
    ci = found["ci"]
    return found | {"ci": ci and [min(max(end - shift, low), high) for end in ci]}
