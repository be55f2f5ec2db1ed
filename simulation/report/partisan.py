"""Gaps between two parties, as the simulated people see them, beside those of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .cells import Cell, cell, count

Held = Mapping[str, Any]
TITLES = {
    "hostility": "Hostility gap: how much worse the other party rates a party than it rates itself (points of the scale)",
    "subversion": "Subversion gap: how much further the other party thinks a party would go than it would (0 to 1)",
    "meta_perception": "Meta-perception gap: how much more prejudiced the other party thinks a party than it is (points of "
    "the scale)",
}
SOURCE = "Kang et al. 2025, arXiv 2504.11673"
# Δ and Cohen's d of people, by the party judged, on the three instruments as they were published there.
PUBLISHED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "hostility": {"democrat": (1.630, 2.208), "republican": (1.606, 2.263)},
    "subversion": {"democrat": (0.445, 1.887), "republican": (0.398, 1.951)},
    "meta_perception": {"democrat": (1.091, 0.761), "republican": (1.182, 0.768)},
}
SPREADS = (
    ("extremes", "answers at either end (share)", "not measured"),
    ("variance_ratio", "variance, simulated / human (near 1)", "no humans to compare with"),
    ("wasserstein", "WD, unit scale (↓)", "no humans to compare with"),
)


def partisan_parts(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the page's template needs for each gap that the run's items measure."""
    found: Mapping[str, Held] = metrics.get("partisan") or {}
    gaps = dict.fromkeys(str(held["gap"]) for held in found.values() if held.get("gap"))
    return [_gap(gap, {name: held for name, held in found.items() if held.get("gap") == gap}) for gap in gaps]


def _gap(gap: str, found: Mapping[str, Held]) -> dict[str, Any]:
    first = next(iter(found.values()))
    parties = [key for key, held in first.items() if isinstance(held, Mapping) and "cohens_d" in held]
    within = any("within_rater" in held for held in found.values())
    people = next((held["humans"] for held in found.values() if held.get("humans")), None)
    rows = [_row(name, held, parties, within) for name, held in found.items()]
    rows += [_row("humans of this study", people, parties, within) | {"kind": "bound"}] if people else []
    published = PUBLISHED.get(gap, {})
    rows += [_published(published, parties, within)] if set(parties) <= set(published) else []
    return {
        "title": TITLES.get(gap, gap),
        "heads": ["", *_heads(("Δ", "d"), parties), *_heads(("within-rater Δ",) if within else (), parties), "n"],
        "rows": rows,
        "spread_heads": ["", *_heads([head for _, head, _ in SPREADS], parties)],
        "spread": [_spread(name, held, parties) for name, held in found.items()]
        + ([_spread("humans of this study", people, parties, human=True) | {"kind": "bound"}] if people else []),
        "left_out": [f"{name} {n:,}" for name, held in found.items() if (n := held.get("left_out"))],
        "source": SOURCE if published else "",
    }


def _heads(what: Sequence[str], parties: Sequence[str]) -> list[str]:
    return [f"{head}, {party.capitalize()}" for head in what for party in parties]


def _row(name: str, held: Held, parties: Sequence[str], within: bool) -> dict[str, Any]:
    cells = [cell(held.get(party)) for party in parties]
    cells += [cell(_effect(held.get(party) or {})) for party in parties]
    cells += [cell((held.get("within_rater") or {}).get(party)) for party in parties if within]
    n = held.get("n")
    counts = {party.capitalize(): (held.get(party) or {}).get("n") for party in parties}
    return {"names": [name], "cells": [*cells, count(n if n is not None else counts)]}


def _effect(held: Held) -> Any:
    d = held.get("cohens_d")
    if isinstance(d, Mapping):
        return d
    return {"value": d, "ci": held.get("cohens_d_ci"), "reason": held.get("cohens_d_reason", "")}


def _published(values: Mapping[str, tuple[float, float]], parties: Sequence[str], within: bool) -> dict[str, Any]:
    why = "published without an interval"
    cells: list[Any] = [Cell(values[party][k], reason=why) for k in (0, 1) for party in parties]
    cells += [Cell(None, reason="not published") for _ in parties if within]
    return {"names": ["humans, published"], "cells": [*cells, "–"], "kind": "bound"}


def _spread(name: str, held: Held, parties: Sequence[str], *, human: bool = False) -> dict[str, Any]:
    """A row of the second table; people's own has shares of extremes alone, since the rest compares with them."""
    cells = []
    for key, _, why in SPREADS:
        by_party = {} if human and key != "extremes" else held.get(key) or {}
        cells += [cell(by_party.get(party), "is what the rest is compared with" if human else why) for party in parties]
    return {"names": [name], "cells": cells}
