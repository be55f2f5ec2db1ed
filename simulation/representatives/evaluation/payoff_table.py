"""What every participant gets in every play: payoffs as arrays, a row per episode and participant, a column per replicate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....personas.answers import Missing
from ....personas.representatives.payoffs.cases import PayoffCase
from .payoff_sources import PayoffSource
from .plan import EvaluationPlan
from .substituting import Play, Regime, Statements

Floats = NDArray[np.float64]
Row = tuple[str, str]  # episode, persona
Kind = tuple[Regime, str]  # regime and contestant, "" for nobody


@dataclass(frozen=True)
class PayoffTable:
    """Payoffs of all plays.

    Args:
        rows: Episode and persona of every row, the same under every mediator.
        groups: What each row is resampled with, shape (rows,).
        values: By regime and contestant, then by mediator, shape (rows, replicates); NaN is missing.
        source: What they rest on.
        unit: Their unit.
    """

    rows: tuple[Row, ...]
    groups: NDArray[np.str_]
    values: Mapping[Kind, Mapping[str, Floats]]
    source: str
    unit: str

    @property
    def mediators(self) -> tuple[str, ...]:
        """The family's names."""
        return tuple(self.values["base", ""])

    def groups_by_mediator(self) -> dict[str, NDArray[np.str_]]:
        """The same groups for every mediator."""
        return dict.fromkeys(self.mediators, self.groups)

    def shifts(self, regime: Regime, contestant: str = "") -> list[Floats]:
        """By mediator, how far each row's mean payoff moves from what it is with nobody substituted; shape (rows,)."""
        with_them, without = self.values[regime, contestant], self.values["base", ""]
        return [row_means(with_them[m] - without[m]) for m in self.mediators]


async def payoff_table(plan: EvaluationPlan, source: PayoffSource, statements: Statements) -> PayoffTable:
    """The payoffs of all plays: of the substituted where somebody is, of everybody where nobody is.

    Raises:
        SetupError: The source cannot be used at all.
    """
    asked: dict[tuple[str, str, str], PayoffCase] = {}
    for play, text in statements.items():
        for persona in _rated(plan, play):
            if not isinstance(text, Missing):
                asked.setdefault((play.episode, persona, text), _case(plan, play.episode, persona, text))
    found = dict(zip(asked, await source.payoffs(list(asked.values())), strict=True))
    rows = tuple((episode.id, seat.persona) for episode in plan.replayed for seat in episode.seats)

    def payoff(row: Row, mediator: str, replicate: int, kind: Kind) -> float:
        episode, persona = row
        play = Play(mediator, episode, replicate, *kind, persona if kind[0] == "one" else "")
        text = statements[play]
        return math.nan if isinstance(text, Missing) else found[episode, persona, text]

    replicates = range(plan.config.replicates)
    values = {
        kind: {
            mediator: np.array([[payoff(row, mediator, r, kind) for r in replicates] for row in rows])
            for mediator in plan.config.mediators
        }
        for kind in dict.fromkeys((play.regime, play.contestant) for play in statements)
    }
    return PayoffTable(rows, np.array([plan.cluster(*row) for row in rows]), values, source.name, source.unit)


def row_means(values: Floats) -> Floats:
    """Row means of what is there, shape (rows,); NaN of nothing."""
    there = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.asarray(total / np.where(count, count, np.nan), dtype=float)


def _rated(plan: EvaluationPlan, play: Play) -> list[str]:
    return [play.persona] if play.persona else [s.persona for s in plan.episode(play.episode).seats]


def _case(plan: EvaluationPlan, id: str, persona: str, statement: str) -> PayoffCase:
    episode = plan.episode(id)
    opinion = next(s.opinion for s in episode.seats if s.persona == persona)
    told = plan.episodes.persona(persona, but=episode)
    return PayoffCase(told, episode.question, opinion, statement, plan.cluster(id, persona))
