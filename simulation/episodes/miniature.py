"""A synthetic study, generated on the spot, in the place of a file."""

from __future__ import annotations

from pathlib import Path

from ...personas.representatives.episodes import EpisodeError
from ...personas.representatives.miniature import EPISODES, generate_study
from ..errors import InputError
from .reading import Reading


def read_miniature(
    path: Path, episodes: int = EPISODES, participants: int | None = None, seed: int = 0, mechanism: str = "mean"
) -> Reading:
    """Episodes of the people of a public; see `personas.representatives.miniature.generate_study`.

    Args:
        path: Names the public, such as `default`; no file is read.
        episodes: How many; by default as many as in the reference.
        participants: How many people; by default in the reference's proportion.
        seed: Another seed has other people, groups and questions.
        mechanism: How the mediator puts stances together.

    Raises:
        InputError: The numbers do not fit each other, or there is no such mechanism.
    """
    try:
        return Reading(generate_study(episodes, participants, seed=seed, public=str(path), mechanism=mechanism), {})
    except EpisodeError as error:
        raise InputError(f"miniature: {error}") from error
