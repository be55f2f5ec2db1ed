"""Answers given more than once: how often they agree with each other, and with one answer given elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .responses import Item, Responses

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each of n respondents gave each answer.

    Args:
        counts: For each item, shape (n, K).
        ordinal: For each item, whether its answers have an order.
    """

    counts: tuple[Floats, ...]
    ordinal: tuple[bool, ...]

    @classmethod
    def of(cls, people: Integers, answers: Integers, items: Sequence[Item], n: int) -> Tally:
        """From rows of answers.

        Args:
            people: Shape (r,), whose row it is, 0..n − 1.
            answers: Shape (r, m), -1 where missing.
            items: Length m.
            n: How many respondents there are.
        """
        counts = []
        for column, item in zip(answers.T, items, strict=True):
            given, k = column >= 0, len(item.values)
            cells = np.bincount(people[given] * k + column[given], minlength=n * k)
            counts.append(cells.reshape(n, k).astype(float))
        return cls(tuple(counts), tuple(item.ordinal for item in items))

    def __add__(self, other: Tally) -> Tally:
        return Tally(tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)), self.ordinal)

    def agreement(self) -> Floats:
        """Share of equal answers among all pairs of a respondent's own, shape (n, m); NaN with fewer than two."""
        return _columns([_over((c * (c - 1)).sum(axis=1), _pairs(c)) for c in self.counts])

    def closeness(self) -> Floats:
        """1 − mean |difference|/(K − 1) over the same pairs; NaN where the item is nominal."""
        return _columns(
            [
                1 - _over(np.einsum("nk,kl,nl->n", c, _steps(c), c), _pairs(c)) if ordered else np.full(len(c), np.nan)
                for c, ordered in zip(self.counts, self.ordinal, strict=True)
            ]
        )

    def agreement_with(self, said: Integers) -> Floats:
        """Share of answers equal to `said` (n, m), -1 where missing; shape (n, m), NaN where either is."""
        found = [_over(_at(c, s), c.sum(axis=1)) for c, s in zip(self.counts, said.T, strict=True)]
        return np.where(said >= 0, _columns(found), np.nan)

    def closeness_to(self, said: Integers) -> Floats:
        """1 − mean |difference|/(K − 1) to `said` (n, m); shape (n, m), NaN where the item is nominal."""
        found = [
            1 - _over((c * _steps(c)[s]).sum(axis=1), c.sum(axis=1)) if ordered else np.full(len(c), np.nan)
            for c, s, ordered in zip(self.counts, said.T, self.ordinal, strict=True)
        ]
        return np.where(said >= 0, _columns(found), np.nan)


def aligned(responses: Responses, items: Sequence[Item]) -> Integers:
    """The answers to these items, shape (rows, m); -1 where there is no such item.

    Raises:
        ValueError: An item has another number of answers there.
    """
    where = {item.code: j for j, item in enumerate(responses.items)}
    out = np.full((len(responses), len(items)), -1, dtype=np.int64)
    for j, item in enumerate(items):
        if item.code not in where:
            continue
        theirs = responses.items[where[item.code]]
        if len(theirs.values) != len(item.values):
            raise ValueError(
                f"item {item.code!r} has {len(item.values)} answers in one table and {len(theirs.values)} in another"
            )
        out[:, j] = responses.answers[:, where[item.code]]
    return out


def by_name(responses: Responses, names: NDArray[np.str_], items: Sequence[Item]) -> Integers:
    """The answers of the respondents of these names, sorted and unique; shape (n, m), -1 where there is none.

    Raises:
        ValueError: A respondent stands in more than one row.
    """
    unique, counts = np.unique(responses.respondents, return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"respondent {str(unique[counts > 1][0])!r} stands in more than one row of a wave")
    out = np.full((len(names), len(items)), -1, dtype=np.int64)
    known = np.isin(responses.respondents, names)
    out[np.searchsorted(names, responses.respondents[known])] = aligned(responses, items)[known]
    return out


def _pairs(counts: Floats) -> Floats:
    n: Floats = counts.sum(axis=1)
    return n * (n - 1)


def _steps(counts: Floats) -> Floats:
    """|k − l|/(K − 1) between answers, shape (K, K)."""
    k = np.arange(counts.shape[1], dtype=float)
    return np.abs(k[:, None] - k) / max(len(k) - 1, 1)


def _at(counts: Floats, said: Integers) -> Floats:
    found: Floats = np.take_along_axis(counts, np.maximum(said, 0)[:, None], axis=1)[:, 0]
    return found


def _over(top: Floats, bottom: Floats) -> Floats:
    return top / np.where(bottom > 0, bottom, np.nan)


def _columns(found: Sequence[Floats]) -> Floats:
    return np.stack(found, axis=1)
