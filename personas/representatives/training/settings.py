"""How a representative is trained: the settings, without anything that needs torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Method = Literal["full", "lora"]
# Constant rates of AdamW. The source's value is lost; these are what supervised fine-tuning of models from 1B to 10B
# commonly starts from, and an adapter bears about ten times the rate of all parameters. A small model made for an example
# needs more (1e-3).
RATES: dict[Method, float] = {"full": 1e-5, "lora": 1e-4}
ALL_LINEAR = "all-linear"
# What decides how fast training goes and what it takes up, not what comes out: a training that met the end of a device's
# memory goes on with others.
_MEANS = ("device_batch", "checkpointing", "device")


class TrainingError(ValueError):
    """A representative cannot be trained as asked."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a representative is trained (Jarrett et al. 2025, appendix C: AdamW, constant rate, batches of 128).

    Args:
        method: `full` changes all parameters, `lora` trains an adapter beside them.
        rate: The constant learning rate; by default 1e-5 for `full` and 1e-4 for `lora`.
        batch: Demonstrations in one step of the optimizer.
        device_batch: Demonstrations on the device at once; gradients of several are added up to a batch.
        max_steps: The most steps.
        eval_every: Steps between two measurements of the validation perplexity; each is kept, to resume from.
        patience: After how many measurements without a better one training stops.
        weight_decay: Of AdamW.
        clip: The longest gradient.
        rank: Of a LoRA adapter.
        alpha: Its scale is alpha / rank.
        targets: The names of the layers it changes; every linear layer but the last by default.
        seed: Of the order of demonstrations, of the adapter's first weights, and of dropout.
        dtype: Of products: `float32` or `bfloat16`. Weights that are trained are float32 either way; those that stay
            as they are have this one. By default bfloat16 on a GPU and float32 elsewhere.
        checkpointing: Compute activations twice to keep fewer of them.
        max_length: The most tokens of prompt and text; by default what the model can read.
        too_long: What becomes of longer demonstrations, which are never cut: an `error`, or `drop` them, counted.
        device: `cpu`, or `cuda` (one GPU); the GPU where there is one by default.

    Raises:
        TrainingError: A value is out of its range.
    """

    method: Method = "full"
    rate: float | None = None
    batch: int = 128
    device_batch: int = 16
    max_steps: int = 400
    eval_every: int = 20
    patience: int = 3
    weight_decay: float = 0.01
    clip: float = 1.0
    rank: int = 16
    alpha: float = 32
    targets: tuple[str, ...] = ()
    seed: int = 0
    dtype: Literal["float32", "bfloat16"] | None = None
    checkpointing: bool = False
    max_length: int | None = None
    too_long: Literal["error", "drop"] = "error"
    device: Literal["cpu", "cuda"] | None = None

    def __post_init__(self) -> None:
        counts = ("batch", "device_batch", "max_steps", "eval_every", "patience", "rank")
        for name in (*counts, *(["max_length"] if self.max_length is not None else [])):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} is at least 1, not {getattr(self, name)}")
        for name in ("learning_rate", "clip", "alpha"):
            if not 0 < getattr(self, name) < float("inf"):
                raise TrainingError(f"{name.removeprefix('learning_')} is above 0, not {getattr(self, name)}")
        if not 0 <= self.weight_decay < float("inf"):
            raise TrainingError(f"weight_decay is at least 0, not {self.weight_decay}")
        if self.batch % self.rows:
            raise TrainingError(f"a batch of {self.batch} is no multiple of device_batch {self.device_batch}")

    @property
    def learning_rate(self) -> float:
        """The rate, or the method's own."""
        return RATES[self.method] if self.rate is None else self.rate

    @property
    def rows(self) -> int:
        """Demonstrations on the device at once, no more than a batch."""
        return min(self.device_batch, self.batch)

    @property
    def layers(self) -> str | list[str]:
        """Which layers an adapter changes, as peft takes it."""
        return list(self.targets) or ALL_LINEAR

    def identity(self) -> dict[str, Any]:
        """The settings that decide what comes out, as plain data."""
        told = asdict(self) | {"rate": self.learning_rate, "targets": list(self.targets)}
        unused = ("rank", "alpha", "targets") if self.method == "full" else ()
        return {name: value for name, value in told.items() if name not in (*_MEANS, *unused)}
