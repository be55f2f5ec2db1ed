"""From an episode of the protocol `polis` to the votes matrix, and to the files that a Polis export has."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import orjson

from ...graphs.polis import POOLED, VOTED
from ..errors import InputError
from ..folder import RunFolder, write_text
from .reading import Conversation

Own = Literal["left_out", "agree"]
# Codes 1 disagree, 2 pass, 3 agree, as the protocol leaves them.
_VOTE = {1: -1.0, 2: 0.0, 3: 1.0}


def conversation_of(state: Mapping[str, Any], own: Own = "left_out") -> Conversation:
    """The votes of one episode.

    Args:
        state: What the graph of `build_polis` leaves, or a transcript that holds `seats`, `candidates`, `outcomes` and
            `ratings` of it.
        own: Whether an author's own statement counts as not seen, or as agreed with, as Polis counts it.

    Returns:
        Seats are the participants, statements have the names that the protocol gave them; a vote that could not be
        had is not seen, and a note counts such votes.

    Raises:
        InputError: The state is of another protocol.
    """
    try:
        texts, pool = state["candidates"][POOLED], state["outcomes"][POOLED]
        ratings, seats = state.get("ratings", {}).get(VOTED, {}), list(state["seats"])
    except KeyError as error:
        raise InputError(f"the episode has no {error}; give one of the protocol polis") from error
    names = [f"{POOLED}_{k}" for k in range(1, len(texts) + 1)]
    codes = [[ratings.get(seat, {}).get(name) for name in names] for seat in seats]
    votes = np.array([[_VOTE.get(code, np.nan) if isinstance(code, int) else np.nan for code in row] for row in codes])
    votes = votes.reshape(len(seats), len(names))
    if own == "agree":
        for j, name in enumerate(names):
            votes[[seats.index(seat) for seat in pool["authors"][name]], j] = 1.0
    failed = sum(isinstance(code, Mapping) for row in codes for code in row)
    return Conversation(
        participants=tuple(seats),
        statements=tuple(names),
        votes=votes,
        texts=dict(zip(names, texts, strict=True)),
        groups=None,
        notes=(f"{failed} votes could not be had; they count as not seen",) if failed else (),
    )


def read_episode(run: Path, episode: str | None = None, own: Own = "left_out") -> Conversation:
    """The votes of one episode of a run.

    Args:
        run: The run's folder.
        episode: Which one; may be left out where there is only one.
        own: As for `conversation_of`.

    Raises:
        InputError: The folder has no transcripts, not this episode, or none of the protocol polis.
    """
    path = RunFolder(run).transcripts
    if not path.is_file():
        raise InputError(f"{run}: no transcripts; give the folder of a run of the protocol polis, or a table")
    with path.open("rb") as lines:
        told = {str(line["episode"]): line for line in map(orjson.loads, lines)}
    if episode is None and len(told) != 1:
        raise InputError(f"{path}: {len(told)} episodes; choose one by --episode ({_some(told)})")
    if episode is not None and episode not in told:
        raise InputError(f"{path}: no episode {episode!r}; there are {_some(told)}")
    return conversation_of(told[episode] if episode is not None else next(iter(told.values())), own)


def _some(names: Iterable[str], most: int = 10) -> str:
    listed = list(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if listed[most:] else "")


def write_export(conversation: Conversation, folder: Path) -> tuple[Path, Path]:
    """Writes `participants-votes.csv` and `comments.csv` as Polis does, for this package or any other reader.

    Args:
        conversation: The votes.
        folder: Where; made if it is not there.

    Returns:
        The paths of both files.
    """
    votes, comments = folder / "participants-votes.csv", folder / "comments.csv"
    v = conversation.votes
    rows = [
        [name, int(np.isfinite(row).sum()), int((row == 1).sum()), int((row == -1).sum()), *map(_cell, row)]
        for name, row in zip(conversation.participants, v, strict=True)
    ]
    header = ["participant", "n-votes", "n-agree", "n-disagree", *conversation.statements]
    write_text(votes, _csv([header, *rows]))
    lines = [
        [name, int((v[:, j] == 1).sum()), int((v[:, j] == -1).sum()), 1, conversation.texts.get(name, "")]
        for j, name in enumerate(conversation.statements)
    ]
    write_text(comments, _csv([["comment-id", "agrees", "disagrees", "moderated", "comment-body"], *lines]))
    return votes, comments


def _cell(vote: float) -> str:
    return str(int(vote)) if np.isfinite(vote) else ""


def _csv(rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
