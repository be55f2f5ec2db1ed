"""What every participant gets in every play: payoffs as arrays, a row per mediator, episode, replicate and participant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...personas.answers import Missing
from ...personas.representatives.payoff_cases import PayoffCase
from .evaluation_plan import EvaluationPlan
from .payoff_sources import PayoffSource
from .substituting import Play, Regime, Statements

Floats = NDArray[np.float64]
Row = tuple[str, str, int, str]  # mediator, episode, replicate, persona


@dataclass(frozen=True)
class PayoffTable:
    """Payoffs of all plays.

    Args:
        rows: Mediator, episode, replicate and persona of every row.
        clusters: What each row is resampled with. Shape (n,).
        values: By regime and contestant ("" for nobody), shape (n,); NaN is missing.
        source: What they rest on.
        unit: Their unit.
    """

    rows: tuple[Row, ...]
    clusters: NDArray[np.str_]
    values: dict[tuple[Regime, str], Floats]
    source: str
    unit: str

    @cached_property
    def mediators(self) -> NDArray[np.str_]:
        """Every row's mediator, shape (n,)."""
        return np.array([row[0] for row in self.rows])

    def difference(self, regime: Regime, contestant: str = "") -> Floats:
        """Payoff with somebody substituted minus payoff with nobody, for the substituted; shape (n,)."""
        return self.values[regime, contestant] - self.values["base", ""]


async def payoff_table(plan: EvaluationPlan, source: PayoffSource, statements: Statements) -> PayoffTable:
    """The payoffs of all plays: of the substituted where somebody is, of everybody where nobody is.

    Raises:
        SetupError: The source cannot be used at all.
    """
    rows = tuple(
        (mediator, episode.id, replicate, seat.persona)
        for mediator in plan.config.mediators
        for episode in plan.replayed
        for replicate in range(plan.config.replicates)
        for seat in episode.seats
    )
    asked: dict[tuple[str, str, str], PayoffCase] = {}
    for play, text in statements.items():
        for persona in _rated(plan, play):
            if not isinstance(text, Missing):
                asked.setdefault((play.episode, persona, text), _case(plan, play.episode, persona, text))
    found = dict(zip(asked, await source.payoffs(list(asked.values())), strict=True))
    kinds = dict.fromkeys((play.regime, play.contestant) for play in statements)
    values = {kind: np.array([_value(row, kind, statements, found) for row in rows]) for kind in kinds}
    clusters = np.array([plan.cluster(row[1]) for row in rows])
    return PayoffTable(rows, clusters, values, source.name, source.unit)


def _rated(plan: EvaluationPlan, play: Play) -> list[str]:
    return [play.persona] if play.persona else [s.persona for s in plan.episode(play.episode).seats]


def _case(plan: EvaluationPlan, id: str, persona: str, statement: str) -> PayoffCase:
    episode = plan.episode(id)
    opinion = next(s.opinion for s in episode.seats if s.persona == persona)
    told = plan.episodes.persona(persona, but=episode)
    return PayoffCase(told, episode.question, opinion, statement, plan.cluster(id))


def _value(row: Row, kind: tuple[Regime, str], statements: Statements, found: dict[Any, float]) -> float:
    mediator, episode, replicate, persona = row
    regime, contestant = kind
    play = Play(mediator, episode, replicate, regime, contestant, persona if regime == "one" else "")
    text = statements[play]
    return float("nan") if isinstance(text, Missing) else found[episode, persona, text]
