"""Where payoffs come from: the truth, a trained model, or a model's own agreement on a scale.

A source is asked for many cases at once and gives a number for each, NaN where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from ...models.errors import ModelError
from ...models.protocol import ChooseMethod, ChooseRequest, LanguageModel, Message, Prompt
from ...models.seeds import derive_seed
from ...models.templates import PromptBook
from ...personas.asking import Asking, Names, as_missing, ask, persona_context, pose
from ...personas.conditioning import condition
from ...personas.payoffs import expected_value
from ...personas.persona import Attribute
from ...personas.questions import AGREEMENT, likert
from ...personas.representatives.payoff_cases import PayoffCase
from .calling import each


class PayoffSource(Protocol):
    """Says how far people agree with statements.

    Attributes:
        name: What the payoffs rest on, for reports.
        unit: The payoffs' unit, for tables and axes.
    """

    name: str
    unit: str

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """The expected payoff of every case in order; higher is more agreement, NaN is missing."""
        ...


class RatedPayoffs:
    """The expected agreement on a scale, as a model chooses.

    A model that knows the truth gives true payoffs; it is told whom and what is meant by the request's context.

    Args:
        model: Who chooses.
        names: From which seeds derive; persona, question and statement are added.
        prompts: The prompt texts.
        variant: How the persona is put before the model.
        attributes: How traits are put into words.
        method: How choices are read.
        draws: Answers drawn, for methods that draw.
        at_once: The most calls under way.
    """

    unit = f"points of a scale from 1 to {len(AGREEMENT)}"

    def __init__(
        self,
        model: LanguageModel,
        names: Names,
        prompts: PromptBook,
        *,
        variant: str = "base+D+O3+C3",
        attributes: Sequence[Attribute] = (),
        method: ChooseMethod = "first_token",
        draws: int = 10,
        at_once: int = 64,
    ) -> None:
        self.name = model.name
        self._model, self._names, self._prompts, self._at_once = model, names, prompts, at_once
        self._variant, self._attributes, self._asking = variant, attributes, Asking(method, draws)

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """The mean of the scale's codes under the model's probabilities.

        Raises:
            SetupError: The model cannot be used at all.
        """
        return await each(cases, self._payoff, self._at_once)

    async def _payoff(self, case: PayoffCase) -> float:
        text = self._prompts.fill(
            "rating", question=case.question, opinion=case.opinion or "", statement=case.statement
        )
        preamble = condition(case.persona, self._variant, self._attributes, self._prompts, case.question)
        posed = pose(
            likert("agreement", text, AGREEMENT),
            before=(Message("system", preamble),) if preamble else (),
            names=(*self._names, case.persona.id, case.question, case.statement, "payoff"),
            prompts=self._prompts,
            asking=self._asking,
            context={
                **persona_context(case.persona, self._variant),
                "step": "rating",
                "proposition": case.question,
                "statement": case.statement,
            },
        )
        found = expected_value(await ask(self._model, posed))
        return found[0] if found else math.nan


class TruePayoffs:
    """The payoffs that a model of a known public gives exactly.

    Args:
        model: Knows the truth; reads the request's context.
        names: As for `RatedPayoffs`.
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
