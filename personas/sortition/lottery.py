"""The lottery over panels, and the panel that is drawn."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...models.seeds import derive_seed
from ..persona import Persona
from .chances import fairest_chances, take_apart
from .columns import Mixture, fairest_mixture
from .panels import check_feasible
from .quotas import Floats, Kinds, see_pool


@dataclass(frozen=True)
class Panel:
    """The people who were drawn.

    Args:
        members: Their ids, in the pool's order.
        probability: By id, how likely each person of the pool was to be drawn.
        smallest: The smallest of these probabilities; higher is fairer.
        bound: What the smallest could be at most under these quotas.
        gini: Of these probabilities, in [0, 1); 0 is all alike.
    """

    members: tuple[str, ...]
    probability: Mapping[str, float]
    smallest: float
    bound: float
    gini: float

    def record(self) -> dict[str, Any]:
        """What a run keeps, as plain data; the probabilities of the members only."""
        drawn = {member: self.probability[member] for member in self.members}
        return {"members": drawn, "smallest": self.smallest, "bound": self.bound, "gini": self.gini}


@dataclass(frozen=True, eq=False)
class Lottery:
    """Panels that all meet the quotas, each with its share.

    Args:
        kinds: The pool as the quotas see it.
        panels: How many people of each kind each panel has (K, T), whole numbers.
        shares: How likely each panel is (K,), summing to 1.
        bound: What no lottery's smallest probability exceeds.
    """

    kinds: Kinds
    panels: Floats
    shares: Floats
    bound: float

    @cached_property
    def probabilities(self) -> Floats:
        """How likely each person of the pool is to be drawn, in the pool's order (n,); they sum to the panel's size."""
        return np.minimum(1.0, self.shares @ self.panels / self.kinds.count)[self.kinds.kind]

    @cached_property
    def smallest(self) -> float:
        """The smallest of the probabilities; higher is fairer."""
        return float(self.probabilities.min())

    @cached_property
    def gini(self) -> float:
        """Of the probabilities, in [0, 1); 0 is all alike."""
        ordered = np.sort(self.probabilities)
        n = len(ordered)
        return max(0.0, float(np.sum((2 * np.arange(1, n + 1) - n - 1) * ordered) / (n * ordered.sum())))

    def draw(self, seed: int = 0) -> Panel:
        """The panel that a seed draws: first how many of each kind, then who of each kind, all alike."""
        drawn = random.Random(derive_seed("sortition", seed))
        numbers = self.panels[drawn.choices(range(len(self.shares)), self.shares.tolist())[0]]
        chosen: list[int] = []
        for kind, number in enumerate(numbers.astype(int).tolist()):
            chosen += drawn.sample(self._people[kind], number)
        ids = self.kinds.ids
        probability = dict(zip(ids, self.probabilities.tolist(), strict=True))
        return Panel(tuple([ids[k] for k in sorted(chosen)]), probability, self.smallest, self.bound, self.gini)

    @cached_property
    def _people(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.kinds.count]
        for place, kind in enumerate(self.kinds.kind.tolist()):
            found[kind].append(place)
        return found


def fair_lottery(pool: Iterable[Persona], quotas: Mapping[str, Any], size: int) -> Lottery:
    """The lottery over all panels that meet the quotas whose smallest probability of being drawn is as large as can be.

    Beyond the smallest, nobody falls short of the leximin probabilities by more than quotas of whole people make
    necessary. Everybody who is alike in what the quotas name has the same probability; weights and all else play no part.

    500 people, 6 attributes of 24 labels and a panel of 50 take 2 to 5 seconds on one core.

    Args:
        pool: Who can be drawn: a population, or any personas.
        quotas: By attribute, `{label: (least, most)}` or `{label: share}`; `{}` is a plain draw. See docs/sortition.md.
        size: How many people a panel has.

    Raises:
        SortitionError: A quota is wrong, or no panel meets them all; then a smallest change is named that would allow one.
    """
    kinds = see_pool(pool, quotas, size)
    some = check_feasible(kinds)
    wanted, bound = fairest_chances(kinds)
    panels, shares = take_apart(kinds, wanted)
    # What was not taken apart falls to some panel, and is then mixed anew.
    start = Mixture(np.vstack([panels, some]), np.append(shares, max(0.0, 1 - shares.sum())), bound)
    mixed = fairest_mixture(kinds, start, wanted)
    held = mixed.shares > 1e-12
    return Lottery(kinds, mixed.panels[held], mixed.shares[held] / mixed.shares[held].sum(), mixed.bound)


def draw_panel(pool: Iterable[Persona], quotas: Mapping[str, Any], size: int, seed: int = 0) -> Panel:
    """One panel out of `fair_lottery`, for which see the arguments and errors.

    Args:
        pool: Who can be drawn.
        quotas: What the panel must look like.
        size: How many people it has.
        seed: The same seed draws the same panel; to draw several, make the lottery once.
    """
    return fair_lottery(pool, quotas, size).draw(seed)
