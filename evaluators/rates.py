"""What a vote or rating is expected to be without any model: averages of other people's, by statement and group.

Averages of few are shrunk: k votes on a statement count beside `prior` votes at the overall average, and a group's on it
beside `prior` votes at the statement's. Both priors are the ones under which each training vote is foretold best by the
others (leave one out, least squares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.str_]
PRIORS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


@dataclass(frozen=True)
class Rates:
    """Averages of a training set.

    Args:
        overall: Of all outcomes.
        by_group: Group and its shrunk average.
        by_statement: Statement and its shrunk average.
        by_both: Group and statement, and their shrunk average.
        priors: How many votes the broader average counts for: for `group`, `statement` and `group_statement`.
        people: Whose outcomes went in.
    """

    overall: float
    by_group: dict[str, float]
    by_statement: dict[str, float]
    by_both: dict[tuple[str, str], float]
    priors: dict[str, float]
    people: frozenset[str]

    @classmethod
    def fit(cls, outcomes: ArrayLike, people: ArrayLike, statements: ArrayLike, groups: ArrayLike) -> Rates:
        """Averages of these outcomes.

        Args:
            outcomes: Shape (n,), votes 0 or 1, or ratings on any scale.
            people: Shape (n,), whose they are.
            statements: Shape (n,), on what.
            groups: Shape (n,), the person's group such as the party; "" is a group of its own.

        Raises:
            ValueError: The arrays are empty, differ in length, or an outcome is missing.
        """
        y = np.asarray(outcomes, dtype=float)
        who, what, group = (np.asarray(column, dtype=str) for column in (people, statements, groups))
        if not len(y) or not len(y) == len(who) == len(what) == len(group) or not np.isfinite(y).all():
            raise ValueError("rates need outcomes without gaps, with a person, a statement and a group for each")
        both = np.char.add(np.char.add(group, "\0"), what)
        others = (y.sum() - y) / (len(y) - 1) if len(y) > 1 else y
        whole = np.full(len(y), y.mean())
        group_rates = _shrunk(y, group, others, whole)
        statement_rates = _shrunk(y, what, others, whole)
        both_rates = _shrunk(y, both, statement_rates.left_out, statement_rates.values)
        return cls(
            overall=float(y.mean()),
            by_group=dict(zip(group.tolist(), group_rates.values.tolist(), strict=True)),
            by_statement=dict(zip(what.tolist(), statement_rates.values.tolist(), strict=True)),
            by_both=dict(zip(zip(group.tolist(), what.tolist(), strict=True), both_rates.values.tolist(), strict=True)),
            priors={
                "group": group_rates.prior,
                "statement": statement_rates.prior,
                "group_statement": both_rates.prior,
            },
            people=frozenset(who.tolist()),
        )

    def predict(self, people: ArrayLike, statements: ArrayLike, groups: ArrayLike) -> dict[str, Floats]:
        """Expected outcomes of other people: `overall`, `group`, `statement` and `group_statement`, each of shape (n,).

        A statement nobody of the training set judged has the overall average, and a group that did not judge it has the
        statement's; where that is so of all statements, compare with `overall` and `group` alone.

        Raises:
            ValueError: An outcome of one of these people is in the averages.
        """
        who, what, group = (np.asarray(column, dtype=str).tolist() for column in (people, statements, groups))
        known = self.people.intersection(who)
        if known:
            raise ValueError(f"{sorted(known)[0]!r} is among the people whose votes made the rates ({len(known)} are)")
        statement = [self.by_statement.get(s, self.overall) for s in what]
        both = [self.by_both.get(key, rate) for key, rate in zip(zip(group, what, strict=True), statement, strict=True)]
        found = {
            "overall": [self.overall] * len(what),
            "group": [self.by_group.get(g, self.overall) for g in group],
            "statement": statement,
            "group_statement": both,
        }
        return {name: np.asarray(values, dtype=float) for name, values in found.items()}


@dataclass(frozen=True)
class _Shrunk:
    """Shrunk averages for every row: with it, and with it left out; and the prior they are shrunk by."""

    values: Floats
    left_out: Floats
    prior: float


def _shrunk(y: Floats, cells: Words, broader_left_out: Floats, broader: Floats) -> _Shrunk:
    _, index = np.unique(cells, return_inverse=True)
    n, total = np.bincount(index)[index].astype(float), np.bincount(index, weights=y)[index]

    def left_out(prior: float) -> Floats:
        return np.asarray((total - y + prior * broader_left_out) / (n - 1 + prior))

    prior = min(PRIORS, key=lambda m: float(((y - left_out(m)) ** 2).mean()))
    return _Shrunk((total + prior * broader) / (n + prior), left_out(prior), prior)
