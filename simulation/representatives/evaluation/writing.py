"""What contestants write in people's places, on the held-out texts' own prompts."""

from __future__ import annotations

from typing import Any

from ....models.errors import ModelError
from ....models.protocol import LanguageModel, Request
from ....models.seeds import derive_seed
from ....personas.answers import Missing
from ....personas.asking import as_missing, persona_context, read_text
from .calling import each
from .contestants import Contestant
from .plan import EvaluationPlan, Key

Written = dict[tuple[Key, int], str | Missing]  # by text and replicate


async def write_texts(plan: EvaluationPlan, contestant: Contestant, model: LanguageModel) -> Written:
    """A contestant's texts in the place of what people wrote.

    They are the very calls with which the contestant takes a seat in an episode, so that playing it again asks for
    none of them a second time.

    Raises:
        SetupError: The model cannot be used at all.
    """
    shown = plan.demonstrations(contestant.variant)
    wanted = [(key, replicate) for key in plan.written for replicate in range(plan.config.replicates)]

    async def write(one: tuple[Key, int]) -> str | Missing:
        key, replicate = one
        d = shown[key]
        question = plan.episode(d.episode).question
        request = Request(
            prompt=d.prompt,
            sampling=plan.sampling,
            seed=derive_seed(*plan.names(d.persona, question, replicate, d.step)),
            replicate=replicate,
            context=told(plan, key, contestant),
        )
        try:
            return read_text(await model.generate(request))
        except ModelError as error:
            return as_missing(error)

    return dict(zip(wanted, await each(wanted, write, plan.config.calls_in_flight), strict=True))


def told(plan: EvaluationPlan, key: Key, contestant: Contestant) -> dict[str, Any]:
    """Plain values about a text, for models that answer from them; as a protocol gives them."""
    id, persona, step = key
    episode = plan.episode(id)
    about = {"step": step, "question_text": episode.question, "proposition": episode.proposition}
    about |= {"statement": episode.draft} if step == "critique" and episode.draft else {}
    return persona_context(plan.episodes.persona(persona, but=episode), str(contestant.variant)) | about
