"""Stories for an estimate: those that are made already, else placeholders of the length that answers may have."""

from __future__ import annotations

from dataclasses import replace

from ..personas.persona import Persona, Turn
from ..personas.population import Population
from .backstories.plan import PoolPlan
from .backstories.tables import PoolFolder
from .casting import Casting, Key, Matched, cast_stories, key_of
from .folder import RunFolder, read_json
from .plan import Plan


def with_made_stories(plan: Plan, folder: RunFolder | None) -> Plan:
    """The plan with everybody's stories, where all pools of the run's folder are complete; else the plan as it is.

    Raises:
        InputError: A file of a pool is damaged.
    """
    if not plan.pools or folder is None:
        return plan
    pools: dict[str, Population] = {}
    for name, pool in plan.pools.items():
        at = PoolFolder(folder.backstories / name)
        if not at.summary.exists() or read_json(at.summary).get("status") != "complete":
            return plan
        pools[name] = Population.load(at.population, pool.attributes)
    study = plan.study
    casting = cast_stories(study.conditions, plan.population, pools, plan.traits, (study.study, study.seed))
    return replace(plan, casting=casting)


def with_placeholders(plan: Plan, share: float, characters: float, padding: str) -> Plan:
    """The plan with a placeholder in the place of every story that is not made yet.

    Args:
        plan: The study.
        share: How much of the longest allowed answer is written.
        characters: Per token.
        padding: The character that fills a placeholder.
    """
    if not plan.pools or plan.casting:
        return plan
    matched: dict[Key, Matched] = {}
    for condition in plan.study.conditions:
        key = key_of(condition)
        if key:
            story = _placeholder(plan.pools[key[0]], share * characters, padding)
            people = {p.id: replace(p, backstory=story.backstory, interview=story.interview) for p in plan.population}
            matched[key] = Matched(people, {}, {})
    return replace(plan, casting=Casting(matched))


def _placeholder(pool: PoolPlan, characters_per_token: float, padding: str) -> Persona:
    turns = pool.config.turns
    while pool.source is not None:
        pool = pool.source
        turns = turns or pool.config.turns
    if pool.script is None:
        return max(pool.people, key=lambda p: len(p.story))
    tokens = pool.config.sampling.max_tokens
    answer = f"[answer of up to {tokens} tokens]"
    answer += padding * max(0, round(tokens * characters_per_token) - len(answer))
    return Persona("placeholder", interview=tuple(Turn(q, answer) for q in pool.script.questions[:turns]))
