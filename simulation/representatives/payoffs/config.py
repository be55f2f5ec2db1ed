"""The section `payoff` of a study of representatives: what the payoff model is made from, and what it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ....personas.representatives.variant import Variant
from ....personas.representatives.votes import VoteSet
from ..training.config import TrainingConfig


class VotesConfig(BaseModel):
    """Where votes are: the Remesh dialogues, or a table.

    Args:
        remesh: The folder of the Remesh dialogues.
        dialogue: Which of them, or `both`.
        table: A table of votes (see `simulation.episodes.vote_table`).
        episodes: A JSONL file with what the table's voters wrote.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    remesh: str | None = None
    dialogue: str = "both"
    table: str | None = None
    episodes: str | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> VotesConfig:
        if (self.remesh is None) == (self.table is None):
            raise ValueError("give either `remesh` or `table`")
        return self

    def load(self) -> VoteSet:
        """Reads the votes; paths are absolute by then.

        Raises:
            InputError: Something is wrong with a file.
        """
        if self.remesh is not None:
            from ...episodes.remesh_votes import load_remesh_votes

            return load_remesh_votes(self.remesh, self.dialogue)
        from ...episodes.vote_table import load_vote_table

        return load_vote_table(Path(self.table or ""), Path(self.episodes) if self.episodes else None)


class PayoffConfig(BaseModel):
    """The payoff model of a study: how far a person agrees with a statement.

    Args:
        base: What it is made from: a name under `bases`.
        targets: `ratings` of statements in the study's episodes, or `votes`.
        votes: Where votes are.
        scale: Lowest and highest rating.
        variant: What the model is told of a person besides their own answer to the question.
        validation: The share of the training side's groups (people, for votes) that tells when to stop, in (0, 1).
        training: What is different from the study's `training`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str
    targets: Literal["ratings", "votes"] = "ratings"
    votes: VotesConfig | None = None
    scale: tuple[float, float] = (1.0, 7.0)
    variant: str = "base+D"
    validation: float = Field(default=0.15, gt=0, lt=1)
    training: TrainingConfig = TrainingConfig()

    @field_validator("variant")
    @classmethod
    def _is_a_variant(cls, text: str) -> str:
        return str(Variant.parse(text))

    @field_validator("scale")
    @classmethod
    def _rises(cls, scale: tuple[float, float]) -> tuple[float, float]:
        if not scale[0] < scale[1]:
            raise ValueError("a scale is the lowest rating and the highest, such as [1, 7]")
        return scale

    @model_validator(mode="after")
    def _votes_go_with_votes(self) -> PayoffConfig:
        if (self.targets == "votes") != (self.votes is not None):
            raise ValueError("`targets: votes` and a section `votes` go together")
        return self

    def settled(self, absolute: Callable[[str], str]) -> PayoffConfig:
        """The same with its paths made absolute."""
        if self.votes is None:
            return self
        given = {name: getattr(self.votes, name) for name in ("remesh", "table", "episodes")}
        paths = {name: absolute(path) for name, path in given.items() if path is not None}
        return self.model_copy(update={"votes": self.votes.model_copy(update=paths)})

    def load_votes(self) -> VoteSet:
        """Reads the votes.

        Raises:
            InputError: Something is wrong with a file.
        """
        assert self.votes is not None
        return self.votes.load()
