"""Numbers as the report prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def number(value: float | None, digits: int = 3) -> str:
    """Three decimals (or `digits`), or a dash for a value that is not defined."""
    return "–" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"  # adding 0 makes -0.000 plain


def with_interval(metric: Mapping[str, Any], digits: int = 3) -> str:
    """A value with its interval, or with the reason why it has none; with three decimals, or `digits`."""
    if metric.get("value") is None:
        return str(metric.get("reason") or "undefined")
    ci = metric.get("ci")
    ends = f" [{number(ci[0], digits)}, {number(ci[1], digits)}]" if ci else " (no interval)"
    return number(metric["value"], digits) + ends
