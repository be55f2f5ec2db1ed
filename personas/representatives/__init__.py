"""Digital representatives: models trained to stand in for a person in a deliberation (Jarrett et al. 2025)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .demonstration import Demonstration, demonstrations
    from .episodes import Episode, EpisodeError, EpisodeSet, SeatWords, load_episodes, save_episodes
    from .splits import Split, SplitError, split_blocks, split_components
    from .variant import Variant, VariantError

# `personas.conditioning` needs `variant` and `prompting`; the others need all of `personas`.
_HOMES = {
    "Demonstration": "demonstration",
    "Episode": "episodes",
    "EpisodeError": "episodes",
    "EpisodeSet": "episodes",
    "SeatWords": "episodes",
    "Split": "splits",
    "SplitError": "splits",
    "Variant": "variant",
    "VariantError": "variant",
    "demonstrations": "demonstration",
    "load_episodes": "episodes",
    "save_episodes": "episodes",
    "split_blocks": "splits",
    "split_components": "splits",
}

__all__ = [
    "Demonstration",
    "Episode",
    "EpisodeError",
    "EpisodeSet",
    "SeatWords",
    "Split",
    "SplitError",
    "Variant",
    "VariantError",
    "demonstrations",
    "load_episodes",
    "save_episodes",
    "split_blocks",
    "split_components",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
