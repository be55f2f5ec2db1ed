"""The part of the report that compares mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..compare.figure import PANELS, mechanisms_figure
from .numbers import with_interval

NUMBERS = tuple(key for key, _ in PANELS)


def mechanism_parts(families: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the page's template needs, family by family."""
    return [
        {
            "conditioning": family["conditioning"],
            "counts": f"{family['episodes']:,} episodes of up to {family['seats']} seats, the same under each mechanism",
            "options": family["options"],
            "best": best_sentence(family),
            "rows": [_row(name, numbers) for name, numbers in family["mechanisms"].items()],
            "pairs": [_pair(pair) for pair in family["pairs"]],
            "figure": mechanisms_figure(family),
        }
        for family in families
    ]


def best_sentence(family: Mapping[str, Any]) -> str:
    """Which mechanism is the utilitarian best, and by how much."""
    best = family["utilitarian_best"]
    if best["mechanism"] is None:
        return f"No utilitarian best: {best.get('reason') or 'no group has a statement under every mechanism'}."
    said = f"Utilitarian best of the family: {best['mechanism']}, ahead of {best['runner_up']} by {with_interval(best['lead'])}"
    ci = best["lead"].get("ci")
    undecided = " Others may be as good or better: the interval reaches below 0." if ci and ci[0] < 0 else ""
    return f"{said} in mean payoff (n = {best['lead']['n']:,} groups).{undecided}"


def _row(name: str, numbers: Mapping[str, Any]) -> dict[str, Any]:
    lost = f", {numbers['lost']:,} without a statement" if numbers["lost"] else ""
    return {"name": name, "n": f"{numbers['groups']:,} groups{lost}"} | {k: with_interval(numbers[k]) for k in NUMBERS}


def _pair(pair: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": f"{pair['a']} − {pair['b']}"} | {
        key: with_interval(pair[key]) + (" *" if pair[key].get("significant_after_holm") else "") for key in NUMBERS
    }
