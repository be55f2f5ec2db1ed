"""Payoffs by asking: a language model's expected agreement on a Likert scale, in the person's place."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from ....models.protocol import LanguageModel
from ....models.templates import PromptBook
from ...asking import Asking, Names
from ...payoffs import expected_agreement, persona_prompts
from ...persona import Attribute
from ...questions import AGREEMENT
from ..variant import Variant
from .cases import PayoffCase, Scale, rating_scale


class LikertPayoffs:
    """The mean of a Likert scale under a model's answer, for many people and statements at once.

    Attributes:
        name: The model's name.
        unit: The payoffs' unit.
        scale: What they are measured on, 1 to the number of labels.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        variant: Variant = Variant(demographics=True),
        attributes: Sequence[Attribute] = (),
        labels: Sequence[str] = AGREEMENT,
        asking: Asking = Asking(),
        names: Names = (),
        prompts: PromptBook | None = None,
        at_once: int = 64,
    ) -> None:
        """How a model is asked.

        Args:
            model: Who answers; wrapped in a journal, no call is asked twice.
            variant: What the model is told of the person, besides the question and their own answer to it.
            attributes: Which traits D shows, in which order; all of the persona's by default.
            labels: The scale from lowest to highest, coded 1..K.
            asking: How the scale is asked.
            names: From which seeds derive; question, person and statement are added.
            prompts: Other prompt texts than the package's.
            at_once: The most cases under way.
        """
        self.name = model.name
        self.scale: Scale = rating_scale(1.0, float(len(labels)))
        self._model, self._variant, self._attributes = model, variant, tuple(attributes)
        self._labels, self._asking, self._names = tuple(labels), asking, names
        self._prompts, self._at_once = prompts or persona_prompts(), at_once

    @property
    def unit(self) -> str:
        """The payoffs' unit."""
        return self.scale.unit

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """Expected agreement with each case's statement, in order; NaN where the model gave no answer.

        Raises:
            SetupError: The model cannot be used at all.
        """
        room = asyncio.Semaphore(self._at_once)

        async def one(case: PayoffCase) -> float:
            async with room:
                return await self._payoff(case)

        tasks = [asyncio.create_task(one(case)) for case in cases]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:  # those that still wait where one failed for good
                task.cancel()

    async def _payoff(self, case: PayoffCase) -> float:
        payoff = await expected_agreement(
            self._model,
            case.persona,
            case.statement,
            style=str(self._variant),
            attributes=self._attributes,
            labels=self._labels,
            names=(*self._names, case.question),
            asking=self._asking,
            prompts=self._prompts,
            context={"proposition": case.question},
            question=case.question,
            told=self._told(case),
        )
        return math.nan if payoff.value is None else payoff.value

    def _told(self, case: PayoffCase) -> str:
        asked = self._prompts.fill("payoff_asked", question=case.question)
        if not case.opinion:
            return asked
        return asked + "\n" + self._prompts.fill("payoff_answered", opinion=case.opinion)
