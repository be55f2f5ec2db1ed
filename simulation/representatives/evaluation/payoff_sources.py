"""Where payoffs come from: the truth, a trained model (`PayoffModel`), or a model's own agreement (`LikertPayoffs`).

A source is asked for many cases at once and gives a number for each, NaN where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from ....models.errors import ModelError
from ....models.protocol import ChooseRequest, LanguageModel, Prompt
from ....models.seeds import derive_seed
from ....personas.asking import Names, as_missing
from ....personas.questions import AGREEMENT
from ....personas.representatives.payoffs.cases import PayoffCase
from .calling import each


class PayoffSource(Protocol):
    """Says how far people agree with statements.

    Attributes:
        name: What the payoffs rest on, for reports.
    """

    name: str

    @property
    def unit(self) -> str:
        """The payoffs' unit, for tables and axes."""
        ...

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """The expected payoff of every case in order; higher is more agreement, NaN is missing."""
        ...


class TruePayoffs:
    """The payoffs that a model of a known public gives exactly.

    Args:
        model: Knows the truth; reads the request's context.
        names: From which seeds derive; persona, question and statement are added.
        at_once: The most calls under way.
    """

    unit = f"points of a scale from 1 to {len(AGREEMENT)}"

    def __init__(self, model: LanguageModel, names: Names, at_once: int = 64) -> None:
        self.name = f"{model.name} (true payoffs)"
        self._model, self._names, self._at_once = model, names, at_once

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """The mean of the scale's codes under the true probabilities.

        Raises:
            SetupError: The model cannot be used at all.
            UnsupportedError: It knows no payoffs.
        """
        return await each(cases, self._payoff, self._at_once)

    async def _payoff(self, case: PayoffCase) -> float:
        # The question itself stands in the context, not the prompt's text: it is what the truth goes by.
        context: dict[str, Any] = {
            "step": "rating",
            "persona": case.persona.id,
            "question_text": case.question,
            "statement": case.statement,
            "option_rank": tuple(range(len(AGREEMENT))),
            "missing_options": (False,) * len(AGREEMENT),
        }
        request = ChooseRequest(
            prompt=Prompt.of(f"{case.question}\n\n{case.statement}"),
            seed=derive_seed(*self._names, case.persona.id, case.question, case.statement, "payoff"),
            context=context,
            options=AGREEMENT,
        )
        try:
            choice = await self._model.choose(request)
        except ModelError as error:
            as_missing(error)
            return math.nan
        return sum(k * p for k, p in enumerate(choice.probabilities, start=1))
