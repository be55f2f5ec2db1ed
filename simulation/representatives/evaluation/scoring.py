"""How likely a contestant finds what people wrote (Jarrett et al. 2025, eq. 19)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ....models.errors import ModelError
from ....models.protocol import LanguageModel, ScoreRequest
from ....models.seeds import derive_seed
from ....personas.answers import Missing
from ....personas.asking import as_missing
from .calling import each
from .contestants import Contestant
from .plan import EvaluationPlan, Key
from .writing import told


@dataclass(frozen=True, slots=True)
class Scored:
    """The log-likelihood of one human text.

    Args:
        log_likelihood: Natural logarithm, at most 0; −∞ is impossible, NaN missing.
        tokens: As the model counts them; 0 where it is missing.
        missing: Why there is none.
    """

    log_likelihood: float
    tokens: int
    missing: Missing | None = None


async def score_texts(plan: EvaluationPlan, contestant: Contestant, model: LanguageModel) -> dict[Key, Scored]:
    """The log-likelihood of every held-out text under a contestant.

    Raises:
        SetupError: The model cannot be used at all.
        UnsupportedError: It gives no log-likelihoods.
    """
    shown = plan.demonstrations(contestant.variant)

    async def score(key: Key) -> Scored:
        d = shown[key]
        request = ScoreRequest(
            prompt=d.prompt,
            seed=derive_seed(*plan.names(d.persona, plan.episode(d.episode).question, 0, f"{d.step} score")),
            context=told(plan, key, contestant),
            continuation=d.continuation(model.capabilities.chat),
        )
        try:
            found = await model.score(request)
        except ModelError as error:
            return Scored(math.nan, 0, as_missing(error))
        # A journal cannot hold −∞: it comes back as nothing.
        held: float | None = found.log_likelihood
        return Scored(-math.inf if held is None else held, found.tokens)

    scores = await each(plan.keys, score, plan.config.calls_in_flight)
    return dict(zip(plan.keys, scores, strict=True))
