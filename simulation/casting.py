"""Who is given which story: the pools of a study, matched to its people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..models.seeds import derive_seed
from ..personas.matching import MatchingError, match
from ..personas.persona import Attribute, Persona
from ..personas.population import Population
from .conditions import ConditionConfig
from .errors import InputError

Key = tuple[str, str]  # a pool and a method


@dataclass(frozen=True)
class Matched:
    """Who is given which story of one pool, by one method.

    Args:
        people: By a person's id, the person with its story; who got none is left out.
        stories: By a person's id, the id of who told the story, and the pair's weight; None where it has none.
        summary: How the matching came out, as plain data.
    """

    people: Mapping[str, Persona]
    stories: Mapping[str, tuple[str, float | None]]
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Casting:
    """Who is given which story in every condition of a study.

    Args:
        matched: By pool and method.
    """

    matched: Mapping[Key, Matched]

    def seated(self, persona: Persona, condition: ConditionConfig) -> Persona:
        """The person as a condition seats it: with its story, where it tells one and the person has one."""
        key = key_of(condition)
        return self.matched[key].people.get(persona.id, persona) if key else persona

    def rows(self) -> Iterable[dict[str, Any]]:
        """A row for every story given to a person, by pool and method."""
        for (pool, method), matched in self.matched.items():
            for person, (teller, weight) in matched.stories.items():
                own = {"persona": person, "story": teller, "weight": weight}
                yield {"backstories": pool, "matching": method, **own}


def key_of(condition: ConditionConfig) -> Key | None:
    """The pool and the method of a condition; None where it tells no story out of a pool."""
    return (condition.backstories, condition.matching) if condition.backstories and condition.matching else None


def cast_stories(
    conditions: Sequence[ConditionConfig],
    population: Population,
    pools: Mapping[str, Population],
    traits: Sequence[Attribute],
    seed: tuple[str, int],
) -> Casting:
    """Gives every person the stories that the conditions ask for.

    Args:
        conditions: Of the study.
        population: The people.
        pools: Stories, by the pool's name.
        traits: What people and stories are matched by.
        seed: The study's name and seed.

    Raises:
        InputError: A pool is too small, or cannot be matched; the message names the condition.
    """
    matched: dict[Key, Matched] = {}
    for condition in conditions:
        key = key_of(condition)
        if key is None or key in matched:
            continue
        pool, method = key
        if method == "own":
            matched[key] = _own(population, pools[pool])
            continue
        try:
            matched[key] = _matched(population, pools[pool], traits, method, derive_seed(*seed, "matching", *key))
        except MatchingError as error:
            raise InputError(f"conditions: {condition.name}: backstories.{pool}: {error}") from error
    return Casting(matched)


def _matched(population: Population, pool: Population, traits: Sequence[Attribute], method: str, seed: int) -> Matched:
    names = [p.id for p in population]
    found = match(pool.personas, [p.attributes for p in population], traits, method, seed=seed, names=names)
    told = [pool.personas[k] for k in found.personas]
    return Matched(
        people={p.id: _with_story(p, teller) for p, teller in zip(population, told, strict=True)},
        stories={p.id: (teller.id, float(w)) for p, teller, w in zip(population, told, found.weights, strict=True)},
        summary=found.summary(),
    )


def _own(population: Population, pool: Population) -> Matched:
    """Everybody's own story: that of the same id."""
    told = {p.id: p for p in pool}
    people = {p.id: _with_story(p, told[p.id]) for p in population if p.id in told}
    summary = {
        "method": "own",
        "humans": len(population),
        "personas": len(pool),
        "without_story": len(population) - len(people),
    }
    return Matched(people, {name: (name, None) for name in people}, summary)


def _with_story(person: Persona, teller: Persona) -> Persona:
    # The person keeps its name and weight, so that draws are the same ones whatever story it is given.
    return replace(person, backstory=teller.backstory, interview=teller.interview)
