"""How updates written in parallel are joined in a graph's state."""

from __future__ import annotations

from typing import Any


def merge(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by seat (or item); a later update of the same key wins."""
    return {**(left or {}), **(right or {})}


def merge_deep(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by seat whose values are themselves keyed (by statement)."""
    joined = dict(left or {})
    for seat, update in (right or {}).items():
        joined[seat] = {**joined.get(seat, {}), **update}
    return joined
