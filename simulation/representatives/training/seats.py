"""What seats trained representatives in a deliberation: a study of kind `consensus`, and the people it is held by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from ....personas.population import Population
from ....personas.representatives.training.one_model import Trained
from ...folder import write_text
from ..study import RepresentativeConfig
from .plan import TrainingPlan

PEOPLE, STUDY = "people.jsonl", "consensus.yaml"
_SEATS = 5
_HEAD = """\
# Held-out people, each with a representative in their seat: minipublic run consensus.yaml
# The mediator is `model` unless another is named: `mediator: openai:NAME@http://localhost:8000/v1`, say.
# On vLLM: serve the base with --enable-lora, write `spec: vllm:NAME@http://localhost:8000/v1`, and leave `adapter` as it is.
"""


def save_seats(
    plan: TrainingPlan,
    one: RepresentativeConfig,
    folder: Path,
    but: Mapping[str, str] | None = None,
    adapters: Mapping[str, Path] | None = None,
) -> None:
    """Writes `people.jsonl` (with what everybody said, and their model) and `consensus.yaml`, which names the models.

    Args:
        plan: What was trained.
        one: The representative.
        folder: Where it lies.
        but: By person, the episode that is not told, since it was held out from the person's adapter.
        adapters: By person, the adapter; one model for everybody by default.
    """
    episodes = plan.split.validation
    held = {e.id: e for e in episodes.episodes}
    seated = list(adapters) if adapters else [p.id for p in episodes.population]
    people = [episodes.persona(p, but=held[but[p]] if but else None) for p in seated]
    if adapters:
        people = [replace(p, model=_name(one, p.id)) for p in people]
    population = Population(tuple(people), episodes.population.attributes)
    population.save(folder / PEOPLE)
    base = plan.study.bases[one.base].model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    models = {_name(one, p): base | {"adapter": str(a.resolve())} for p, a in (adapters or {}).items()}
    models = {one.base: base, **models} if models else {one.name: base | _trained(folder)}
    size = min(_SEATS, len(people))
    if size < 2:  # nobody to deliberate with
        return
    content: dict[str, Any] = {
        "study": f"{plan.study.study}_{one.name}",
        "kind": "consensus",
        "seed": plan.study.seed,
        "models": models,
        "model": next(iter(models)),
        "population": {"file": PEOPLE},
        "conditions": [{"name": one.name, "style": one.variant}],
        "consensus": {
            "questions": _questions(plan),
            "groups": len(people) // size,
            "group_size": size,
        },
    }
    content |= {"prompts": plan.study.prompts} if plan.study.prompts else {}
    write_text(folder / STUDY, _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))


def _name(one: RepresentativeConfig, persona: str) -> str:
    return f"{one.name} {persona}".replace(":", "_")


def _trained(folder: Path) -> dict[str, str]:
    trained = Trained.load(folder)
    weights = Path(trained.weights)
    found = {"spec": f"hf:{weights.resolve() if weights.is_dir() else trained.weights}"}
    return found | ({"adapter": str(trained.adapter.resolve())} if trained.adapter else {})


def _questions(plan: TrainingPlan) -> list[dict[str, str] | str]:
    found: dict[str, dict[str, str] | str] = {}
    for e in plan.split.validation.episodes:
        both = {"question": e.question, "proposition": e.proposition}
        found.setdefault(e.question, both if e.proposition else e.question)
    return list(found.values())
