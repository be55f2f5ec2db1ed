"""Baselines that write nothing: they put one member's own opinion to the group, word for word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from ...personas.answers import Missing
from .desk import Desk
from .needs import RATES, check_context
from .options import truth
from .protocol import Case, Ruling
from .valuing import Comparable, foretold, weights_of
from .welfare import draw_lot


@dataclass(frozen=True)
class MedianOpinion:
    """A mediator who puts the opinion of the member at the weighted median position to the group; a lot breaks ties.

    The positions are those that members took; who took none is left out, which the record says. Where nobody took one,
    as in a protocol that asks for none, all are foretold from the opinions: expected agreement with the proposition.

    Args:
        weighted: Everybody counts for as many as they stand for; else the same.
    """

    weighted: bool = True
    name: ClassVar[str] = "median_opinion"

    def __post_init__(self) -> None:
        truth(self.name, "weighted", self.weighted)

    async def __call__(self, case: Case, desk: Desk) -> Ruling:
        """Rules on a case."""
        positions, source = {s: p for s, p in case.positions.items() if s in case.opinions}, "stated"
        if not positions:
            positions, source = await _foretold_positions(case, desk), "foretold"
        seats = list(case.opinions)
        record: dict[str, Any] = {"options": asdict(self), "positions": positions, "positions_from": source}
        record |= {"candidates": list(case.opinions.values()), "seats": seats}
        record["without"] = [seat for seat in seats if seat not in positions]
        if not positions:
            return Ruling(Missing("no_positions", "nobody's position is known"), record | {"winner": None})
        weights = {seat: case.weights.get(seat, 1.0) if self.weighted else 1.0 for seat in positions}
        return _put(case, desk, at_median(positions, weights), record | {"weights": weights, "chosen_by": "median"})


@dataclass(frozen=True)
class BestOpinion:
    """A mediator who puts the opinion of the highest mean foretold payoff to the group; a lot breaks ties.

    Everybody's payoff of everybody's opinion is foretold, of one's own too.

    Args:
        weighted: Everybody counts for as many as they stand for; else the same.
    """

    weighted: bool = True
    name: ClassVar[str] = "best_opinion"
    needs: ClassVar[tuple[str, ...]] = (RATES,)

    def __post_init__(self) -> None:
        truth(self.name, "weighted", self.weighted)

    async def __call__(self, case: Case, desk: Desk) -> Ruling:
        """Rules on a case."""
        check_context(self, desk.context)
        seats, texts = list(case.opinions), list(case.opinions.values())
        values = await foretold(case, desk, texts)
        known = Comparable.of(values, len(texts))
        record: dict[str, Any] = {"options": asdict(self), "candidates": texts, "seats": seats}
        record |= {"predictions": {seat: desk.predicted(seat) for seat in seats}, **known.record()}
        if not known.seats:
            return Ruling(known.failure, record | {"winner": None})
        weights = weights_of(case, known.seats, self.weighted)
        means = np.round(np.average(known.payoffs, axis=0, weights=weights), 9).tolist()
        best = [seats[k] for k, mean in zip(known.texts, means, strict=True) if mean == max(means)]
        by_text = dict(zip(known.texts, means, strict=True))
        record |= {"mean_payoffs": [by_text.get(k) for k in range(len(texts))], "chosen_by": "mean_payoff"}
        record["weights"] = dict(zip(known.seats, weights, strict=True)) if weights else None
        return _put(case, desk, best, record)


@dataclass(frozen=True)
class RandomOpinion:
    """A mediator who puts the opinion of a member drawn by lot to the group (a random dictator)."""

    name: ClassVar[str] = "random_opinion"

    async def __call__(self, case: Case, desk: Desk) -> Ruling:
        """Rules on a case."""
        seats = list(case.opinions)
        return _put(case, desk, seats, {"candidates": list(case.opinions.values()), "seats": seats, "chosen_by": "lot"})


median_opinion, best_opinion, random_opinion = MedianOpinion, BestOpinion, RandomOpinion


def at_median(positions: Mapping[str, float], weights: Mapping[str, float]) -> list[str]:
    """Who stands at the weighted median: no more than half of the weight lies on either side.

    Args:
        positions: By seat.
        weights: By seat, from 0 up; without any weight everybody counts the same.

    Returns:
        The seats, several where they share the position, or where the weight falls into two halves: then those on either
        side of the middle.
    """
    total = sum(weights[seat] for seat in positions)
    w = {seat: weights[seat] if total > 0 else 1.0 for seat in positions}
    half = sum(w.values()) / 2 * (1 + 1e-12)  # sums of weights differ by rounding
    found = []
    for seat, at in positions.items():
        below = sum(w[s] for s, p in positions.items() if p < at)
        above = sum(w[s] for s, p in positions.items() if p > at)
        if below <= half and above <= half and w[seat] > 0:
            found.append(seat)
    return found


def _put(case: Case, desk: Desk, best: list[str], record: dict[str, Any]) -> Ruling:
    seats = list(case.opinions)
    if not best:
        return Ruling(Missing("no_opinions", "there is nothing to choose from"), record | {"winner": None})
    winner, tie = draw_lot(desk, case, [seats.index(seat) for seat in best])
    return Ruling(case.opinions[seats[winner]], record | {"tie": tie, "winner": winner, "seat": seats[winner]})


async def _foretold_positions(case: Case, desk: Desk) -> dict[str, float]:
    check_context(BestOpinion, desk.context)
    values = await asyncio.gather(*(desk.payoffs(case, seat, [case.proposition]) for seat in case.opinions))
    told = {seat: own[0] for seat, own in zip(case.opinions, values, strict=True)}
    return {seat: value for seat, value in told.items() if not isinstance(value, Missing)}
