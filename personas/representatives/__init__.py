"""Digital representatives: models trained to stand in for a person in a deliberation (Jarrett et al. 2025)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters import Adapters, train_adapters
    from .demonstration import Demonstration, demonstrations
    from .episodes import Episode, EpisodeError, EpisodeSet, SeatWords, load_episodes, save_episodes
    from .miniature import generate_study
    from .payoff_cases import PayoffCase, PayoffError, PayoffSet, Scale, rating_cases, vote_cases
    from .payoff_likert import LikertPayoffs
    from .payoff_model import PayoffModel
    from .payoff_training import train_payoff_model
    from .personal import Personal, personal_texts
    from .pretraining import pretraining_texts
    from .settings import TrainingError, TrainingSettings
    from .splits import Split, SplitError, split_blocks, split_components
    from .training import Trained, train_representative
    from .variant import Variant, VariantError
    from .vote_splits import VoteSplit, split_voters, split_votes
    from .votes import Preference, Statement, Vote, VoteError, VoteSet

# `personas.conditioning` needs `variant` and `prompting`; the others need all of `personas`.
_HOMES = {
    "Adapters": "adapters",
    "Demonstration": "demonstration",
    "Episode": "episodes",
    "EpisodeError": "episodes",
    "EpisodeSet": "episodes",
    "LikertPayoffs": "payoff_likert",
    "PayoffCase": "payoff_cases",
    "PayoffError": "payoff_cases",
    "PayoffModel": "payoff_model",
    "PayoffSet": "payoff_cases",
    "Personal": "personal",
    "Preference": "votes",
    "Scale": "payoff_cases",
    "SeatWords": "episodes",
    "Split": "splits",
    "SplitError": "splits",
    "Statement": "votes",
    "Trained": "training",
    "TrainingError": "settings",
    "TrainingSettings": "settings",
    "Variant": "variant",
    "VariantError": "variant",
    "Vote": "votes",
    "VoteError": "votes",
    "VoteSet": "votes",
    "VoteSplit": "vote_splits",
    "demonstrations": "demonstration",
    "generate_study": "miniature",
    "load_episodes": "episodes",
    "rating_cases": "payoff_cases",
    "personal_texts": "personal",
    "pretraining_texts": "pretraining",
    "save_episodes": "episodes",
    "split_blocks": "splits",
    "split_components": "splits",
    "split_voters": "vote_splits",
    "split_votes": "vote_splits",
    "train_payoff_model": "payoff_training",
    "vote_cases": "payoff_cases",
    "train_adapters": "adapters",
    "train_representative": "training",
}

__all__ = [
    "Adapters",
    "Demonstration",
    "Episode",
    "EpisodeError",
    "EpisodeSet",
    "LikertPayoffs",
    "PayoffCase",
    "PayoffError",
    "PayoffModel",
    "PayoffSet",
    "Personal",
    "Preference",
    "Scale",
    "SeatWords",
    "Split",
    "SplitError",
    "Statement",
    "Trained",
    "TrainingError",
    "TrainingSettings",
    "Variant",
    "VariantError",
    "Vote",
    "VoteError",
    "VoteSet",
    "VoteSplit",
    "demonstrations",
    "generate_study",
    "load_episodes",
    "personal_texts",
    "pretraining_texts",
    "rating_cases",
    "save_episodes",
    "split_blocks",
    "split_components",
    "split_voters",
    "split_votes",
    "train_adapters",
    "train_payoff_model",
    "train_representative",
    "vote_cases",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
