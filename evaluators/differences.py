"""Standardised differences of means between two groups of respondents (Cohen's d), for many items and weightings at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .effective import effective_n
from .responses import Responses

Floats = NDArray[np.float64]
FLAT = 1e-12  # a variance below this, in squared lengths of the item's scale, is rounding


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two groups to compare: the effect is the mean of `a` minus the mean of `b`.

    Args:
        attribute: Of the respondents, such as `party`.
        a: Label of the first group.
        b: Label of the second.
    """

    attribute: str
    a: str
    b: str

    def __post_init__(self) -> None:
        if not (self.attribute and self.a and self.b) or self.a == self.b:
            raise ValueError(
                f"a contrast needs an attribute and two different labels of it, got {self.attribute!r}: "
                f"{self.a!r} against {self.b!r}"
            )


@dataclass(frozen=True, slots=True)
class Estimates:
    """One side's effects: contrasts × items.

    Args:
        values: Shape (c, m), Cohen's d of a − b; NaN where nobody answered or all answered the same.
        errors: Shape (c, m), standard errors.
        freedom: Shape (c, m), degrees of freedom of the errors.
        people: Shape (c, 2, m), respondents of `a` and of `b` who answered.
    """

    values: Floats
    errors: Floats
    freedom: Floats
    people: NDArray[np.int64]


class Differences:
    """The effects of some contrasts on all items of one side.

    d is the difference of weighted means over the pooled standard deviation s, where
    s² = n/(n − 2) · Σ w (x − own group's mean)² / Σ w over the n answers of both groups: the textbook's where all
    weights are equal (Cohen 1988), and the population's, however large the groups were sampled, where they are not.

    Args:
        responses: Ordinal items only.
        contrasts: What is compared.
    """

    def __init__(self, responses: Responses, contrasts: Sequence[Contrast]) -> None:
        numbers, self._weights = responses.numbers(), responses.weights
        self._given = np.isfinite(numbers) & (self._weights > 0)[:, None]
        spans = np.array([max(i.values, default=0) - min(i.values, default=0) or 1.0 for i in responses.items])
        middles = np.array([min(i.values, default=0) for i in responses.items]) + spans / 2
        self._numbers = np.where(self._given, (numbers - middles) / spans, 0.0)
        columns = (self._given.astype(float), self._numbers, self._numbers**2)
        self._moments = np.concatenate(columns, axis=1)  # (n, 3m)
        self._contrasts = tuple(contrasts)
        self._rows = {
            (c.attribute, label): np.flatnonzero(responses.attributes[c.attribute] == label)
            for c in contrasts
            for label in (c.a, c.b)
        }
        self._people = np.unique(responses.respondents, return_inverse=True)[1]

    def values(self, counts: Floats) -> Floats:
        """Cohen's d where each respondent counts so often on top of the weights; counts (B, n) give (B, c, m)."""
        m = self._numbers.shape[1]
        weights = counts * self._weights
        sums = {
            key: (weights[:, rows] @ self._moments[rows]).reshape(len(counts), 3, m) for key, rows in self._rows.items()
        }
        found = [self._effect(c, sums[c.attribute, c.a], sums[c.attribute, c.b]) for c in self._contrasts]
        return np.stack(found, axis=1) if found else np.empty((len(counts), 0, m))

    def _effect(self, contrast: Contrast, a: Floats, b: Floats) -> Floats:
        answers = sum(self._given[self._rows[contrast.attribute, g]].sum(axis=0) for g in (contrast.a, contrast.b))
        with np.errstate(divide="ignore", invalid="ignore"):
            means = [side[:, 1] / side[:, 0] for side in (a, b)]
            squares = sum(side[:, 2] - side[:, 0] * mean**2 for side, mean in zip((a, b), means, strict=True))
            variance = squares / (a[:, 0] + b[:, 0]) * (answers / np.maximum(answers - 2, 1))
            found: Floats = (means[0] - means[1]) / np.sqrt(np.where(variance > FLAT, variance, np.nan))
        return found

    def estimates(self) -> Estimates:
        """The effects with their standard errors, by linearisation, clustered by respondent."""
        values = self.values(np.ones((1, len(self._weights))))[0]
        m = self._numbers.shape[1]
        if not self._contrasts:
            return Estimates(values, values, values, np.empty((0, 2, m), dtype=np.int64))
        parts = [self._errors(c, d) for c, d in zip(self._contrasts, values, strict=True)]
        errors, freedom, people = (np.stack([p[k] for p in parts]) for k in range(3))
        return Estimates(values, errors, freedom, people.astype(np.int64))

    def _errors(self, contrast: Contrast, d: Floats) -> tuple[Floats, Floats, Floats]:
        """Standard errors (m,), degrees of freedom (m,) and people by group (2, m) of one contrast.

        Each respondent's influence on d, squared and added up; each group by the textbook factor k/(k − 1) more, with
        Kish's effective number for k.
        """
        groups = [self._rows[contrast.attribute, label] for label in (contrast.a, contrast.b)]
        weights = [self._weights[rows, None] * self._given[rows] for rows in groups]
        totals = [w.sum(axis=0) for w in weights]
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = [
                np.where(self._given[rows], self._numbers[rows] - (w * self._numbers[rows]).sum(axis=0) / total, 0.0)
                for rows, w, total in zip(groups, weights, totals, strict=True)
            ]
            within = sum((w * x**2).sum(axis=0) for w, x in zip(weights, apart, strict=True)) / sum(totals)
            variance, effective = np.zeros(len(d)), []
            for sign, rows, w, x, total in zip((1, -1), groups, weights, apart, totals, strict=True):
                spread = d / 2 * (x**2 / within - 1) / sum(totals)
                influence = w * (sign * x / np.sqrt(within) / total - spread)
                mine = self._by_person(influence, rows)
                k = np.array([effective_n(column) for column in self._by_person(w, rows).T])
                variance += k / (k - 1) * (mine**2).sum(axis=0)
                effective.append(k)
        people = np.stack([(self._by_person(w, rows) > 0).sum(axis=0) for w, rows in zip(weights, groups, strict=True)])
        return np.sqrt(variance), np.maximum(sum(effective) - 2, 1.0), people

    def _by_person(self, values: Floats, rows: NDArray[np.intp]) -> Floats:
        """Sums over each respondent's rows (replicates); shape (people of the group, m)."""
        names, index = np.unique(self._people[rows], return_inverse=True)
        if len(names) == len(rows):
            return values
        out = np.zeros((len(names), values.shape[1]))
        np.add.at(out, index, values)
        return out
