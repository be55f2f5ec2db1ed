"""Clusters of points: k-means, the silhouette that chooses k, and how far two groupings agree."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
TRIES = 10
STEPS = 100
MOST_COMPARED = 1000


def nearest(points: Floats, centres: Floats) -> Labels:
    """The nearest centre of each point.

    Args:
        points: Shape (n, d).
        centres: Shape (k, d).

    Returns:
        Shape (n,), 0..k-1.
    """
    labels: Labels = _squared(points, centres).argmin(axis=1)
    return labels


def k_means(
    points: Floats, k: int, random: np.random.Generator, start: Floats | None = None, tries: int = TRIES
) -> Floats | None:
    """Centres that make the summed squared distance to the nearest small: the best of several starts.

    Starts are drawn as in k-means++ (Arthur and Vassilvitskii 2007) and moved by Lloyd's steps.

    Args:
        points: Shape (n, d); a point may stand several times.
        k: How many centres.
        random: Draws the starts.
        start: Shape (k, d), one more start.
        tries: How many starts are drawn.

    Returns:
        Shape (k, d), the largest cluster first, ties by coordinates; None where fewer than k clusters have a member.
    """
    starts = [] if start is None else [start]
    starts += [_spread_start(points, k, random) for _ in range(tries)]
    best, least = None, np.inf
    for centres in starts:
        centres, spread = _settle(points, centres)
        if spread < least and len(np.unique(nearest(points, centres))) == k:
            best, least = centres, spread
    if best is None:
        return None
    sizes = np.bincount(nearest(points, best), minlength=k)
    order = sorted(range(k), key=lambda g: (-sizes[g], *best[g]))
    return best[order]


def silhouettes(points: Floats, labels: Labels) -> Floats:
    """How much nearer each point is to its own cluster than to the next one (Rousseeuw 1987).

    Args:
        points: Shape (n, d).
        labels: Shape (n,), 0..k-1, each with a member, k at least 2.

    Returns:
        Shape (n,), in [-1, 1], higher is better; 0 for the only member of a cluster.
    """
    k, n = int(labels.max()) + 1, len(labels)
    sizes = np.bincount(labels, minlength=k).astype(float)
    member = np.eye(k)[labels]
    sums = np.sqrt(_squared(points, points)) @ member
    rows = np.arange(n)
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    others = sums / sizes
    others[rows, labels] = np.inf
    other = others.min(axis=1)
    longer = np.maximum(own, other)
    alone = (sizes[labels] == 1) | (longer == 0)
    return np.where(alone, 0.0, (other - own) / np.where(longer == 0, 1.0, longer))


def silhouette_sample(n: int) -> Labels:
    """Which points silhouettes are taken of: all, or 1,000 at even distances, since all pairs are compared."""
    return np.arange(n) if n <= MOST_COMPARED else np.linspace(0, n - 1, MOST_COMPARED).astype(np.intp)


def mean_silhouettes(
    points: Floats,
    ks: Iterable[int],
    random: np.random.Generator,
    tries: int = TRIES,
    judged: Floats | None = None,
) -> dict[int, tuple[float, Floats]]:
    """For each k that gives k clusters, the mean silhouette and the centres.

    Args:
        points: Shape (n, d), which are clustered.
        ks: The numbers of clusters tried.
        random: Draws the starts of k-means.
        tries: How many starts.
        judged: Shape (j, d), the points whose silhouettes count; by default the same.
    """
    judged = points if judged is None else judged
    judged = judged[silhouette_sample(len(judged))]
    found: dict[int, tuple[float, Floats]] = {}
    for k in ks:
        centres = k_means(points, k, random, tries=tries)
        labels = None if centres is None else nearest(judged, centres)
        if centres is not None and labels is not None and len(np.unique(labels)) == k:
            found[k] = float(silhouettes(judged, labels).mean()), centres
    return found


def best_k(found: dict[int, tuple[float, Floats]]) -> int:
    """The k with the highest mean silhouette, the smaller of equals."""
    return max(found, key=lambda k: (found[k][0], -k))


def adjusted_rand(a: Labels, b: Labels) -> float:
    """How far two groupings of the same people agree (Hubert and Arabie 1985).

    Args:
        a: Shape (n,), labels from 0.
        b: Shape (n,).

    Returns:
        1 where they are the same but for names, 0 on average by chance, negative below; NaN of fewer than two people.
    """
    if len(a) < 2:
        return float("nan")
    table = contingency(a, b)
    together, rows, columns = (_pairs(x) for x in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / _pairs(np.array([len(a)]))
    highest = (rows + columns) / 2
    return 1.0 if highest == expected else float((together - expected) / (highest - expected))


def matching(a: Labels, b: Labels, k: int | None = None) -> Labels:
    """Which label of `a` each label of `b` is, so that most people have the same: index by b's label.

    Args:
        a: Shape (n,), labels from 0.
        b: Shape (n,).
        k: The number of labels of either; by default as many as are there.

    Returns:
        Shape (labels of b,); one that is left over gets a label that `a` has not.
    """
    from scipy.optimize import linear_sum_assignment

    size = max(k or 0, int(a.max()) + 1, int(b.max()) + 1)
    table = np.zeros((size, size))
    table[: int(a.max()) + 1, : int(b.max()) + 1] = contingency(a, b)
    rows, columns = linear_sum_assignment(-table)
    return np.asarray(rows[np.argsort(columns)], dtype=np.intp)


def matched_share(a: Labels, b: Labels) -> float:
    """The share of people whom two groupings put in the same group after the best matching of names, in [0, 1]."""
    return float(np.mean(matching(a, b)[b] == a)) if len(a) else float("nan")


def contingency(a: Labels, b: Labels) -> Floats:
    """How many people have each pair of labels. Shape (labels of a, labels of b)."""
    table = np.zeros((int(a.max()) + 1, int(b.max()) + 1))
    np.add.at(table, (a, b), 1)
    return table


def _pairs(counts: Floats | NDArray[np.int_]) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _squared(points: Floats, centres: Floats) -> Floats:
    """Squared distances. Shape (n, k)."""
    total = np.zeros((len(points), len(centres)))
    for d in range(points.shape[1]):
        total += (points[:, d, None] - centres[None, :, d]) ** 2
    return total


def _spread_start(points: Floats, k: int, random: np.random.Generator) -> Floats:
    chosen = [points[random.integers(len(points))]]
    while len(chosen) < k:
        distances = _squared(points, np.array(chosen)).min(axis=1)
        total = distances.sum()
        chosen.append(points[random.choice(len(points), p=distances / total if total > 0 else None)])
    return np.array(chosen)


def _settle(points: Floats, centres: Floats) -> tuple[Floats, float]:
    """Centres after Lloyd's steps, and the summed squared distance; a centre without members stays where it is."""
    k, labels = len(centres), None
    for _ in range(STEPS):
        new = nearest(points, centres)
        if labels is not None and np.array_equal(new, labels):
            break
        labels = new
        sizes = np.bincount(labels, minlength=k)
        sums = np.stack([np.bincount(labels, weights=x, minlength=k) for x in points.T], axis=1)
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
    return centres, float(_squared(points, centres).min(axis=1).sum())
