"""The Habermas machine: candidate statements, everybody's foretold ranking of them, and a social choice (Tessler et al. 2024).

1. N candidates are written at the same time, each from the opinions (and critiques) in an order of its own.
2. Everybody's ranking of the candidates is foretold from their own words, at the same time, each in an order of its own.
3. A social choice rule counts the rankings; random ballots break a tie for the first place.

After a critique round the same, with the statement before and everybody's critique of it in both prompts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from ...personas.answers import Missing
from .candidates import Candidates, write_candidates
from .counting import TieBreak, check_tie_break, count_ballots, rule_of, tie_record
from .desk import ATTEMPTS, Desk
from .needs import RANKS, RATES, WRITES, check_context
from .options import one_of, truth, whole
from .protocol import Case, Ruling
from .rankings import MOST
from .valuing import weights_of

Ballot = list[float | None]  # a rank for each candidate that stands, lower is better; None where nothing was foretold
PREDICTS = ("ranking", "payoffs")


@dataclass(frozen=True)
class Habermas:
    """A mediator who lets foretold rankings choose between several statements.

    Args:
        candidates: How many statements; 16 as published.
        predict: `ranking` asks for a ranking in words; `payoffs` ranks by expected agreement (one choice for each member
            and candidate), as the published system does with its reward model.
        rule: A social choice rule by name, or with options, such as `{"name": "minimax", "variant": "margin"}`.
        attempts: How often a ranking is asked for that cannot be read.
        tie_break: `ballots`, drawn at random, then a lot; or `lot` at once.
        weighted: A ballot counts as much as its member stands for; else each counts the same.

    Raises:
        OptionError: An option has no such value.
        ChoiceError: There is no such rule, or it cannot count so many candidates.
    """

    candidates: int = 4
    predict: Literal["ranking", "payoffs"] = "ranking"
    rule: str | Mapping[str, Any] = "schulze"
    attempts: int = ATTEMPTS
    tie_break: TieBreak = "ballots"
    weighted: bool = False
    name: ClassVar[str] = "habermas"

    def __post_init__(self) -> None:
        one_of(self.name, "predict", self.predict, PREDICTS)
        whole(self.name, "candidates", self.candidates, MOST if self.predict == "ranking" else None)
        whole(self.name, "attempts", self.attempts)
        check_tie_break(self.name, self.tie_break)
        truth(self.name, "weighted", self.weighted)
        rule_of(self.name, self.rule, self.candidates)

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs of the models."""
        return (WRITES, RANKS if self.predict == "ranking" else RATES)

    async def __call__(self, case: Case, desk: Desk) -> Ruling:
        """Rules on a case; see the module."""
        check_context(self, desk.context)
        written = await write_candidates(case, desk, self.candidates)
        record: dict[str, Any] = {"options": asdict(self), **written.record(), "predictions": {}}
        standing = written.standing
        if len(standing) < 2:
            statement = written.texts[standing[0]] if standing else written.failure
            return Ruling(
                statement, record | {"winner": standing[0] if standing else None, "chosen_by": "only_candidate"}
            )
        ballots = await self._ballots(case, desk, written)
        record["predictions"] = {seat: _predicted(desk, seat, ballot, written) for seat, ballot in ballots.items()}
        cast = {seat: ballot for seat, ballot in ballots.items() if not isinstance(ballot, Missing)}
        if not cast:
            why = "; ".join(f"{seat}: {gone.reason}" for seat, gone in ballots.items() if isinstance(gone, Missing))
            return Ruling(Missing("no_rankings", why), record | {"winner": None})
        return self._counted(case, desk, written, cast, record)

    async def _ballots(self, case: Case, desk: Desk, written: Candidates) -> dict[str, Ballot | Missing]:
        texts = written.standing_texts

        async def ballot(seat: str) -> Ballot | Missing:
            if self.predict == "payoffs":
                return by_payoff(await desk.payoffs(case, seat, texts))
            ranks = await desk.ranking(case, seat, texts, self.attempts)
            return ranks if isinstance(ranks, Missing) else [float(rank) for rank in ranks]

        return dict(zip(case.opinions, await asyncio.gather(*map(ballot, case.opinions)), strict=True))

    def _counted(
        self, case: Case, desk: Desk, written: Candidates, cast: Mapping[str, Ballot], record: dict[str, Any]
    ) -> Ruling:
        weights = weights_of(case, list(cast), self.weighted)
        seed, standing = desk.seed(case, "tie"), written.standing
        count = count_ballots(
            list(cast.values()),
            rule_of(self.name, self.rule, self.candidates),
            seed=seed,
            tie_break=self.tie_break,
            weights=weights,
        )
        record |= {
            "weights": dict(zip(cast, weights, strict=True)) if weights else None,
            "social_ranks": written.spread(count.social_ranks),
            "tie": tie_record(count, self.tie_break, seed, standing),
            "winner": standing[count.winner],
            "chosen_by": "rule",
        }
        return Ruling(written.texts[standing[count.winner]], record)


habermas = Habermas  # where it is used it reads as a function: mediate("draft", habermas(candidates=8))


def by_payoff(payoffs: Sequence[float | Missing]) -> Ballot | Missing:
    """A ballot from payoffs: the highest first, equal ones level, no rank where one is missing; `Missing` without any."""
    known = sorted({round(value, 9) for value in payoffs if not isinstance(value, Missing)}, reverse=True)
    if not known:
        return next((value for value in payoffs if isinstance(value, Missing)), Missing("no_candidates"))
    return [None if isinstance(value, Missing) else float(known.index(round(value, 9))) for value in payoffs]


def _predicted(desk: Desk, seat: str, ballot: Ballot | Missing, written: Candidates) -> dict[str, Any]:
    """What was foretold of a seat, with the candidates called as in the record."""
    row = dict(desk.predicted(seat))
    if "order" in row:
        row["order"] = [written.standing[k] for k in row["order"]]
    for key in ("payoffs", "captured_mass"):
        if key in row:
            row[key] = written.spread(row[key])
    return row | {"ranks": ballot.as_state() if isinstance(ballot, Missing) else written.spread(ballot)}
