"""How a panel's answers come together from poll to poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...evaluators.convergence import convergence

Floats = NDArray[np.float64]


def measure_rounds(
    told: Sequence[Mapping[str, Any]], polls: Mapping[str, Sequence[str]], options: Mapping[str, int], **settings: int
) -> dict[str, Any]:
    """`convergence` of every item that was asked more than once.

    Args:
        told: The episodes' transcripts.
        polls: By item, the polls that asked it, earliest first.
        options: By item, how many points its scale has; items without are left out.
        settings: `bootstrap` and `seed`.
    """
    groups = [t["group"] for t in told]
    return {
        item: {"polls": list(steps)}
        | convergence(_answers(told, item, steps), np.arange(1, options[item] + 1), groups=groups, **settings)
        for item, steps in polls.items()
        if len(steps) > 1 and item in options
    }


def _answers(told: Sequence[Mapping[str, Any]], item: str, steps: Sequence[str]) -> Floats:
    """Answers (rounds, episodes, seats); NaN is missing. Where a protocol ended early, the last poll stands."""
    seats = max(len(t["seats"]) for t in told)
    found = np.full((len(steps), len(told), seats), np.nan)
    for e, t in enumerate(told):
        held = t.get("polls") or {}
        for r, step in enumerate(steps):
            for s, seat in enumerate(t["seats"]):
                code = held.get(step, {}).get(seat, {}).get(item)
                found[r, e, s] = (
                    code if isinstance(code, int) else found[r - 1, e, s] if r and step not in held else np.nan
                )
    return found
