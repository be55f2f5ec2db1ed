"""What mechanisms of one family are compared by: payoffs and endorsements of the same seats, and their numbers by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .proportions import clustered_share, paired_shares

Floats = NDArray[np.float64]
SHARES = ("majority", "unanimity")
NOT_GIVEN = "no endorsements were given"


@dataclass(frozen=True, slots=True)
class Family:
    """Mechanisms on the same groups.

    Args:
        payoffs: By mechanism, shape (groups, seats).
        endorsed: By mechanism, shape (groups, seats), or None.
        clusters: Shape (groups,).
    """

    payoffs: dict[str, Floats]
    endorsed: dict[str, Floats | None]
    clusters: NDArray[Any]

    @classmethod
    def of(
        cls, payoffs: Mapping[str, ArrayLike], endorsed: Mapping[str, ArrayLike | None] | None, groups: ArrayLike | None
    ) -> Family:
        """Checks what was given."""
        paid = {name: _table(f"payoffs[{name!r}]", x) for name, x in payoffs.items()}
        given = {name: (endorsed or {}).get(name) for name in paid}
        said = {name: None if x is None else _table(f"endorsed[{name!r}]", x) for name, x in given.items()}
        if not paid:
            raise ValueError("there is no mechanism to compare")
        if unknown := set(endorsed or {}) - set(paid):
            raise ValueError(f"endorsed names {sorted(unknown)}, of which there are no payoffs")
        shapes = {x.shape for x in (*paid.values(), *said.values()) if x is not None}
        if len(shapes) > 1:
            raise ValueError(f"mechanisms need the same groups and seats, got shapes {sorted(shapes)}")
        for name, x in paid.items():
            if (x < 0).any() or np.isinf(x).any():
                raise ValueError(
                    f"payoffs[{name!r}]: a payoff is finite and from 0 up; move the scale to a zero that means nothing"
                )
        for name, y in said.items():
            if y is not None and not np.isin(y[~np.isnan(y)], (0.0, 1.0)).all():
                raise ValueError(f"endorsed[{name!r}]: an endorsement is 1, 0 or NaN (missing)")
        rows = len(next(iter(paid.values())))
        clusters = np.arange(rows) if groups is None else np.asarray(groups)
        if clusters.shape != (rows,):
            raise ValueError(f"groups has shape {clusters.shape}; one for each of the {rows} rows is needed")
        return cls(paid, said, clusters)

    def counts(self, name: str) -> dict[str, int]:
        """Groups with a payoff, groups lost, and seats that others have and this mechanism lacks in its groups."""
        there = np.isfinite(self.payoffs[name])
        seats = np.any([np.isfinite(x) for x in self.payoffs.values()], axis=0)
        mine = there.any(axis=1)
        missing = int((seats & ~there)[mine].sum())
        return {"groups": int(mine.sum()), "lost": int((~mine).sum()), "missing": missing}

    def alone(self, name: str) -> tuple[Floats, Floats]:
        """Tops and bottoms (groups, 3) of one mechanism's payoff numbers."""
        return payoff_sums(self.payoffs[name])

    def between(self, a: str, b: str) -> tuple[Floats, Floats]:
        """Tops and bottoms (groups, 3) of a's numbers minus b's, on the seats that both have."""
        x, y = _on_common(self.payoffs[a], self.payoffs[b])
        (top, bottom), (other, _) = payoff_sums(x), payoff_sums(y)
        return top - other, bottom

    def shares(self, name: str) -> dict[str, Any]:
        """Majority and unanimity of one mechanism."""
        said = self.endorsed[name]
        if said is None:
            return {s: {"value": None, "ci": None, "reason": NOT_GIVEN, "n": 0} for s in SHARES}
        return {s: clustered_share(x, self.clusters) for s, x in zip(SHARES, endorsements(said), strict=True)}

    def shares_between(self, a: str, b: str) -> dict[str, Any]:
        """A's minus b's, on the seats that both have."""
        x, y = self.endorsed[a], self.endorsed[b]
        if x is None or y is None:
            return {s: {"value": None, "ci": None, "reason": NOT_GIVEN, "n": 0, "p": None} for s in SHARES}
        first, second = (endorsements(side) for side in _on_common(x, y))
        return {s: paired_shares(p, q, self.clusters) for s, p, q in zip(SHARES, first, second, strict=True)}


def payoff_sums(payoffs: Floats) -> tuple[Floats, Floats]:
    """What the three payoff numbers are ratios of, group by group.

    Args:
        payoffs: Shape (groups, seats), from 0 up; NaN is missing.

    Returns:
        Tops: the sum, the minimum and the Gini coefficient, NaN where nobody has a payoff. Bottoms: the seats, 1 and 1.
        Both of shape (groups, 3).
    """
    n = np.isfinite(payoffs).sum(axis=1)
    some = n > 0
    minima = np.where(np.isfinite(payoffs), payoffs, np.inf).min(axis=1, initial=np.inf)
    tops = np.stack([np.nansum(payoffs, axis=1), minima, gini(payoffs)], axis=1)
    bottoms = np.stack([n, some, some], axis=1).astype(float)
    return np.where(some[:, None], tops, np.nan), bottoms


def gini(payoffs: Floats) -> Floats:
    """The Gini coefficient within each row (groups, seats), without correction for few seats; in [0, (n − 1)/n].

    0 where all have the same, also where all have nothing; NaN where nobody has a payoff. Lower is more equal.
    """
    ranked = np.sort(payoffs, axis=1)  # NaN last
    n = np.isfinite(ranked).sum(axis=1)
    ranks = 2 * np.arange(1, payoffs.shape[1] + 1) - n[:, None] - 1
    total = np.nansum(ranked, axis=1)
    found = np.nansum(ranks * ranked, axis=1) / np.where(total > 0, n * total, 1.0)
    return np.where(n > 0, np.maximum(found, 0.0), np.nan)


def endorsements(said: Floats) -> tuple[Floats, Floats]:
    """Whether more than half, and whether all, of those who answered endorse: 1, 0 or NaN (nobody answered), by group.

    Args:
        said: Shape (groups, seats): 1, 0 or NaN.
    """
    n, yes = np.isfinite(said).sum(axis=1), np.nansum(said, axis=1)
    majority, unanimity = (np.where(n > 0, x, np.nan) for x in (2 * yes > n, yes == n))
    return majority, unanimity


def _on_common(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    both = np.isfinite(a) & np.isfinite(b)
    return np.where(both, a, np.nan), np.where(both, b, np.nan)


def _table(name: str, values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=float)
    if found.ndim != 2:
        raise ValueError(f"{name} needs the shape (groups, seats), got {found.shape}")
    return found
