"""`minipublic evaluate polis`: opinion groups of a conversation, and what they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...evaluators.opinion_draws import compare_groupings
from ...evaluators.opinion_grouping import MIN_VOTES, TooFewVotes
from ...evaluators.opinion_groups import BOOTSTRAP, evaluate_opinion_groups
from ..errors import InputError
from .episodes import read_episode
from .reading import Conversation, read_conversation


def measure_polis(
    votes: Path,
    comments: Path | None = None,
    *,
    episode: str | None = None,
    min_votes: int = MIN_VOTES,
    groups: int | None = None,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures a Polis export, or an episode of the protocol polis.

    Args:
        votes: `participants-votes.csv`, or a run's folder.
        comments: `comments.csv`.
        episode: Which episode of a run that has several.
        min_votes: Who cast fewer votes is left out.
        groups: How many groups; None chooses.
        bootstrap: Resamples for intervals; 0 for none.
        seed: Of everything random.

    Returns:
        What `evaluators.opinion_groups.evaluate_opinion_groups` gives, every statement with its `text`, and `published_groups`
        and `notes`.

    Raises:
        InputError: A file or value is wrong, or too few people voted enough.
    """
    run = votes.is_dir()
    if run and comments is not None:
        raise InputError(f"--comments {comments}: the statements of a run are in its folder; leave it out")
    if episode is not None and not run:
        raise InputError(f"--episode {episode}: {votes} is no run's folder, so it has no episodes; leave it out")
    conversation = read_episode(votes, episode) if run else read_conversation(votes, comments)
    try:
        return measure_conversation(conversation, min_votes=min_votes, groups=groups, bootstrap=bootstrap, seed=seed)
    except TooFewVotes as error:
        raise InputError(f"{votes}: {error} (--min-votes {min_votes}, --groups {groups or 'chosen'})") from error


def measure_conversation(conversation: Conversation, **options: Any) -> dict[str, Any]:
    """The same for votes that are read or made already.

    Args:
        conversation: The votes.
        options: As for `measure_polis`.

    Raises:
        TooFewVotes: Too few people voted enough.
    """
    found = evaluate_opinion_groups(conversation.votes, conversation.statements, conversation.participants, **options)
    for statement in found["statements"]:
        statement["text"] = conversation.texts.get(statement["statement"])
    return found | {
        "published_groups": _published(conversation, found),
        "notes": list(conversation.notes),
    }


def _published(conversation: Conversation, found: dict[str, Any]) -> dict[str, Any] | None:
    """How far the groups agree with those that the table already names."""
    if conversation.groups is None:
        return None
    ours = np.array([member["group"] or "" for member in found["members"]])
    both = (ours != "") & (conversation.groups != "")
    if both.sum() < 2:
        return None
    a, b = (np.unique(x[both], return_inverse=True)[1] for x in (ours, conversation.groups))
    return {"n": int(both.sum()), "k": int(b.max()) + 1} | compare_groupings(a, b, found["bootstrap"], found["seed"])
