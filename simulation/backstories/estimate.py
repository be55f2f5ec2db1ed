"""How many calls a study of backstories takes, at least and at most; nothing is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...graphs.critic import Critic
from .plan import PoolPlan

if TYPE_CHECKING:
    from .study_plan import BackstoriesPlan

TRIES = 3  # how often the judge of a trait is asked at most


@dataclass(frozen=True, slots=True)
class PoolEstimate:
    """Calls for one pool.

    Args:
        pool: Its name.
        stories: How many stories, at most.
        least: Calls if nothing is rejected and every story states every trait.
        most: Calls if every answer but the last attempt is rejected and no story states a trait; drawing an answer for a
            trait is one call, which a server without lists is asked as often as it is drawn.
    """

    pool: str
    stories: int
    least: int
    most: int


def estimate(plan: BackstoriesPlan, only: str | None = None, limit: int | None = None) -> list[PoolEstimate]:
    """The calls of every pool; what two pools ask alike is asked once, and what is in the journal not again."""
    return estimate_pools(plan.chosen(only), limit)


def estimate_pools(pools: Mapping[str, PoolPlan], limit: int | None = None) -> list[PoolEstimate]:
    """The same, of pools by themselves."""
    return [_estimate(pool, limit) for pool in pools.values()]


def _estimate(plan: PoolPlan, limit: int | None) -> PoolEstimate:
    n = len(plan) if limit is None else min(len(plan), limit)
    turns = len(plan.script.questions) if plan.script else 0
    critic = 1 if plan.criteria else 0
    attempts = turns * plan.config.attempts
    least, most = turns * (1 + critic), attempts * (1 + critic * Critic().tries)
    traits = len(plan.traits.attributes) if _surveyed(plan) else 0
    return PoolEstimate(plan.name, n, n * (least + traits), n * (most + traits * (TRIES + 1)))


def _surveyed(plan: PoolPlan) -> bool:
    """Whether traits are looked for; a pool taken whole has them from the other."""
    if plan.source is not None and plan.config.turns is None:
        return False
    asked = {a.name for a in plan.traits.attributes}
    return not (plan.config.file and all(asked <= p.traits.keys() for p in plan.people))
