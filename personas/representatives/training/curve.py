"""The picture of a training: loss by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .history import History


def save_curve(history: History, path: Path, title: str, train: int, validation: int, batch: int) -> None:
    """Draws training and validation loss, and marks the best step.

    Args:
        history: What was measured.
        path: A .png file.
        title: Above the picture.
        train: How many demonstrations were trained on.
        validation: How many were measured on.
        batch: Demonstrations in one step.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(
        *_drawn([(p.step, p.train_loss) for p in history.points]),
        color="#999999",
        linewidth=0.8,
        label=f"training, each step's batch before it (n = {train:,} texts)",
    )
    axes.plot(
        *_drawn([(p.step, p.validation_loss) for p in history.points]),
        "o-",
        color="#1b6ca8",
        markersize=3.5,
        label=f"validation (n = {validation:,} texts)",
    )
    best = history.best_point
    said = f"best: step {best.step}, perplexity {best.perplexity:.3g}"
    axes.axvline(best.step, color="#d1742c", linewidth=0.9, linestyle="--", label=said)
    axes.set_xlabel(f"step of the optimizer (up to {batch:,} texts each; 0 is the model as it was)")
    axes.set_ylabel("negative log-likelihood\n(nats per token of the texts; lower is better)")
    axes.set_title(title, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(path, dpi=150, format="png")


def _drawn(points: Sequence[tuple[int, float | None]]) -> tuple[list[int], list[float]]:
    """Steps and losses, where there is a loss."""
    held = [(step, loss) for step, loss in points if loss is not None]
    return [step for step, _ in held], [loss for _, loss in held]
