"""From a context as plain JSON to the `Context` that a protocol's nodes share."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ..models.errors import ModelError
from ..models.openai import HOSTED, HOSTED_KEY_ENV
from ..models.protocol import LanguageModel, Sampling
from ..models.registry import ModelSpec
from ..models.seeds import derive_seed
from ..personas.asking import Asking
from ..personas.persona import Attribute, Persona
from ..personas.population import Population
from .context import Context, ContextError, graph_prompts
from .humans import Human
from .kept_models import KeptModels, kept_models
from .mediators import Mediator, check_needs, find_mediator
from .plain_context import GroupContext, PersonContext, PlainContext
from .plain_parts import NamedModel
from .survey import RESPONDENT

KEYS = "MINIPUBLIC_KEYS"  # what contexts may use: NAME@HOST, separated by commas
Made = TypeVar("Made")


async def opened(context: Context | PlainContext) -> Context:
    """The context that nodes work with: itself where it is one, else made from what the plain one says.

    Args:
        context: A run's; a plain one is opened once, however many nodes ask for it.

    Raises:
        ContextError: There is none, or a field names what is not there.
    """
    if isinstance(context, Context):
        return context
    if not isinstance(context, PlainContext):
        raise ContextError(
            f"the graph runs with the context {context!r}; give it `context=Context(...)`, or plain JSON"
        )
    loop, kept = asyncio.get_running_loop(), context._opening
    if kept is None or kept[0] is not loop:
        kept = context._opening = (loop, loop.create_task(_open(context)))
    made: Context = await asyncio.shield(kept[1])  # one node that is cancelled leaves it to the others
    return made


async def _open(plain: PlainContext) -> Context:
    models = await kept_models()
    made = await asyncio.to_thread(make_context, plain, models)  # reads files, and may load weights
    await models.trim()
    return made


def make_context(plain: PlainContext, models: KeptModels) -> Context:
    """Reads what a plain context names; blocks.

    Args:
        plain: What was sent.
        models: Where models are kept.

    Raises:
        ContextError: A field names what is not there; the message names the field.
    """
    population = _population(plain)
    seats = _seats(plain, population)
    asking, prompts = plain.asking, Path(plain.prompts) if plain.prompts else None
    made = Context(
        seats=seats,
        models=_named_models(plain, seats, lambda meant: models.get(meant, plain)),
        study=plain.study,
        seed=plain.seed,
        style=plain.style,
        attributes=_worded(plain, population),
        asking=Asking(asking.method, asking.draws, asking.reorder_options, asking.average_orders),
        sampling=Sampling(**plain.sampling.model_dump()),
        prompts=_reading("prompts", lambda: graph_prompts(prompts)),
        replicate=plain.replicate,
    )
    made = _of_group(made, plain) if isinstance(plain, GroupContext) else made
    models.pass_on(plain, made)
    return made


def _population(plain: PlainContext) -> Population:
    if plain.population:
        return _reading("population", lambda: Population.load(plain.population))
    return _reading("personas", lambda: Population(tuple(Persona(**p.model_dump()) for p in plain.personas)))


def _seats(plain: PlainContext, population: Population) -> dict[str, Persona]:
    if isinstance(plain, PersonContext):
        return {RESPONDENT: _person(plain, population)}
    people = _group(plain, population) if isinstance(plain, GroupContext) else population.personas
    return {f"seat_{k}": persona for k, persona in enumerate(people, start=1)}


def _person(plain: PersonContext, population: Population) -> Persona:
    if not plain.person and len(population) != 1:
        raise ContextError(f"context: `person`: which of the {len(population)} people is asked? Give the person's id")
    return _by_id("person", [plain.person], population)[0] if plain.person else population.personas[0]


def _group(plain: GroupContext, population: Population) -> list[Persona]:
    if plain.seats is None:
        return _by_id("people", plain.people, population) if plain.people else list(population)
    order = list(population)
    random.Random(derive_seed(plain.study, plain.seed, "groups")).shuffle(order)  # as a study draws its groups
    start = plain.group * plain.seats
    if start + plain.seats > len(order):
        raise ContextError(
            f"context: `seats`: group {plain.group} with {plain.seats} seats needs {start + plain.seats} people, "
            f"and there are {len(order)}; lower `seats` or `group`"
        )
    return order[start : start + plain.seats]


def _by_id(field: str, ids: list[str], population: Population) -> list[Persona]:
    known = {persona.id: persona for persona in population}
    for one in ids:
        if one not in known:
            shown = ", ".join(list(known)[:5]) + (" ..." if len(known) > 5 else "")
            raise ContextError(f"context: `{field}`: nobody has the id {one!r}; there are {shown}")
    return [known[one] for one in ids]


def _of_group(made: Context, plain: GroupContext) -> Context:
    """With what only a group has."""
    mediator = _reading("mechanism", lambda: _mechanism(made, plain))
    humans = {seat: Human(**held.model_dump()) for seat, held in plain.humans.items()}
    unit = plain.unit or (f"g{plain.group}" if plain.seats is not None else "")
    return _reading("humans", lambda: replace(made, mediator=mediator, humans=humans, unit=unit))


def _mechanism(made: Context, plain: GroupContext) -> Mediator | None:
    if plain.mechanism is None:
        return None
    # What asks may be a page in a browser, so it names no code to be run.
    mediator = find_mediator(plain.mechanism.name, own=False, **plain.mechanism.options)
    check_needs(mediator, made.models, made.asking)
    return mediator


def _named_models(
    plain: PlainContext, seats: Mapping[str, Persona], get: Callable[[NamedModel], LanguageModel]
) -> dict[str, LanguageModel]:
    """The models of the roles, and, by name, those that somebody who is seated speaks through."""
    roles = plain.roles()
    meant = {"participant": ("model", roles.pop("model"))} | {role: (role, name) for role, name in roles.items()}
    for persona in seats.values():
        if persona.model and persona.model not in plain.models:
            raise ContextError(
                f"context: `models` has no {persona.model!r}, through which {persona.id!r} speaks; add it there"
            )
        meant |= {persona.model: (f"models.{persona.model}", persona.model)} if persona.model else {}
    return {who: _reading(field, partial(_model, plain, name, get)) for who, (field, name) in meant.items()}


def _model(plain: PlainContext, name: str, get: Callable[[NamedModel], LanguageModel]) -> LanguageModel:
    meant = plain.models.get(name) or NamedModel(spec=name)
    check_key(meant)
    return get(meant)


def check_key(meant: NamedModel) -> None:
    """Looks whether a key of this machine may be used as a context says: what asks for it may be a page in a browser.

    Raises:
        ValueError: The environment variable MINIPUBLIC_KEYS does not list the key with this host.
    """
    if meant.api_key_env is None:
        return
    hosted = urlsplit(HOSTED).hostname
    address = ModelSpec.parse(meant.spec).base_url
    pair = f"{meant.api_key_env}@{urlsplit(address).hostname if address else hosted}"
    allowed = [one.strip() for one in os.environ.get(KEYS, "").split(",")]
    if pair not in (*allowed, f"{HOSTED_KEY_ENV}@{hosted}"):
        raise ValueError(
            f"the key {meant.api_key_env} may not be sent there because a context says so; "
            f"allow it with {KEYS}={pair} (separated by commas where there are several) in this program's environment"
        )


def _worded(plain: PlainContext, population: Population) -> tuple[Attribute, ...]:
    known = [a.name for a in population.attributes]
    for name in plain.attributes:
        if name not in known:
            raise ContextError(
                f"context: `attributes`: nobody has the trait {name!r}; there are {', '.join(known) or 'none'}"
            )
    worded = {name: Attribute(name, **wording.model_dump()) for name, wording in plain.attributes.items()}
    return tuple(worded.get(a.name, a) for a in population.attributes)


def _reading(field: str, read: Callable[[], Made]) -> Made:
    """What was read; where it cannot be, the error names the context's field."""
    try:
        return read()
    except (ModelError, ValueError, OSError) as error:
        raise ContextError(f"context: `{field}`: {error}") from error
