"""Who sits in which group: at random, or by lot so that quotas hold in every group."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models.seeds import derive_seed
from ..personas.persona import Persona
from ..personas.sortition import SortitionError, draw_panel
from .errors import InputError
from .sections import GroupsConfig
from .study import Study


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits in which group.

    Args:
        groups: The members of every group, in the order of the groups and of their seats; nobody sits in two.
        panels: Where groups are drawn by quotas, how each was drawn (`personas.sortition.Panel.record`).
    """

    groups: tuple[tuple[Persona, ...], ...]
    panels: tuple[dict[str, Any], ...] = ()


def seat_groups(study: Study, people: Sequence[Persona]) -> Seating:
    """Seats a study's groups.

    With quotas each group is drawn from those who are left, with the chances of its members as equal as the quotas
    allow (`personas.sortition`).

    Raises:
        InputError: The quotas cannot be met.
    """
    config = study.deliberation
    assert config is not None
    if study.protocol and study.protocol.quotas:
        return _by_quotas(study, people, config, study.protocol.quotas)
    order = list(people)
    random.Random(derive_seed(study.study, study.seed, "groups")).shuffle(order)
    size = config.group_size
    return Seating(tuple(tuple(order[g * size : (g + 1) * size]) for g in range(config.groups)))


def _by_quotas(study: Study, people: Sequence[Persona], config: GroupsConfig, quotas: Mapping[str, Any]) -> Seating:
    left, groups, panels = {p.id: p for p in people}, [], []
    for g in range(config.groups):
        try:
            panel = draw_panel(
                left.values(), quotas, config.group_size, derive_seed(study.study, study.seed, "panel", g)
            )
        except SortitionError as error:
            who = f"{len(left):,} people" + (" who are left" if g else "")
            raise InputError(f"protocol.quotas: group {g + 1} of {config.groups}, out of {who}: {error}") from error
        # A panel comes in the order of the population, and a seat may matter: those at one table sit side by side.
        seated = [left.pop(member) for member in panel.members]
        random.Random(derive_seed(study.study, study.seed, "seats", g)).shuffle(seated)
        groups.append(tuple(seated))
        panels.append(panel.record())
    return Seating(tuple(groups), tuple(panels))
