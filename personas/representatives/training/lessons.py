"""Demonstrations as the tokens that a model reads and is to write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ....models.local.tokens import closing_token, continuation_ids, prompt_ids
from ..demonstration import Demonstration
from .settings import TrainingError

IGNORED = -100  # what torch and transformers leave out of a loss


@dataclass(frozen=True, slots=True)
class Lesson:
    """One demonstration as tokens.

    Args:
        ids: The prompt's, the text's and the token that ends it.
        first: Index of the text's first token; at least 1.
    """

    ids: tuple[int, ...]
    first: int

    @property
    def targets(self) -> int:
        """How many tokens the model is to write, the end among them."""
        return len(self.ids) - self.first

    @property
    def labels(self) -> list[int]:
        """The tokens that count, and `IGNORED` in the place of the prompt's. As long as `ids`."""
        return [IGNORED] * self.first + list(self.ids[self.first :])


@dataclass(frozen=True, slots=True)
class Lessons:
    """Demonstrations that fit a model, as tokens.

    Args:
        lessons: One for each of `demonstrations`.
        demonstrations: Those that fit.
        dropped: How many were too long.
        merged: Of how many the first token begins in the prompt: a model that is asked for them begins with another.
    """

    lessons: tuple[Lesson, ...]
    demonstrations: tuple[Demonstration, ...]
    dropped: int = 0
    merged: int = 0

    @property
    def targets(self) -> int:
        """How many tokens there are to write, the ends of texts among them."""
        return sum(lesson.targets for lesson in self.lessons)


def make_lessons(
    demonstrations: Sequence[Demonstration],
    tokenizer: Any,
    ends: Iterable[int],
    chat: bool,
    longest: int,
    drop: bool = False,
) -> Lessons:
    """Tokenises demonstrations as `HFModel.score` does, and ends each text as `HFModel.generate` would.

    Args:
        demonstrations: What was said.
        tokenizer: Of the model.
        ends: Tokens at which the model stops.
        chat: Write prompts by the chat template.
        longest: The most tokens of prompt, text and end.
        drop: Leave longer ones out.

    Raises:
        TrainingError: One is longer and they are not to be dropped, or nothing is left.
    """
    end = closing_token(tokenizer, frozenset(ends), chat)
    made = [(d, _lesson(d, tokenizer, end, chat)) for d in demonstrations]
    kept = [(d, lesson) for d, lesson in made if len(lesson.ids) <= longest]
    if len(kept) < len(made) and not drop:
        most = max(len(lesson.ids) for _, lesson in made)
        raise TrainingError(
            f"{len(made) - len(kept)} of {len(made)} demonstrations are longer than {longest} tokens (the longest has "
            f"{most}), and none is cut; raise max_length as far as the model can read, show less of the person, or set "
            "too_long to drop"
        )
    if not kept:
        what = f"all {len(made)} are longer than {longest} tokens" if made else "no text is on record"
        raise TrainingError(f"there is nothing to train or to validate on: {what}")
    merged = sum(lesson.ids[: lesson.first] != tuple(prompt_ids(tokenizer, d.prompt, chat)) for d, lesson in kept)
    return Lessons(tuple(lesson for _, lesson in kept), tuple(d for d, _ in kept), len(made) - len(kept), merged)


def _lesson(demonstration: Demonstration, tokenizer: Any, end: int, chat: bool) -> Lesson:
    ids, first = continuation_ids(tokenizer, demonstration.prompt, demonstration.continuation(chat), chat)
    return Lesson((*ids, end), first)


def data_hash(demonstrations: Iterable[Demonstration]) -> str:
    """SHA-256 over the prompts and texts in their order, and whose they are."""
    whole = hashlib.sha256()
    for d in demonstrations:
        messages = [[m.role, m.content] for m in d.prompt.messages]
        row = [d.episode, d.session, d.persona, d.step, messages, d.text]
        whole.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return whole.hexdigest()
