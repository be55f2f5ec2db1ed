"""What mediators do through models: each call journalled, seeded by the group's names and not by the mechanism's."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ...models.protocol import LanguageModel
from ...models.seeds import derive_seed
from ...personas.answers import Missing
from ...personas.asking import Names, ask_all
from ...personas.questions import AGREEMENT
from ...personas.quoting import Quotes
from ..context import Context
from ..speaking import speak
from . import predicting
from .protocol import Case, as_plain
from .rankings import MOST

MEDIATOR, PREDICTOR = "mediator", "predictor"
ATTEMPTS = 3
# What another draw may mend; an error of the server is asked again when the run is resumed.
AGAIN = ("unparseable", "empty", "refusal")

T = TypeVar("T")


def predictor_role(models: Mapping[str, LanguageModel]) -> str:
    """Who foretells rankings and payoffs: the role `predictor`, else `mediator`."""
    return PREDICTOR if PREDICTOR in models else MEDIATOR


class Desk:
    """Where a mediator asks and draws.

    Args:
        context: Of the protocol.

    Attributes:
        rows: What was said here, as rows for the table of utterances, by what it was.
        kept: What goes into the record of the case besides the ruling's own: `predictions` by seat, and what `record`
            was given.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.rows: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, Any] = {}
        self._last: dict[str, dict[str, Any]] = {}

    def names(self, case: Case, *what: str | int) -> Names:
        """What seeds derive from: the study, the group, the question and the step, then what it is for."""
        context = self.context
        return (*context.names(f"{MEDIATOR} {context.unit}", case.question, case.step), *what)

    def random(self, case: Case, *what: str | int) -> random.Random:
        """Draws that are the same whenever this case is run, and others for another purpose."""
        return random.Random(self.seed(case, *what))

    def seed(self, case: Case, *what: str | int) -> int:
        """A seed that is the same whenever this case is run, from 0 up."""
        return derive_seed(*self.names(case, *what))

    def shuffled(self, things: Sequence[T], case: Case, *what: str | int) -> list[T]:
        """The things in an order drawn for this purpose."""
        drawn = list(things)
        self.random(case, "order", *what).shuffle(drawn)
        return drawn

    def record(self, **plain: Any) -> None:
        """Keeps plain data for the record of how the statement came about.

        Raises:
            MediatorError: Something is not plain data (numbers, texts, lists, mappings), or holds NaN or infinity.
        """
        self.kept |= as_plain(plain)

    async def statement(self, case: Case, k: int = 0, order: Sequence[str] | None = None) -> str | Missing:
        """A group statement from the opinions, or, after a critique round, from the statement before and all of that.

        Args:
            case: What the group wrote.
            k: Which of several candidates: each is an independent draw.
            order: The seats in the order in which their words are listed; that of the case by default.
        """
        seats = list(order or case.opinions)
        opinions = {seat: case.opinions[seat] for seat in seats}
        critiques = {seat: case.critiques[seat] for seat in seats if seat in case.critiques}
        names = self.names(case, *((k,) if k else ()))
        said, row = await speak(
            self.context.model(MEDIATOR),
            self._statement_prompt(case, opinions, critiques, Quotes.of(*names)),
            before=(),
            names=names,
            context=self.context,
            about=_told(case, opinions, critiques),
        )
        self.rows[f"candidate {k}"] = row
        return said if isinstance(said, str) else Missing(said["missing"], said.get("raw", ""))

    async def ranking(
        self, case: Case, seat: str, candidates: Sequence[str], attempts: int = ATTEMPTS
    ) -> list[int] | Missing:
        """How one member is foretold to rank candidates, from their opinion and critique; one call for each attempt.

        The candidates are shown in an order drawn for this member, which is recorded and undone. A reply that cannot be
        read is asked for again, each time as another draw.

        Args:
            case: What the group wrote.
            seat: Whose ranking.
            candidates: Two to 26 texts; for a single one nobody is asked.
            attempts: How often a ranking is asked for at most.

        Returns:
            Dense ranks from 0 in the order of `candidates`, lower is better, equal is level; `Missing("unparseable")`
            when no attempt could be read.

        Raises:
            ValueError: There are more than 26 candidates, or no attempt is allowed.
            ContextError: There is no model that could be asked.
        """
        if not 1 <= len(candidates) <= MOST or attempts < 1:
            raise ValueError(f"rank 1 to {MOST} candidates in 1 or more attempts, not {len(candidates)} in {attempts}")
        order = self.shuffled(range(len(candidates)), case, "candidates", seat)
        if len(candidates) == 1:
            return [0]
        shown = [candidates[k] for k in order]
        said: list[int] | Missing = Missing("unparseable")
        asked = 0
        while asked < attempts and isinstance(said, Missing) and said.reason in AGAIN:
            said = await self._ranked(case, seat, shown, asked, asked + 1 == attempts)
            asked += 1
        ranks = said if isinstance(said, Missing) else [said[order.index(k)] for k in range(len(order))]
        held = ranks.as_state() if isinstance(ranks, Missing) else ranks
        self._predicted(seat, {"order": order, "ranks": held, "attempts": asked})
        return ranks

    async def payoffs(
        self, case: Case, seat: str, candidates: Sequence[str], labels: Sequence[str] = AGREEMENT
    ) -> list[float | Missing]:
        """How far one member is foretold to agree with each candidate, from their opinion and critique.

        One choice for each candidate, all at once, with the scale in the same order (forward or reversed) for all: a lean
        to what stands first does not tell candidates apart.

        Args:
            case: What the group wrote.
            seat: Whose payoffs.
            candidates: The texts; each is judged by itself.
            labels: The scale from lowest to highest, coded 1..K.

        Returns:
            For each candidate the mean of the codes, in [1, K], higher is more agreement; or why there is none.

        Raises:
            ContextError: There is no model that could be asked.
            UnsupportedError: The model cannot choose by the context's method.
        """
        posed = predicting.pose_payoffs(
            self.context, self.names(case, "prediction", seat), case, seat, candidates, labels
        )
        answers = await ask_all(self._predictor(), posed)
        values = [predicting.payoff_of(answer) for answer in answers]
        held = [value.as_state() if isinstance(value, Missing) else value for value in values]
        mass = [answer.captured_mass for answer in answers]
        row = {"payoffs": held, "captured_mass": mass, "model": self._predictor().name}
        # One for all candidates, drawn for the member.
        row["option_order"] = next((list(answer.option_order) for answer in answers if answer.option_order), [])
        self._predicted(seat, row)
        return values

    def predicted(self, seat: str) -> dict[str, Any]:
        """What was foretold of a seat last, as the record holds it; empty before anything was."""
        return self._last.get(seat, {})

    def _predictor(self) -> LanguageModel:
        return self.context.model(predictor_role(self.context.models))

    async def _ranked(
        self, case: Case, seat: str, shown: Sequence[str], attempt: int, last: bool
    ) -> list[int] | Missing:
        names = self.names(case, "ranking", seat, *((attempt,) if attempt else ()))
        said, row = await speak(
            self._predictor(),
            predicting.ranking_prompt(self.context, names, case, seat, shown),
            before=(),
            names=names,
            context=self.context,
            about=predicting.told(case, seat) | {"step": "ranking", "candidates": list(shown), "last_attempt": last},
        )
        found = predicting.read_ranking(said, len(shown))
        if isinstance(found, Missing):
            row |= {"text": None, "missing": found.reason, "raw": found.raw}
        self.rows[f"ranking {seat}" + (f" again {attempt}" if attempt else "")] = row
        return found

    def _predicted(self, seat: str, row: dict[str, Any]) -> None:
        """Keeps what was foretold of a seat; a second question about it stands beside the first."""
        predictions = self.kept.setdefault("predictions", {})
        asked = sum(key == seat or key.startswith(f"{seat} again ") for key in predictions)
        predictions[f"{seat} again {asked}" if asked else seat] = self._last[seat] = row

    def _statement_prompt(
        self, case: Case, opinions: Mapping[str, str], critiques: Mapping[str, str], quotes: Quotes
    ) -> str:
        prompts = self.context.prompts
        slots = {"quoting_rule": quotes.rule(prompts), "question": case.question}
        slots["opinions"] = self._listed("opinion_title", opinions, quotes)
        if case.previous is None:
            return prompts.fill("draft", **slots)
        slots["draft"] = quotes.block(case.previous, prompts.fill("draft_title"))
        return prompts.fill("revision", **slots, critiques=self._listed("critique_title", critiques, quotes))

    def _listed(self, title: str, texts: Mapping[str, str], quotes: Quotes) -> str:
        # Numbered, not named: the mediator learns what was said, not who said it.
        titles = (self.context.prompts.fill(title, number=str(k)) for k in range(1, len(texts) + 1))
        return "\n\n".join(map(quotes.block, texts.values(), titles))


def _told(case: Case, opinions: Mapping[str, str], critiques: Mapping[str, str]) -> dict[str, Any]:
    told = {"opinions": opinions, "weights": dict(case.weights), "proposition": case.proposition}
    told |= {"question_text": case.question, "step": "draft"}
    return (
        told
        if case.previous is None
        else told | {"critiques": critiques, "statement": case.previous, "step": "revision"}
    )
