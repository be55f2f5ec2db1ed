"""Texts side by side: what the person wrote, and what the contestants wrote in the person's place."""

from __future__ import annotations

import random
from typing import Any

from ....models.seeds import derive_seed
from ....personas.answers import Missing
from .measuring import Found
from .plan import EvaluationPlan


def sample_texts(plan: EvaluationPlan, found: Found) -> list[dict[str, Any]]:
    """Some held-out texts, drawn by seed, in the episodes' order; each with every contestant's first text.

    Returns:
        `episode`, `persona`, `step`, `question`, `opinion` and `draft` (for a critique), `human`, and `texts` by
        contestant; a missing text is `{"missing": …, "raw": …}`.
    """
    places = range(len(plan.keys))
    draw = random.Random(derive_seed(plan.study, plan.seed, "samples"))
    rows = []
    for k in sorted(draw.sample(places, min(plan.config.samples, len(places)))):
        key = plan.keys[k]
        episode = plan.episode(key[0])
        seat = next(s for s in episode.seats if s.persona == key[1])
        base = {"opinion": seat.opinion, "draft": episode.draft} if key[2] == "critique" else {}
        rows.append(
            {
                "episode": episode.id,
                "persona": seat.persona,
                "step": key[2],
                "question": episode.question,
                **base,
                "human": seat.critique if key[2] == "critique" else seat.opinion,
                "texts": {name: _shown(texts[key, 0]) for name, texts in found.texts.items()},
            }
        )
    return rows


def _shown(text: str | Missing) -> Any:
    return text.as_state() if isinstance(text, Missing) else text
