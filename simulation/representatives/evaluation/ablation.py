"""What it brings to tell a representative more of its person, and to make it of a larger model."""

from __future__ import annotations

from typing import Any

from ....personas.representatives.prompting import Step
from ....personas.representatives.variant import Variant
from .comparing import compare
from .measuring import Found
from .plan import EvaluationPlan


def ablation(plan: EvaluationPlan, found: Found, step: Step) -> dict[str, Any]:
    """Paired differences between contestants that differ in one thing.

    Returns:
        `variants`: every contestant against the one of the same kind and size that is told the least, where that is
        `base`. `sizes`: every contestant against the one of the same kind and variant made from the first model.
    """
    speakers = [c for c in plan.contestants if c.kind != "truth"]
    least = {(c.kind, c.base): c for c in speakers if c.variant == Variant()}
    first = {(c.kind, c.variant): c for c in reversed(speakers)}
    variants = [(c, least[c.kind, c.base]) for c in speakers if (c.kind, c.base) in least]
    sizes = [(c, first[c.kind, c.variant]) for c in speakers]

    def rows(pairs: list[Any]) -> list[dict[str, Any]]:
        return [
            {"kind": c.kind, "base": c.base, "variant": str(c.variant), **compare(plan, found, c, other, step)}
            for c, other in pairs
            if c != other
        ]

    return {"variants": rows(variants), "sizes": rows([(c, o) for c, o in sizes if c.base != o.base])}
