"""One number of an estimate, and what a plan's models cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..models.budget import Price
from .plan import Plan
from .spending import known_prices

A_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an estimate.

    Args:
        value: The estimate; None where there is only a range.
        low: The least, or the lower end of the 95 % interval; None where there is none.
        high: The most, or the upper end.
        spent: What is used already; None without a pilot.
        why: What the range is, or why something is not known.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    spent: float | None = None
    why: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data, with what remains to be spent."""
        remaining = None
        if self.spent is not None and self.value is not None:
            ends = (self.value, self.low, self.high)
            left = [None if x is None else x - self.spent for x in ends]
            remaining = dict(zip(("value", "low", "high"), left, strict=True))
        return asdict(self) | {"remaining": remaining}


def prices_of(plan: Plan, asked: set[str]) -> tuple[dict[str, Price], str]:
    """What the models of a plan cost.

    Args:
        plan: The study.
        asked: The models that are asked, by `role_key`; others may lack a price.

    Returns:
        By `role_key`, 0 for models that are not asked and have no price; or none, and why.
    """
    given = known_prices(plan)
    lacking = sorted(key for key in plan.model_configs() if key in asked and key not in given)
    prices = {key: given.get(key, Price(prompt=0.0, completion=0.0)) for key in plan.model_configs()}
    if lacking:
        return {}, f"no price given: set budget.prices for {', '.join(lacking)}"
    return prices, ""
