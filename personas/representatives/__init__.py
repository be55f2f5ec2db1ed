"""Digital representatives: models trained to stand in for a person in a deliberation (Jarrett et al. 2025)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .demonstration import Demonstration, demonstrations
    from .episodes import Episode, EpisodeError, EpisodeSet, SeatWords, load_episodes, save_episodes
    from .miniature import generate_study
    from .payoffs.cases import PayoffCase, PayoffError, PayoffSet, Scale, rating_cases, vote_cases
    from .payoffs.likert import LikertPayoffs
    from .payoffs.model import PayoffModel
    from .payoffs.training import train_payoff_model
    from .pretraining import pretraining_texts
    from .splits import Split, SplitError, split_blocks, split_components
    from .training.adapters import Adapters, train_adapters
    from .training.one_model import Trained, train_representative
    from .training.personal import Personal, personal_texts
    from .training.settings import TrainingError, TrainingSettings
    from .variant import Variant, VariantError
    from .vote_splits import VoteSplit, split_voters, split_votes
    from .votes import Preference, Statement, Vote, VoteError, VoteSet

# `personas.conditioning` needs `variant` and `prompting`; the others need all of `personas`.
_HOMES = {
    "Adapters": "training.adapters",
    "Demonstration": "demonstration",
    "Episode": "episodes",
    "EpisodeError": "episodes",
    "EpisodeSet": "episodes",
    "LikertPayoffs": "payoffs.likert",
    "PayoffCase": "payoffs.cases",
    "PayoffError": "payoffs.cases",
    "PayoffModel": "payoffs.model",
    "PayoffSet": "payoffs.cases",
    "Personal": "training.personal",
    "Preference": "votes",
    "Scale": "payoffs.cases",
    "SeatWords": "episodes",
    "Split": "splits",
    "SplitError": "splits",
    "Statement": "votes",
    "Trained": "training.one_model",
    "TrainingError": "training.settings",
    "TrainingSettings": "training.settings",
    "Variant": "variant",
    "VariantError": "variant",
    "Vote": "votes",
    "VoteError": "votes",
    "VoteSet": "votes",
    "VoteSplit": "vote_splits",
    "demonstrations": "demonstration",
    "generate_study": "miniature",
    "load_episodes": "episodes",
    "rating_cases": "payoffs.cases",
    "personal_texts": "training.personal",
    "pretraining_texts": "pretraining",
    "save_episodes": "episodes",
    "split_blocks": "splits",
    "split_components": "splits",
    "split_voters": "vote_splits",
    "split_votes": "vote_splits",
    "train_payoff_model": "payoffs.training",
    "vote_cases": "payoffs.cases",
    "train_adapters": "training.adapters",
    "train_representative": "training.one_model",
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
