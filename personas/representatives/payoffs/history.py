"""What was measured while a payoff model was trained: as data, as a table and as a picture."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..training.curve import draw_losses

COLUMNS = ("step", "train_loss", "validation_loss", "seconds")


@dataclass(frozen=True, slots=True)
class PayoffPoint:
    """One step of the optimizer.

    Args:
        step: How many were taken; 0 is before the first.
        train_loss: Mean cross-entropy of the step's batch, in nats per case; lower is better. None at step 0.
        validation_loss: The same over all validation cases after the step; None where it was not measured.
        seconds: Since training began, time before an interruption included.
    """

    step: int
    train_loss: float | None
    validation_loss: float | None
    seconds: float


def measured(points: Sequence[PayoffPoint]) -> list[PayoffPoint]:
    """The points with a validation loss."""
    return [p for p in points if p.validation_loss is not None]


def best_point(points: Sequence[PayoffPoint]) -> PayoffPoint:
    """The point of the lowest validation loss, the first of equals."""
    return min(measured(points), key=lambda p: p.validation_loss or 0.0)


def waited(points: Sequence[PayoffPoint]) -> int:
    """How many measurements came after the best one."""
    found = measured(points)
    return len(found) - 1 - found.index(best_point(points))


def save_table(points: Sequence[PayoffPoint], path: Path) -> None:
    """Writes a row a step, blank where nothing was measured."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for p in points:
            table.writerow([p.step, p.train_loss, p.validation_loss, round(p.seconds, 3)])


def save_curve(points: Sequence[PayoffPoint], path: Path, train: int, validation: int, batch: int) -> None:
    """Draws both losses by step, and marks the best.

    Args:
        points: In order.
        path: A .png file.
        train: How many cases were trained on.
        validation: How many were measured on.
        batch: Cases in one step.
    """
    best = best_point(points)
    draw_losses(
        path,
        (
            ([(p.step, p.train_loss) for p in points], f"training, each step's batch (n = {train:,} cases)"),
            ([(p.step, p.validation_loss) for p in points], f"validation (n = {validation:,} cases)"),
        ),
        best=(best.step, f"best: step {best.step}"),
        x=f"step of the optimizer ({batch:,} cases each; 0 is before the first)",
        y="cross-entropy (nats per case; lower is better)",
    )
