"""The exact maximum of a transportation problem: rows with supplies, columns with capacities, a weight for every pair.

    maximise  Σ w_rc x_rc   with  Σ_c x_rc ≤ supply_r,  Σ_r x_rc ≤ capacity_c,  x whole and ≥ 0,  where all w_rc ≥ 0

Rows are served one after the other along shortest augmenting paths with prices (Ahuja, Magnanti and Orlin 1993, ch. 9.7;
Jonker and Volgenant 1987). Equal people make one row and equal personas one column, so copies cost nothing. Besides:

1. A unit that stays unserved takes a column of weight 0 that never fills, so that no pair of weight 0 is looked at.
2. A row knows only its best columns, and a bound on what all others gain it. Prices only rise, so the bound holds; a
   search that gets as far as the bound looks at the row again. The matrix of weights is never held.

The prices prove the maximum: `bound` is the value of the dual problem, which no assignment exceeds.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FIRST_LOOK = 64  # columns that a row knows at first; fewer are looked up again more often, more are dearer to scan
UNSERVED = -1


class Weights(Protocol):
    """Weights that are made when they are asked for."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        ...

    def row(self, index: int) -> Floats:
        """The weights of one row, shape (columns,), from 0 up."""
        ...


@dataclass(frozen=True)
class Assignment:
    """Which rows are served by which columns.

    Args:
        pairs: (row, column, units), each pair once; units are at least 1 and weights above 0.
        prices: Shape (columns,), the dual price of a unit of each column, from 0 up.
        scans: How often a row's columns were looked through: the work it took.
    """

    pairs: tuple[tuple[int, int, int], ...]
    prices: Floats
    scans: int


def solve(weights: Weights, supply: Ints, capacity: Ints) -> Assignment:
    """The assignment with the largest sum of weights.

    Args:
        weights: Of each row and column.
        supply: Shape (rows,), the units of each row.
        capacity: Shape (columns,), the units that each column takes.
    """
    market = _Market(weights, capacity)
    for row, units in enumerate(supply.tolist()):
        market.serve(row, units)
    pairs = tuple((row, column, n) for column, users in market.users.items() for row, n in users.items())
    return Assignment(pairs, market.price, market.scans)


def bound(weights: Weights, supply: Ints, capacity: Ints, prices: Floats) -> float:
    """The dual value Σ_r supply_r max(0, max_c (w_rc − price_c)) + Σ_c capacity_c price_c.

    No assignment has a larger sum of weights, whatever the prices from 0 up; the best prices reach the maximum. Every
    pair is looked at, a row at a time.
    """
    margins = np.array([(weights.row(r) - prices).max(initial=0.0) for r in range(weights.shape[0])])
    return float(margins @ supply + prices @ capacity)


@dataclass
class _Search:
    """One search from a row for the cheapest way to serve a unit more.

    Args:
        best: The length of the shortest whole path so far.
        end: The column it ends in.
        last: The row before it.
        entered: Each row reached: its distance, and the column it would give up (-1 for the first).
        passed: Full columns on the way, with their distances; final.
        heap: (distance, column or -1, row to look at again).
        touched: Columns whose distances were set.
    """

    best: float
    last: int
    end: int = UNSERVED
    entered: dict[int, tuple[float, int]] = field(default_factory=dict)
    passed: list[tuple[int, float]] = field(default_factory=list)
    heap: list[tuple[float, int, int]] = field(default_factory=list)
    touched: list[Ints] = field(default_factory=list)


class _Market:
    """Rows, columns and prices; between searches every used pair is as good as any other for its row."""

    def __init__(self, weights: Weights, capacity: Ints) -> None:
        rows, columns = weights.shape
        self.weights = weights
        self.spare = capacity.astype(np.intp)
        self.price = np.zeros(columns)
        self.users: dict[int, dict[int, int]] = {}  # column: {row: units}
        self.margin = [0.0] * rows  # what a unit of the row is worth beyond its price: its dual value
        self.known: list[tuple[Ints, Floats]] = [(np.empty(0, np.intp), np.empty(0))] * rows
        self.others = [0.0] * rows  # what no column beyond the known ones exceeds
        self.seen = [(-1, 0)] * rows  # the version of the prices at the last look, and how many columns were asked for
        self.version = self.scans = 0
        self.distance = np.full(columns, np.inf)
        self.source = np.full(columns, -1, dtype=np.intp)  # the row from which a column was reached

    def serve(self, row: int, units: int) -> None:
        """Serves units of a row until the rest are better left."""
        self._look(row)
        columns, weights = self.known[row]
        self.margin[row] = float((weights - self.price[columns]).max(initial=0.0))
        while units and self.margin[row] > 0:
            search = self._search(row)
            self._raise_prices(search)
            units -= self._shift(search, units)

    def _look(self, row: int) -> None:
        """Finds the row's best columns at the prices of now, twice as many as before if these have not changed."""
        version, before = self.seen[row]
        width = 2 * before if version == self.version else FIRST_LOOK
        self.seen[row] = (self.version, width)
        weights = self.weights.row(row)
        gains = weights - self.price
        best = np.flatnonzero(gains > 0)
        self.others[row] = 0.0
        if len(best) > width:
            order = np.argpartition(-gains[best], width)
            self.others[row] = float(gains[best[order[width]]])
            best = best[order[:width]]
        self.known[row] = best, weights[best]

    def _search(self, first: int) -> _Search:
        """Dijkstra's search over rows and full columns, to a column with space or a unit better left unserved."""
        search = _Search(self.margin[first], first)
        self._enter(search, first, 0.0, -1)
        while search.heap and search.heap[0][0] < search.best:
            distance, column, row = heapq.heappop(search.heap)
            if column < 0:
                self._look(row)
                self._scan(search, row)
            elif distance == self.distance[column]:  # else a shorter way was found since
                search.passed.append((column, distance))
                for user in self.users[column]:
                    if user not in search.entered:
                        self._enter(search, user, distance, column)
        for columns in search.touched:
            self.distance[columns] = np.inf
        return search

    def _enter(self, search: _Search, row: int, distance: float, column: int) -> None:
        search.entered[row] = distance, column
        if distance + self.margin[row] < search.best:
            search.best, search.end, search.last = distance + self.margin[row], UNSERVED, row
        self._scan(search, row)

    def _scan(self, search: _Search, row: int) -> None:
        """Looks through what the row knows for shorter ways."""
        self.scans += 1
        start, margin = search.entered[row][0], self.margin[row]
        columns, weights = self.known[row]
        ways = start + np.maximum(self.price[columns] - weights + margin, 0.0)  # a rounding error is no shortcut
        shorter = (ways < search.best) & (ways < self.distance[columns])
        if shorter.any():
            self._note(search, row, columns[shorter], ways[shorter])
        beyond = start + max(margin - self.others[row], 0.0)
        if self.others[row] > 0 and beyond < search.best:
            heapq.heappush(search.heap, (beyond, -1, row))

    def _note(self, search: _Search, row: int, columns: Ints, ways: Floats) -> None:
        open_ways = np.where(self.spare[columns] > 0, ways, np.inf)
        shortest = int(open_ways.argmin())
        if open_ways[shortest] < search.best:
            search.best, search.end, search.last = float(open_ways[shortest]), int(columns[shortest]), row
        full = np.isinf(open_ways) & (ways < search.best)
        columns, ways = columns[full], ways[full]
        self.distance[columns], self.source[columns] = ways, row
        search.touched.append(columns)
        for way, column in zip(ways.tolist(), columns.tolist(), strict=True):
            heapq.heappush(search.heap, (way, column, row))

    def _raise_prices(self, search: _Search) -> None:
        """Makes every step of the path cost nothing, and no pair a bargain."""
        for row, (distance, _) in search.entered.items():
            self.margin[row] = max(self.margin[row] - max(search.best - distance, 0.0), 0.0)
        if search.passed:
            columns, distances = (np.array(part) for part in zip(*search.passed, strict=True))
            self.price[columns] += search.best - distances
            self.version += 1

    def _shift(self, search: _Search, units: int) -> int:
        """Moves as many units as the path takes; returns how many."""
        path = list(self._steps(search))
        given_up = [self.users[column][row] for row, _, column in path if column >= 0]
        n = min([units, *given_up, *([int(self.spare[search.end])] if search.end >= 0 else [])])
        if search.end >= 0:
            self.spare[search.end] -= n
        for row, gained, lost in path:
            if gained >= 0:
                users = self.users.setdefault(gained, {})
                users[row] = users.get(row, 0) + n
            if lost >= 0:
                self.users[lost][row] -= n
                if not self.users[lost][row]:
                    del self.users[lost][row]
        return n

    def _steps(self, search: _Search) -> Iterator[tuple[int, int, int]]:
        """(row, column it gains, column it gives up), from the path's end to its beginning."""
        row, gained = search.last, search.end
        while True:
            lost = search.entered[row][1]
            yield row, gained, lost
            if lost < 0:
                return
            row, gained = int(self.source[lost]), lost
