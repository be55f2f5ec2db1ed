"""What a reader of episodes returns: the episodes, and what it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...personas.representatives.episodes import EpisodeSet


@dataclass(frozen=True)
class Reading:
    """Episodes as read.

    Args:
        episodes: What was read.
        left_out: How many rows or texts of the source are not in them, by reason; reasons that never applied are not
            listed.
    """

    episodes: EpisodeSet
    left_out: Mapping[str, int] = field(default_factory=dict)
