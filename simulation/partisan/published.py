"""The published gaps between partisans, of people and of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...evaluators.partisan import Gap
from ..yaml_text import load_yaml

_FILE = Path(__file__).with_name("published.yaml")
PARTIES = ("democrat", "republican")
Pair = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One model in one conditioning, each number by party; `wasserstein` is divided by K − 1."""

    model: str
    conditioning: str
    gap: Pair
    cohens_d: Pair
    wasserstein: Pair


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of one gap.

    Args:
        source: Of the model rows.
        survey: Where people's answers come from.
        n: Human respondents by party.
        gap: People's gap by the party judged.
        cohens_d: Its effect size.
        rows: The models.
    """

    source: str
    survey: str
    n: Mapping[str, int]
    gap: Pair
    cohens_d: Pair
    rows: tuple[PublishedRow, ...]


@lru_cache(maxsize=8)
def published(gap: Gap) -> Published:
    """The published values of a gap."""
    data, _ = load_yaml(_FILE, text_only=False)
    held = data["gaps"][gap]
    people = held["humans"]
    rows = [
        PublishedRow(row["model"], row["conditioning"], *(_pair(row[k]) for k in ("gap", "cohens_d", "wasserstein")))
        for row in held["rows"]
    ]
    return Published(
        source=" ".join(data["source"].split()),
        survey=people["source"],
        n=_pair(people["n"]),
        gap=_pair(people["gap"]),
        cohens_d=_pair(people["cohens_d"]),
        rows=tuple(rows),
    )


def _pair(values: list[Any]) -> dict[str, Any]:
    return dict(zip(PARTIES, values, strict=True))
