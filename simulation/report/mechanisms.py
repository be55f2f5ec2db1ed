"""The part of the report that compares mechanisms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .numbers import with_interval

NUMBERS = ("mean", "minimum", "gini", "majority", "unanimity")
FINE = 5  # decimals of a difference so small that three would show nothing of it


def mechanism_parts(families: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the page's template needs, family by family."""
    from ..compare.figure import mechanisms_figure  # which draws

    return [
        {
            "conditioning": family["conditioning"],
            "counts": counted(family),
            "options": family["options"],
            "best": best_sentence(family),
            "rows": [_row(name, numbers) for name, numbers in family["mechanisms"].items()],
            "pairs": [_pair(pair) for pair in family["pairs"]],
            "figure": mechanisms_figure(family),
        }
        for family in families
    ]


def counted(family: Mapping[str, Any]) -> str:
    """How many episodes are compared."""
    return (
        f"{family['episodes']:,} episodes of {family['groups']:,} groups of up to {family['seats']} people, the same under "
        "each mechanism"
    )


def best_sentence(family: Mapping[str, Any]) -> str:
    """Which mechanism is the utilitarian best, and by how much."""
    best = family["utilitarian_best"]
    if best["mechanism"] is None:
        return f"No utilitarian best: {best.get('reason') or 'no episode has a statement under every mechanism'}."
    lead, ci = best["lead"], best["lead"].get("ci")
    said = f"Utilitarian best of the family: {best['mechanism']}, ahead of {best['runner_up']} by {_fine(lead)}"
    open_ = " Another may be as good or better: the interval is not above 0." if ci and ci[0] <= 0 else ""
    return f"{said} in mean payoff (n = {lead['n']:,} episodes).{open_}"


def differences(family: Mapping[str, Any], key: str) -> Iterator[list[str]]:
    """One number's paired differences: the two names, and the difference with its interval and what holds after Holm."""
    for pair in family["pairs"]:
        yield [f"{pair['a']} − {pair['b']}", _difference(pair[key])]


def _difference(metric: Mapping[str, Any]) -> str:
    return _fine(metric) + (" *" if metric.get("significant_after_holm") else "")


def _fine(metric: Mapping[str, Any]) -> str:
    value, ci = metric.get("value"), metric.get("ci") or ()
    small = value is not None and max(map(abs, (value, *ci))) < 0.005
    return with_interval(metric, FINE if small and (value or any(ci)) else 3)


def _row(name: str, numbers: Mapping[str, Any]) -> dict[str, Any]:
    lost = f", {numbers['lost']:,} without a statement" if numbers["lost"] else ""
    return {"name": name, "n": f"{numbers['groups']:,} episodes{lost}"} | {
        k: with_interval(numbers[k]) for k in NUMBERS
    }


def _pair(pair: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": f"{pair['a']} − {pair['b']}"} | {key: _difference(pair[key]) for key in NUMBERS}
