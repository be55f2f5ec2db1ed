"""What a study says of how its answers are measured; no part of its identity."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class EvaluationConfig(BaseModel):
    """How the simulated answers are compared with the humans'.

    Args:
        scale: `codes` measures distances on the codes' own numbers, `unit` on positions divided by K − 1.
        by: Attributes whose groups are measured too.
        bootstrap: Resamples for intervals.
        splits: Random halves of the humans for the human bound.
        contrasts: By attribute, pairs of labels whose difference on every item is an effect.
        ablations: By title, pools of stories in order, compared along how many, how long or how consistent they are.
        retest: A table of the humans' answers at a second time, read by the humans' codebook.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    scale: Literal["codes", "unit"] = "codes"
    by: list[str] = []
    bootstrap: int = Field(default=1000, ge=0)
    splits: int = Field(default=20, ge=2)
    contrasts: dict[str, list[tuple[str, str]]] = {}
    ablations: dict[str, list[str]] = {}
    retest: str | None = None

    @field_validator("contrasts", mode="before")
    @classmethod
    def _one_pair(cls, given: object) -> object:
        """A single pair may stand without the list around it."""
        if not isinstance(given, dict):
            return given
        return {name: [pairs] if _is_pair(pairs) else pairs for name, pairs in given.items()}


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(label, str) for label in value)
