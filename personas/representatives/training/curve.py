"""The picture of a training: loss by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .history import History

Losses = Sequence[tuple[int, float | None]]


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
    best = history.best_point
    draw_losses(
        path,
        (
            (
                [(p.step, p.train_loss) for p in history.points],
                f"training, each step's batch before it (n = {train:,} texts)",
            ),
            ([(p.step, p.validation_loss) for p in history.points], f"validation (n = {validation:,} texts)"),
        ),
        best=(best.step, f"best: step {best.step}, perplexity {best.perplexity:.3g}"),
        x=f"step of the optimizer (up to {batch:,} texts each; 0 is the model as it was)",
        y="negative log-likelihood\n(nats per token of the texts; lower is better)",
        title=title,
    )


def draw_losses(
    path: Path,
    losses: tuple[tuple[Losses, str], tuple[Losses, str]],
    *,
    best: tuple[int, str],
    x: str,
    y: str,
    title: str = "",
) -> None:
    """Draws two losses by step, and marks a step.

    Args:
        path: A .png file.
        losses: Of training, then of validation, by step, None where there is none; and what each is called.
        best: The step to mark, and what it is called.
        x: What the steps are.
        y: What the losses are.
        title: Above the picture.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    for (points, label), style, color in zip(losses, ("-", "o-"), ("#999999", "#1b6ca8"), strict=True):
        held = [(step, loss) for step, loss in points if loss is not None]
        steps, values = [step for step, _ in held], [loss for _, loss in held]
        axes.plot(steps, values, style, color=color, linewidth=0.9, markersize=3.5, label=label)
    axes.axvline(best[0], color="#d1742c", linewidth=0.9, linestyle="--", label=best[1])
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if title:
        axes.set_title(title, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(path, dpi=150, format="png")
