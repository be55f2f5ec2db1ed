"""Which model speaks for whom, and what of that belongs to a study's identity."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..models.registry import ModelSpec
from ..personas.population import Population
from .errors import InputError
from .study import ConditionConfig, ModelConfig, Study
from .weights import folder_hash, weights_folder, with_files_read

_ROLES = ("mediator", "predictor", "judge")
_SHOWN = 12
_LONGEST = 200  # characters of options that a key shows
# Options that decide how fast a model answers and what it takes up, not what it answers: a run that met the end of a
# device's memory goes on with others.
_MEANS = frozenset(
    (
        "prompts_per_request",
        "batch_size",
        "prefix_cache",
        "max_model_len",
        "gpu_memory_utilization",
        "max_num_seqs",
        "enforce_eager",
        "prefix_caching",
        "num_gpu_blocks_override",
        "tensor_parallel_size",
    )
)


def role_key(model: ModelConfig) -> str:
    """The model's kind, name and options; weights and adapters by their content, and nothing of where and how it is run."""
    spec = ModelSpec.parse(model.spec)
    folder = weights_folder(model)
    told = [f"adapter={folder_hash(Path(model.adapter))[:_SHOWN]}"] if model.adapter else []
    options = [f"{k}={v}" for k, v in sorted(model.options.items()) if k not in _MEANS]
    told += [_short(",".join(options))] if options else []
    name = f"sha256-{folder_hash(folder)[:_SHOWN]}" if folder else spec.name
    return " ".join([f"{spec.kind}:{name}", *told])


def _short(options: str) -> str:
    """The options, or a name for them where they fill more than a line."""
    if len(options) <= _LONGEST:
        return options
    return f"options={hashlib.sha256(options.encode()).hexdigest()[:_SHOWN]}"


def settled_models(study: Study, path: Path) -> dict[str, Any]:
    """The study's fields that hold models, with the folders in them absolute.

    Raises:
        InputError: A folder is missing.
    """

    def settled(place: str, model: ModelConfig | None) -> ModelConfig | None:
        return model and with_files_read(model, place, path, study.data)

    conditions = [
        c.model_copy(update={"model": settled(f"conditions.{c.name}.model", c.model)}) for c in study.conditions
    ]
    named = {name: settled(f"models.{name}", model) for name, model in study.models.items()}
    roles = {role: settled(role, getattr(study, role)) for role in ("model", *_ROLES)}
    return {"models": named, **roles, "conditions": conditions}


def bindings(population: Population) -> dict[str, str]:
    """The name of the model of every persona that has one of its own, by the persona's id."""
    return {p.id: p.model for p in population if p.model}


def speakers(study: Study, condition: ConditionConfig, population: Population) -> dict[str, ModelConfig]:
    """Who speaks in a condition: the models by role, and by name those that somebody speaks through.

    A condition's model takes the place of the participants'; a persona's own model stays.
    """
    roles = {"participant": condition.model or study.model, "mediator": study.mediator or study.model}
    roles |= {role: model for role in ("predictor", "judge") if (model := getattr(study, role))}
    bound = set(bindings(population).values())
    in_roles = list(_in_roles(study))
    named = {name: m for name, m in study.models.items() if name in bound or any(m == other for other in in_roles)}
    return {**named, **roles}


def _in_roles(study: Study) -> Iterator[ModelConfig]:
    for model in (study.model, *(getattr(study, role) for role in _ROLES), *(c.model for c in study.conditions)):
        if model is not None:
            yield model


def used_models(study: Study, population: Population) -> dict[str, ModelConfig]:
    """Every model somebody speaks through, by its key; a model that is only declared is not among them."""
    return {role_key(m): m for m in _used(study, population)}


def _used(study: Study, population: Population) -> Iterator[ModelConfig]:
    yield from _in_roles(study)
    for name in dict.fromkeys(bindings(population).values()):
        yield study.models[name]


def check_addresses(study: Study, population: Population) -> None:
    """Looks whether models of one name are one model: a name stands for weights, and only one of them would be asked.

    Raises:
        InputError: One name is given at two addresses.
    """
    seen: dict[str, ModelConfig] = {}
    for model in _used(study, population):
        other = seen.setdefault(role_key(model), model)
        if ModelSpec.parse(other.spec).base_url != ModelSpec.parse(model.spec).base_url:
            raise InputError(
                f"{place_of(study, other)} and {place_of(study, model)} are both {model.kind_and_name}, at two "
                "addresses; serve other weights under another name, and the same weights at one address"
            )


def identity_of_speakers(study: Study, population: Population) -> dict[str, Any]:
    """Who speaks through which model, whatever the models are called and wherever their folders lie."""
    bound = bindings(population)
    keys = {name: role_key(study.models[name]) for name in set(bound.values())}
    shared = {role_key(c.model or study.model) for c in study.conditions}
    personas = {persona: keys[name] for persona, name in bound.items() if shared != {keys[name]}}
    content: dict[str, Any] = {
        "conditions": [_identity_of(c) for c in study.conditions],
        "model": role_key(study.model),
        "mediator": role_key(study.mediator or study.model),
    }
    # Only what is declared, so that a study without a predictor, a judge or bindings stays the study it was.
    content |= {role: role_key(model) for role in ("predictor", "judge") if (model := getattr(study, role))}
    return content | ({"personas": personas} if personas else {})


def _identity_of(c: ConditionConfig) -> dict[str, Any]:
    content: dict[str, Any] = {"name": c.name, "style": c.style, "model": c.model and role_key(c.model)}
    content |= {"options": dict(c.options)} if c.options else {}
    content |= {"mechanism": c.mechanism.identity()} if c.mechanism else {}
    return content | ({"backstories": c.backstories, "matching": c.matching} if c.backstories else {})


def hashes_of_folders(study: Study, population: Population) -> dict[str, str]:
    """SHA-256 of the folders of weights and adapters in use, by the digits that stand for them in keys."""
    models = used_models(study, population).values()
    adapters = [Path(m.adapter) for m in models if m.adapter]
    weights = [folder for m in models if (folder := weights_folder(m))]
    hashes = [folder_hash(folder) for folder in (*weights, *adapters)]
    return {f"weights {found[:_SHOWN]}": found for found in sorted(hashes)}


def hash_of_people(population: Population) -> str:
    """SHA-256 of the personas without the names of their models, which may be renamed."""
    whole = hashlib.sha256()
    for p in population:
        row: list[Any] = [p.id, dict(p.attributes), p.backstory, p.weight]
        # Only what there is, so that people without them stay the people they were.
        row += [[t.question, t.answer] for t in p.interview] + ([dict(p.traits)] if p.traits else [])
        whole.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    return whole.hexdigest()


def described_roles(study: Study, population: Population) -> dict[str, Any]:
    """The model's key by role, and how many personas have which model of their own."""
    bound = Counter(bindings(population).values())
    roles: dict[str, Any] = {"participant": role_key(study.model)}
    if study.deliberation or study.mediator:
        roles["mediator"] = role_key(study.mediator or study.model)
    roles |= {role: role_key(model) for role in ("predictor", "judge") if (model := getattr(study, role))}
    own = {c.name: role_key(c.model) for c in study.conditions if c.model}
    counts: Counter[str] = Counter()
    for name, n in bound.items():
        counts[role_key(study.models[name])] += n
    return roles | ({"conditions": own} if own else {}) | {"personas": dict(counts)}


def notes_on_models(study: Study, population: Population) -> list[str]:
    """What looks like an oversight: a model nobody speaks through, participants without a declared model."""
    used = list(_used(study, population))
    idle = [name for name, model in study.models.items() if model not in used]
    notes = [f"nobody speaks through {', '.join(idle)} (under `models`)"] if idle else []
    unbound = len(population) - len(bindings(population))
    if study.models and unbound and "model" not in study.model_fields_set:
        notes.append(f"no `model` is given: {unbound} personas without one of their own use {study.model.spec}")
    return notes


def place_of(study: Study, model: ModelConfig) -> str:
    """Where the study file declares a model."""
    places = {f"models.{name}": m for name, m in study.models.items()}
    places |= {role: m for role in ("model", *_ROLES) if (m := getattr(study, role))}
    places |= {f"conditions.{c.name}.model": c.model for c in study.conditions if c.model}
    return next((place for place, m in places.items() if m == model), "model")
