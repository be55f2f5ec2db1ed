"""Which stories a pool is made of: new ones, those of a file, or those of another pool with what is on record of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import orjson
import pandas as pd

from ...personas.persona import Persona
from ...personas.population import Population
from ..errors import InputError
from .plan import PoolPlan
from .tables import PoolFolder
from .work import Rows, StoryUnit


def story_units(plan: PoolPlan, folder: Path, limit: int | None) -> Iterator[StoryUnit]:
    """The stories of a pool in order, one at a time.

    Args:
        plan: Of the pool.
        folder: Where the folders of the pools are; the one it is taken from is complete.
        limit: Only the first ones, of a pool that is made or read.

    Raises:
        InputError: The other pool has not what is asked for.
    """
    if plan.source is not None:
        yield from _taken(plan, PoolFolder(folder / plan.source.name))
        return
    for number, persona in plan.personas(limit):
        yield StoryUnit(number, persona, _rows_of(persona) if persona.story else [])


def _taken(plan: PoolPlan, source: PoolFolder) -> Iterator[StoryUnit]:
    """The stories of another pool, cut as asked, with what is on record of their answers."""
    held, turns = Population.load(source.population), plan.config.turns
    records = _records(source)
    for number, persona in enumerate(held.personas[: plan.config.most]):
        yield StoryUnit(number, _cut(persona, turns, plan.name), records(persona.id, turns))


def _cut(persona: Persona, turns: int | None, pool: str) -> Persona:
    if turns is None or turns == len(persona.interview):
        return persona
    if turns > len(persona.interview):
        raise InputError(
            f"backstories.{pool}.turns is {turns}, but persona {persona.id!r} has an interview of "
            f"{len(persona.interview)} turns; lower it, or take a pool of longer interviews"
        )
    return replace(persona, interview=persona.interview[:turns], traits={})


class _Lookup(Protocol):
    def __call__(self, persona: str, turns: int | None) -> Rows: ...


def _records(source: PoolFolder) -> _Lookup:
    """What is on record of every answer: its row, with the rejections."""
    rejections: dict[tuple[str, int], Rows] = {}
    for line in source.rejections.read_bytes().splitlines():
        row = orjson.loads(line)
        rejections.setdefault((row.pop("persona"), row.pop("turn")), []).append(row)
    table = pd.read_parquet(source.stories)
    rows: dict[str, Rows] = {}
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        persona = str(row.pop("persona"))
        own = {str(k): v for k, v in row.items()}
        rows.setdefault(persona, []).append(own | {"rejections": rejections.get((persona, own["turn"]), [])})

    def lookup(persona: str, turns: int | None) -> Rows:
        return rows.get(persona, [])[:turns]

    return lookup


def _rows_of(persona: Persona) -> Rows:
    """A row for every answer of a story from a file; nothing is known of how it came about."""
    turns = [(t.question, t.answer) for t in persona.interview] or [("", persona.backstory)]
    return [
        {"turn": k, "question": question, "status": "given", "missing": None, "words": len(answer.split())}
        for k, (question, answer) in enumerate(turns, start=1)
    ]
