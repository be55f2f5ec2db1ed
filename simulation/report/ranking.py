"""Best and second best of a column within a model's block, and which rows cannot be told from the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .cells import Cell, Rank


def rank(
    names: Sequence[str],
    cells: Sequence[Cell],
    metric: str,
    comparisons: Sequence[Mapping[str, Any]],
    *,
    highest: bool = False,
) -> list[Cell]:
    """The cells of one column with their marks.

    Equal values share their rank. A column with fewer than two values has no best.

    Args:
        names: The rows' conditions.
        cells: In the rows' order.
        metric: As `comparisons` call it.
        comparisons: Paired differences `a` − `b` of a metric, with `ci`.
        highest: Whether the best value is the highest.
    """
    values = sorted({c.value for c in cells if c.value is not None}, reverse=highest)
    if sum(c.value is not None for c in cells) < 2:
        return list(cells)
    places: dict[float, Rank] = dict(zip(values[:2], ("best", "second"), strict=False))
    best = next(name for name, c in zip(names, cells, strict=True) if c.value == values[0])
    marked = []
    for name, held in zip(names, cells, strict=True):
        place: Rank = places.get(held.value, "") if held.value is not None else ""
        behind = held.value is not None and place != "best"
        level = includes_zero(metric, best, name, comparisons) if behind else False
        marked.append(replace(held, rank=place, level=level))
    return marked


def includes_zero(metric: str, a: str, b: str, comparisons: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether the interval of the paired difference of two conditions includes 0; None where there is none."""
    for c in comparisons:
        if c["metric"] == metric and {c["a"], c["b"]} == {a, b}:
            return None if c.get("ci") is None else c["ci"][0] <= 0 <= c["ci"][1]
    return None
