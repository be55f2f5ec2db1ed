"""What a run would ask, without asking: units, calls, tokens, and one prompt of each kind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..models.protocol import (
    CHOOSE_METHODS,
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    LanguageModel,
    Request,
    Score,
    ScoreRequest,
)
from .plan import Plan
from .work import make_work

SAMPLED_PEOPLE = 5
CHARACTERS_PER_TOKEN = 4


@dataclass(slots=True)
class Rehearsal:
    """Answers every request with a placeholder and notes what was asked.

    Args:
        of: The model it stands for.
    """

    of: str
    calls: int = 0
    prompt_characters: int = 0
    completion_tokens: int = 0
    kinds: dict[str, str] = field(default_factory=dict)
    name: str = "rehearsal"
    capabilities: Capabilities = Capabilities(score=True, choose=CHOOSE_METHODS)

    async def generate(self, request: Request) -> Generation:
        """Notes the request; the placeholder is as long as half the limit."""
        self._note(request, request.sampling.max_tokens // 2)
        return Generation(f"[{request.context.get('step', 'text')} of up to {request.sampling.max_tokens} tokens]")

    async def choose(self, request: ChooseRequest) -> Choice:
        """Notes the request; every option is as likely."""
        draws = request.draws if request.method == "sampled" else 1
        for _ in range(draws):
            self._note(request, 4 if request.method == "sampled" else 1)
        return Choice(tuple(1 / len(request.options) for _ in request.options), 1.0)

    async def score(self, request: ScoreRequest) -> Score:
        """Notes the request."""
        self._note(request, 1)
        return Score(0.0, 1)

    async def aclose(self) -> None:
        """Has nothing to close."""

    def _note(self, request: Request, completion_tokens: int) -> None:
        self.calls += 1
        self.prompt_characters += len(request.prompt.text)
        self.completion_tokens += completion_tokens
        step, style = request.context.get("step", "text"), request.context.get("style")
        self.kinds.setdefault(f"{step} ({style})" if style else str(step), request.prompt.text)


def estimate(plan: Plan, limit: int | None = None) -> dict[str, Any]:
    """Rehearses a few people or groups and scales up to all of them.

    Args:
        plan: What would be run.
        limit: Only the first people or groups.

    Returns:
        `people`, `units`, `calls`, `prompt_tokens`, `completion_tokens` (estimates: four characters a token, a text
        half as long as allowed), and `prompts`: one rendered prompt of each kind.
    """
    people = plan.people if limit is None else min(limit, plan.people)
    sampled = min(people, SAMPLED_PEOPLE)
    stands_in = {key: Rehearsal(key) for key in plan.model_configs()}
    models: Mapping[str, LanguageModel] = stands_in
    work = make_work(plan, models)

    async def rehearse() -> int:
        units = list(plan.units(sampled))
        for unit in units:
            await work(unit)
        return len(units)

    units = asyncio.run(rehearse())
    scale = people / sampled if sampled else 0.0
    prompts: dict[str, str] = {}
    for stand_in in stands_in.values():
        prompts = stand_in.kinds | prompts
    return {
        "people": people,
        "units": round(units * scale),
        "calls": round(sum(m.calls for m in stands_in.values()) * scale),
        "prompt_tokens": round(sum(m.prompt_characters for m in stands_in.values()) / CHARACTERS_PER_TOKEN * scale),
        "completion_tokens": round(sum(m.completion_tokens for m in stands_in.values()) * scale),
        "prompts": prompts,
    }
