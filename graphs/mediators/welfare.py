"""Welfare: of several statements the one of which everybody's foretold payoffs add up to most, from utilitarian to Rawlsian.

1. N candidates are written at the same time, each from the opinions (and critiques) in an order of its own.
2. Everybody's payoff of each is foretold from their own words, at the same time.
3. The candidate of the highest isoelastic welfare W_α is put to the group; a lot breaks a tie.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from .candidates import Candidates, write_candidates
from .desk import Desk
from .isoelastic import equivalent_payoff, welfare_ranks
from .needs import RATES, WRITES, check_context
from .options import OptionError, truth, whole
from .protocol import Case, Ruling
from .valuing import Comparable, foretold, weights_of


@dataclass(frozen=True)
class Welfare:
    """A mediator who puts the statement of the highest foretold welfare to the group.

    Args:
        alpha: Aversion to inequality, from 0 up: 0 the sum of payoffs, 1 their product (Nash), `inf` the least of them
            (Rawls; the second least decides between equals, and so on).
        candidates: How many statements.
        weighted: Everybody counts for as many as they stand for; else the same.

    Raises:
        OptionError: An option has no such value.
    """

    alpha: float = 0.0
    candidates: int = 4
    weighted: bool = True
    name: ClassVar[str] = "welfare"
    needs: ClassVar[tuple[str, ...]] = (WRITES, RATES)

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", _alpha(self.alpha))
        whole(self.name, "candidates", self.candidates)
        truth(self.name, "weighted", self.weighted)

    async def __call__(self, case: Case, desk: Desk) -> Ruling:
        """Rules on a case; see the module."""
        check_context(self, desk.context)
        written = await write_candidates(case, desk, self.candidates)
        options = asdict(self) | {"alpha": "inf" if math.isinf(self.alpha) else self.alpha}
        record: dict[str, Any] = {"options": options, **written.record(), "predictions": {}}
        standing = written.standing
        if len(standing) < 2:
            statement = written.texts[standing[0]] if standing else written.failure
            return Ruling(
                statement, record | {"winner": standing[0] if standing else None, "chosen_by": "only_candidate"}
            )
        values = await foretold(case, desk, written.standing_texts)
        record["predictions"] = {seat: _predicted(desk, seat, written) for seat in values}
        known = Comparable.of(values, len(standing))
        if not known.seats:
            return Ruling(known.failure, record | known.record() | {"winner": None})
        return self._chosen(case, desk, written, known, record | known.record())

    def _chosen(self, case: Case, desk: Desk, written: Candidates, known: Comparable, record: dict[str, Any]) -> Ruling:
        weights = weights_of(case, known.seats, self.weighted)
        ranks = welfare_ranks(known.payoffs, self.alpha, weights)
        worth = equivalent_payoff(known.payoffs, self.alpha, weights)
        places = [written.standing[k] for k in known.texts]
        best = [place for place, rank in zip(places, ranks.tolist(), strict=True) if rank == 0]
        winner, tie = draw_lot(desk, case, best)
        by_place = dict(zip(places, zip(ranks.tolist(), worth.tolist(), strict=True), strict=True))
        rows = [by_place.get(k) for k in range(len(written.texts))]
        record |= {
            "weights": dict(zip(known.seats, weights, strict=True)) if weights else None,
            "social_ranks": [row and row[0] for row in rows],
            "equivalent_payoffs": [row and row[1] for row in rows],
            "tie": tie,
            "winner": winner,
            "chosen_by": "welfare",
        }
        return Ruling(written.texts[winner], record)


welfare = Welfare  # where it is used it reads as a function: mediate("draft", welfare(alpha=1))


def draw_lot(desk: Desk, case: Case, best: list[int]) -> tuple[int, dict[str, Any] | None]:
    """One of those that are as good, and how a tie was broken as plain data; None where there was none.

    The lot is an order of the tied that the seed alone decides.
    """
    if len(best) == 1:
        return best[0], None
    drawn = desk.shuffled(best, case, "tie")
    return drawn[0], {"tied": best, "by": "lot", "drawn": drawn}


def _alpha(given: Any) -> float:
    try:
        alpha = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        alpha = math.nan
    if not alpha >= 0:
        raise OptionError(f"welfare: alpha: {given!r} is no number from 0 (utilitarian) up, nor `inf` (Rawlsian)")
    return alpha


def _predicted(desk: Desk, seat: str, written: Candidates) -> dict[str, Any]:
    row = desk.predicted(seat)
    return row | {key: written.spread(row[key]) for key in ("payoffs", "captured_mass")}
