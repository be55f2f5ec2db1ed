"""How far a training is: bars on a terminal, lines in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from .progress import LOG_EVERY_S

if TYPE_CHECKING:
    from ...personas.representatives.payoffs.history import PayoffPoint
    from ...personas.representatives.training.history import History, Point
    from ...personas.representatives.training.settings import TrainingSettings


class TrainingScreen:
    """Shows every representative's training on standard error."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
        )
        self._bars = Progress(*columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty())
        self._last = time.monotonic()

    def __enter__(self) -> TrainingScreen:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def one(self, name: str, settings: TrainingSettings) -> Any:
        """Who is told of the steps of a representative's training."""
        bar = self._bars.add_task(f"{name}, steps", total=settings.max_steps, said="")

        def told(point: Point, history: History) -> None:
            self._show(
                bar, name, point.step, settings.max_steps, step_line(point, history), point.perplexity is not None
            )

        return told

    def people(self, name: str) -> Any:
        """Who is told of the adapters of a representative that has one for each person."""
        bar = self._bars.add_task(f"{name}, people", total=None, said="")

        def told(done: int, total: int, what: str) -> None:
            self._show(bar, name, done, total, what, done == total)

        return told

    def payoff(self) -> Any:
        """Who is told of the steps of the payoff model's training."""
        bar = self._bars.add_task("payoff model, steps", total=None, said="")
        newest: list[float] = []

        def told(point: PayoffPoint, total: int) -> None:
            newest.extend([point.validation_loss] if point.validation_loss is not None else [])
            said = f"validation loss {newest[-1]:.4g} (best {min(newest):.4g})" if newest else ""
            self._show(bar, "payoff model", point.step, total, said, point.validation_loss is not None)

        return told

    def _show(self, bar: TaskID, name: str, done: int, total: int, said: str, matters: bool) -> None:
        self._bars.update(bar, completed=done, total=total, said=said)
        now = time.monotonic()
        if self._bars.disable and (matters or now - self._last >= LOG_EVERY_S):
            self._last = now
            print(f"{name}: {done:,} of {total:,} · {said}", file=sys.stderr, flush=True)


def step_line(point: Point, history: History) -> str:
    """The newest numbers of a training."""
    loss = f"loss {point.train_loss:.4g} · " if point.train_loss is not None else ""
    newest, best = history.measured[-1], history.best_point
    rate = point.tokens / point.training_seconds if point.training_seconds else 0.0
    return (
        f"{loss}perplexity {newest.perplexity:.4g} at step {newest.step:,} (best {best.perplexity:.4g} at {best.step:,})"
        f" · {rate:,.0f} tokens/s"
    )
