"""What was measured while a representative was trained, step by step."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Keep = Literal["best", "last"]
COLUMNS = ("step", "train_loss", "validation_loss", "validation_perplexity", "seconds", "tokens")


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the optimizer.

    Args:
        step: How many were taken; 0 is the model as it was.
        train_loss: Mean negative log-likelihood per target token of the step's batch, in nats; lower is better. None at
            step 0.
        validation_loss: The same over all validation demonstrations after the step; None where it was not measured.
        seconds: Since training began, measurements and time before an interruption included.
        tokens: Read so far, prompts included.
        training_seconds: The part of `seconds` that steps took.
    """

    step: int
    train_loss: float | None
    validation_loss: float | None
    seconds: float
    tokens: int
    training_seconds: float

    @property
    def perplexity(self) -> float | None:
        """Exp of the validation loss; lower is better."""
        return None if self.validation_loss is None else perplexity(self.validation_loss)


@dataclass
class History:
    """Every step so far, and how likely the best model finds every validation text.

    Args:
        points: In order.
        start: Negative log-likelihood of each validation text at step 0, in nats.
        best: The same at the step that is kept.
        done: Whether training has ended.
        keep: Which step is kept: the one of the lowest validation loss (the first of equals), or the last.
    """

    points: list[Point] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    done: bool = False
    keep: Keep = "best"

    @property
    def measured(self) -> list[Point]:
        """The points with a validation loss."""
        return [p for p in self.points if p.validation_loss is not None]

    @property
    def best_point(self) -> Point:
        """The measured point that is kept."""
        return self.measured[-1] if self.keep == "last" else min(self.measured, key=lambda p: p.validation_loss or 0.0)

    @property
    def waited(self) -> int:
        """How many measurements came after the one that is kept."""
        return len(self.measured) - 1 - self.measured.index(self.best_point)

    def add(self, point: Point, losses: Sequence[float] | None) -> bool:
        """Adds a step; returns whether it is to be kept.

        Args:
            point: The step.
            losses: Of each validation text, where they were measured.
        """
        self.points.append(point)
        if losses is None or self.best_point is not point:
            return False
        self.best = list(losses)
        self.start = self.start or list(losses)
        return True

    def save(self, path: Path) -> None:
        """Writes everything, whole or not at all."""
        _write_whole(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> History:
        """What `save` wrote."""
        held = json.loads(path.read_text(encoding="utf-8"))
        return cls([Point(**p) for p in held.pop("points")], **held)

    def save_table(self, path: Path) -> None:
        """Writes `loss.csv`: a row a step, blank where nothing was measured."""
        partial = path.with_name(path.name + ".partial")
        with partial.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for p in self.points:
                table.writerow([p.step, p.train_loss, p.validation_loss, p.perplexity, round(p.seconds, 3), p.tokens])
        os.replace(partial, path)


def perplexity(loss: float) -> float:
    """Exp of a mean negative log-likelihood per token; infinite where that is too large for a number."""
    return math.exp(loss) if loss < 700 else math.inf


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
