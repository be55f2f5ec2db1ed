"""The section `training` of a study of representatives, and of a single one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ....personas.representatives.training.settings import TrainingSettings


class TrainingConfig(BaseModel):
    """How representatives are trained; what is left out is as in `personas.representatives.settings`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["full", "lora"] | None = None
    rate: float | None = None
    batch: int | None = None
    device_batch: int | None = None
    max_steps: int | None = None
    eval_every: int | None = None
    patience: int | None = None
    weight_decay: float | None = None
    clip: float | None = None
    rank: int | None = None
    alpha: float | None = None
    targets: list[str] | None = None
    dtype: Literal["float32", "bfloat16"] | None = None
    checkpointing: bool | None = None
    max_length: int | None = None
    too_long: Literal["error", "drop"] | None = None
    device: Literal["cpu", "cuda"] | None = None

    def settings(self, own: TrainingConfig | None = None, seed: int = 0) -> TrainingSettings:
        """The settings, those of a representative's own before the study's.

        Raises:
            TrainingError: They cannot be.
        """
        given = self.model_dump(exclude_none=True) | (own.model_dump(exclude_none=True) if own else {})
        return TrainingSettings(**{**given, "targets": tuple(given.get("targets", ())), "seed": seed})
