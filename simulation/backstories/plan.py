"""Pools made ready: scripts, criteria and population files read, the people to be primed chosen; nothing asked yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from ...personas.backstories import (
    DEFAULT_CRITERIA,
    INTERVIEW,
    NATURAL,
    BackstoryFileError,
    Criteria,
    Script,
    read_criteria,
    read_script,
)
from ...personas.persona import Attribute, Persona
from ...personas.population import Population, PopulationError
from ..errors import InputError
from .config import PoolConfig, TraitConfig, in_order

Resolve = Callable[[str], Path]


@dataclass(frozen=True)
class TraitPlan:
    """Which traits are looked for in every story.

    Args:
        attributes: With their labels; none, and nothing is looked for.
        draws: How often a persona is asked for what its story does not state.
        ordinal: Those whose labels are in order.
    """

    attributes: tuple[Attribute, ...] = ()
    draws: int = 40
    ordinal: tuple[str, ...] = ()


@dataclass(frozen=True)
class PoolPlan:
    """Everything one pool needs besides models.

    Args:
        name: Its name, and its folder's.
        config: What the study file says of it, its paths absolute.
        script: What is asked; None of a pool that is not made.
        criteria: What the critic looks for; nothing where there is no critic.
        people: Whom the stories are of, where they are known beforehand: those who are primed, or a file's.
        attributes: How the people's traits are put into words.
        traits: What is looked for in every story.
        writer: The key, among the models, of who tells the stories.
        judge: Of who criticises them and reads traits in them.
        source: The plan of the pool that this one is taken from.
    """

    name: str
    config: PoolConfig
    script: Script | None = None
    criteria: Criteria = ()
    people: tuple[Persona, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    traits: TraitPlan = TraitPlan()
    writer: str = ""
    judge: str = ""
    source: PoolPlan | None = None

    def __len__(self) -> int:
        """How many stories there can be at most."""
        if self.source is not None:
            return min(len(self.source), self.config.most or len(self.source))
        return len(self.people) or self.config.n or 0

    def personas(self, limit: int | None = None) -> Iterator[tuple[int, Persona]]:
        """The people of a pool that is made or read, each with its number, which tells independent draws apart.

        A story that is made without a person keeps its name and its draws in every pool of a study and however many are
        made, so that pools differ by how they are made and not by chance.
        """
        known = self.people or (Persona(f"s{k:05d}") for k in range(self.config.n or 0))
        for k, persona in enumerate(known):
            if limit is not None and k >= limit:
                return
            yield k, persona

    def identity(self) -> dict[str, Any]:
        """What makes the pool this one: contents, not places; the prompts and the study's seed come on top."""
        people = [[p.id, dict(p.attributes), p.story] for p in self.people]
        content: dict[str, Any] = self.config.model_dump(exclude={"file", "script", "criteria", "source"})
        return content | {
            "questions": list(self.script.questions) if self.script else None,
            "criteria": [[c.name, c.question] for c in self.criteria],
            "people": hashlib.sha256(orjson.dumps(people)).hexdigest() if people else None,
            "traits": [[a.name, list(a.values), a.question] for a in self.traits.attributes],
            "draws": self.traits.draws if self.traits.attributes else None,
            "ordinal": list(self.traits.ordinal),
            "writer": self.writer,
            "judge": self.judge,
            "from": self.source.identity() if self.source else None,
        }


def trait_plan(traits: Mapping[str, TraitConfig], draws: int) -> TraitPlan:
    """The traits of a study file, as they are asked for."""
    attributes = tuple(Attribute(name, tuple(t.labels), t.question) for name, t in traits.items())
    return TraitPlan(attributes, draws, tuple(name for name, t in traits.items() if t.ordinal))


def plan_pools(
    pools: Mapping[str, PoolConfig],
    traits: TraitPlan,
    *,
    people: Population | None,
    resolve: Resolve,
    writer: str,
    judge: str,
) -> dict[str, PoolPlan]:
    """Reads what the section `backstories` names.

    Args:
        pools: The section, checked by `config.check_pools`.
        traits: What is looked for in every story.
        people: Whose attributes prime the pools of method `demographics_primed`.
        resolve: Makes a path of what a study file says.
        writer: The key, among the models that `make_pools` is given, of who tells the stories.
        judge: Of who criticises and reads traits.

    Returns:
        The plans by name, each after the one it is taken from.

    Raises:
        InputError: A file is missing or wrong, or there are not enough people; the message names the pool.
    """
    plans: dict[str, PoolPlan] = {}
    for name in in_order(pools):
        try:
            plan = _plan(name, pools[name], plans, people, resolve)
        except (BackstoryFileError, PopulationError, InputError) as error:
            raise InputError(f"backstories.{name}: {error}") from error
        plans[name] = replace(plan, traits=traits, writer=writer, judge=judge)
    return plans


def _plan(
    name: str, config: PoolConfig, plans: Mapping[str, PoolPlan], people: Population | None, resolve: Resolve
) -> PoolPlan:
    if config.source is not None:
        source = plans[config.source]
        return PoolPlan(name, config, attributes=source.attributes, source=source)
    if config.file is not None:
        path = resolve(config.file)
        read = Population.load(path)
        for persona in read:
            if not persona.story:
                raise InputError(f"{path}: persona {persona.id!r} has neither a backstory nor an interview")
        settled = config.model_copy(update={"file": str(path.resolve())})
        return PoolPlan(name, settled, people=read.personas, attributes=read.attributes)
    return _made(name, config, people, resolve)


def _made(name: str, config: PoolConfig, people: Population | None, resolve: Resolve) -> PoolPlan:
    files = {key: resolve(given).resolve() for key in ("script", "criteria") if (given := getattr(config, key))}
    settled = config.model_copy(update={key: str(path) for key, path in files.items()})
    usual = INTERVIEW if config.method == "interview" else NATURAL
    script = read_script(files["script"]) if "script" in files else usual
    criteria = read_criteria(files["criteria"]) if "criteria" in files else DEFAULT_CRITERIA
    plan = PoolPlan(name, settled, script, criteria if config.checked else ())
    if config.method != "demographics_primed":
        return plan
    return replace(plan, people=_primed(config, people), attributes=people.attributes if people else ())


def _primed(config: PoolConfig, people: Population | None) -> tuple[Persona, ...]:
    if people is None:
        raise InputError("`method: demographics_primed` needs a section `population`: whose traits are told first?")
    n = len(people) if config.n is None else config.n
    if n > len(people):
        raise InputError(f"n is {n:,}, but the population has {len(people):,} people; lower it, or give more of them")
    for persona in people.personas[:n]:
        if not persona.attributes:
            raise InputError(f"persona {persona.id!r} has no attributes that could be told first")
    # Of the person only the traits are told: a story the file may hold is not this one.
    return tuple(Persona(p.id, p.attributes, weight=p.weight) for p in people.personas[:n])
