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
        left_out: How many rows, texts or rounds of the source are not in them, by reason.
    """

    episodes: EpisodeSet
    left_out: Mapping[str, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many there are of everything that may be on record."""
        episodes = self.episodes.episodes
        seats = [seat for e in episodes for seat in e.seats]
        return {
            "episodes": len(episodes),
            "sessions": len({e.session for e in episodes}),
            "questions": len(self.episodes.questions),
            "participants": len({seat.persona for seat in seats}),
            "seats": len(seats),
            "positions": sum(bool(s.position) for s in seats),
            "opinions": sum(bool(s.opinion) for s in seats),
            "critiques": sum(bool(s.critique) for s in seats),
            "ratings": sum(len(s.ratings) for s in seats),
            "drafts": sum(bool(e.draft) for e in episodes),
            "revised statements": sum(bool(e.revised) for e in episodes),
        }
