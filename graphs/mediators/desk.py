"""What mediators do through models: each call journalled, seeded by the group's names and not by the mechanism's."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from ...models.seeds import derive_seed
from ...personas.answers import Missing
from ...personas.asking import Names
from ...personas.quoting import Quotes
from ..context import Context
from ..speaking import speak
from .protocol import Case

MEDIATOR = "mediator"


class Desk:
    """Where a mediator asks and draws.

    Args:
        context: Of the protocol.

    Attributes:
        rows: What was said here, as rows for the table of utterances, by what it was.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.rows: dict[str, dict[str, Any]] = {}

    def names(self, case: Case, *what: str | int) -> Names:
        """What seeds derive from: the study, the group, the question and the step, then what it is for."""
        context = self.context
        return (*context.names(f"{MEDIATOR} {context.unit}", case.question, case.step), *what)

    def random(self, case: Case, *what: str | int) -> random.Random:
        """Draws that are the same whenever this case is run, and others for another purpose."""
        return random.Random(derive_seed(*self.names(case, *what)))

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
