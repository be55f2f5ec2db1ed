"""Opinion change from before to after a deliberation: overall, by group, and how groups differ (Luskin, Fishkin and Jowell 2002).

Members of a group hear each other, so groups are the clusters of every interval over all groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .effective import effective_n
from .group_change import group_table, group_variances
from .holm import holm
from .intervals import metric
from .proportions import clustered_share
from .ratios import Ratios, clustered_ratios, drawn_interval

Floats = NDArray[np.float64]
NO_MIDDLE = "no middle of the scale was given"


def opinion_change(
    before: ArrayLike,
    after: ArrayLike,
    groups: ArrayLike,
    *,
    items: Sequence[str] | None = None,
    weights: ArrayLike | None = None,
    middles: ArrayLike | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures how opinions changed, item by item, of those who answered both before and after.

    - `before`, `after`: mean answers; `change`: after minus before, the net change, in points of the scale; above 0 answers
      rose. With `p`, two-sided (t over groups), and `significant_after_holm` over the items (Holm 1979).
    - `gross`: mean size of a person's change, from 0; higher is more movement. `cancelled`: 1 − |net|/gross, in [0, 1], the
      part of the movement that cancels out between people; undefined where nobody moved.
    - `changed`: share whose answer changed at all; `crossed`: share who went from one side of the middle to the other (who
      stood in the middle before or after crossed nothing, and is counted below the line).
    - `variance`: of answers, with the n − 1 of clustered samples; `within`: mean variance within groups; each `before`,
      `after` and `change`, in squared points. Below 0, opinions came closer.
    - `between_groups`: variance of the groups' true mean changes, in squared points: what the groups' means vary beyond
      what their members' scatter explains; 0 where all groups changed alike but for chance, and by chance below 0.
    - `extremity`: mean over groups of |mean after − middle| − |mean before − middle|; above 0, groups polarised. Groups that
      were extreme by chance fall back, which pulls it down where groups are small.

    Args:
        before: Shape (n, items), a row per person; NaN is missing.
        after: Shape (n, items), the same people.
        groups: Shape (n,), the group of each.
        items: Their names; "0", "1", … by default.
        weights: Shape (n,), from 0 up, of the personas; 1 each by default. Groups count by their members' weights, but
            alike in `within`, `between_groups` and `extremity`.
        middles: The middle of the scale, one for all items or shape (items,); without it `crossed` and `extremity` have no
            value.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        Plain data: `items` {name: the numbers above as `{value, ci, n}`}; `groups` [{`group`, `n`, `items` {name: `before`,
        `after`, and `change` as `{value, ci, n}`}}]; `n` with `people`, `groups`, `effective_n` (Kish's) and `missing`. A
        group's own interval says how far its members' changes scatter, as if they were a sample of independent people; it does
        not say what another discussion would bring. `reason` says why a value or an interval is None.

    Raises:
        ValueError: The arrays differ in shape, or a weight is negative.
    """
    people = _People.of(before, after, groups, weights)
    names = [str(j) for j in range(people.before.shape[1])] if items is None else list(items)
    if len(names) != people.before.shape[1]:
        raise ValueError(f"{len(names)} names for {people.before.shape[1]} items")
    centres = (
        np.full(len(names), np.nan)
        if middles is None
        else np.broadcast_to(np.asarray(middles, dtype=float), len(names))
    )
    found = {name: _item(people, j, centres[j], bootstrap, seed) for j, name in enumerate(names)}
    p = np.array([np.nan if f["change"]["p"] is None else f["change"]["p"] for f in found.values()])
    for f, verdict in zip(found.values(), holm(p), strict=True):
        f["change"]["significant_after_holm"] = bool(verdict)
    some = people.both.any(axis=1)
    return {
        "items": found,
        "groups": group_table(people.before, people.after, people.groups, people.weights, names),
        "n": {
            "people": int(some.sum()),
            "groups": len(np.unique(people.groups[some])),
            "effective_n": effective_n(people.weights[some]),
            "missing": int((~some).sum()),
        },
    }


@dataclass(frozen=True, slots=True)
class _People:
    """Answers of those who gave both, else NaN: before and after (n, items), groups and weights (n,)."""

    before: Floats
    after: Floats
    groups: NDArray[Any]
    weights: Floats

    @classmethod
    def of(cls, before: ArrayLike, after: ArrayLike, groups: ArrayLike, weights: ArrayLike | None) -> _People:
        x, y, g = np.asarray(before, dtype=float), np.asarray(after, dtype=float), np.asarray(groups)
        w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
        if x.ndim != 2 or x.shape != y.shape or not len(x) == len(g) == len(w):
            raise ValueError(
                f"before {x.shape} and after {y.shape} need one shape (n, items), and {len(g)} groups and {len(w)} weights "
                "a row for each person"
            )
        if not (w >= 0).all():
            raise ValueError("a weight is a number from 0 up")
        both = np.isfinite(x) & np.isfinite(y) & (w > 0)[:, None]
        return cls(np.where(both, x, np.nan), np.where(both, y, np.nan), g, w)

    @property
    def both(self) -> NDArray[np.bool_]:
        return np.isfinite(self.before)


def _item(people: _People, j: int, middle: float, bootstrap: int, seed: int) -> dict[str, Any]:
    there = people.both[:, j]
    x, y, g, w = (a[there] for a in (people.before[:, j], people.after[:, j], people.groups, people.weights))
    columns = np.stack([x, y, y - x, np.abs(y - x), x**2, y**2], axis=1)
    ratios = clustered_ratios(w[:, None] * columns, np.tile(w[:, None], 6), g, bootstrap=bootstrap, seed=seed)
    p = ratios.p_values()[2]
    of_groups = group_variances(x, y, g, w, middle, bootstrap, seed)
    sides = np.sign(x - middle) * np.sign(y - middle)
    return {
        "before": ratios.interval(0, len(x)),
        "after": ratios.interval(1, len(x)),
        "change": ratios.interval(2, len(x)) | {"p": float(p) if np.isfinite(p) else None},
        "gross": ratios.interval(3, len(x), (0.0, np.inf)),
        "cancelled": _cancelled(ratios, len(x)),
        "changed": clustered_share((x != y).astype(float), g, w),
        "crossed": clustered_share((sides < 0).astype(float), g, w)
        if np.isfinite(middle)
        else metric(np.nan, None, NO_MIDDLE, n=0),
        "variance": _variances(ratios, len(x), effective_n(w)),
        "within": of_groups["within"],
        "between_groups": of_groups["between_groups"],
        "extremity": of_groups["extremity"] if np.isfinite(middle) else metric(np.nan, None, NO_MIDDLE, n=0),
    }


def _cancelled(ratios: Ratios, n: int) -> dict[str, Any]:
    """1 − |net|/gross, whose absolute value makes it too low by noise near its upper end; the interval is cut off at 1."""
    net, gross = ratios.values[2], ratios.values[3]
    if not gross > 0:
        return metric(np.nan, None, "nobody changed", n=n)
    drawn = ratios.resamples[:, 2] / np.where(ratios.resamples[:, 3] > 0, ratios.resamples[:, 3], np.nan)
    signed = drawn_interval(float(net / gross), drawn, int(ratios.clusters[2]))
    return _folded(signed, n)


def _folded(signed: dict[str, Any], n: int) -> dict[str, Any]:
    """From net/gross in [−1, 1] to 1 − its size; an interval with 0 inside reaches up to 1."""
    value, ci = 1 - abs(signed["value"]), signed["ci"]
    if ci is None:
        return signed | {"value": value, "n": n}
    ends = sorted(1 - min(abs(end), 1.0) for end in ci)
    return {"value": value, "ci": [ends[0], 1.0 if ci[0] <= 0 <= ci[1] else ends[1]], "n": n}


def _variances(ratios: Ratios, n: int, kish: float) -> dict[str, Any]:
    """Variance of answers before and after and its change, freed of the variance of their means; resamples moved to it."""
    k = int(ratios.clusters[0])
    plain = ratios.values[4:] - ratios.values[:2] ** 2
    noise = ratios.errors[:2] ** 2 if k > 1 else plain / max(kish - 1, 1.0)
    values = [float(v) for v in plain + noise]
    squares = ratios.resamples[:, 4:] - ratios.resamples[:, :2] ** 2
    columns = {"before": squares[:, 0], "after": squares[:, 1], "change": squares[:, 1] - squares[:, 0]}
    found = {}
    for (name, drawn), value in zip(columns.items(), (*values, values[1] - values[0]), strict=True):
        centred = drawn - (drawn.mean() if len(drawn) else 0.0) + value
        interval = drawn_interval(value, centred, k) | {"n": n}
        if interval["ci"] and name != "change":
            interval["ci"] = [max(end, 0.0) for end in interval["ci"]]
        found[name] = interval
    return found
