"""How far a run is, on a terminal and in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.journaled import JournaledModel
    from ..plan import Plan
    from ..run import Progress

LOG_EVERY_S = 10.0
DRAW_EVERY_S = 0.2


@contextmanager
def show_progress(plan: Plan, limit: int | None) -> Iterator[Progress]:
    """Shows units done, answers a second, missing answers and time left, on standard error."""
    total = sum(1 for _ in plan.units(limit))
    on_terminal = sys.stderr.isatty()
    started = last = time.monotonic()

    def progress(units: int, answers: int, missing: int, models: dict[str, JournaledModel]) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < (DRAW_EVERY_S if on_terminal else LOG_EVERY_S) and units < total:
            return
        last = now
        asked = sum(m.counts.asked for m in models.values())
        line = progress_line(units, total, answers, missing, asked, now - started)
        print(f"\r\x1b[K{line}" if on_terminal else line, end="" if on_terminal else "\n", file=sys.stderr, flush=True)

    yield progress
    if on_terminal:
        print(file=sys.stderr)


def progress_line(units: int, total: int, answers: int, missing: int, asked: int, seconds: float) -> str:
    """One line that says how far a run is."""
    rate = answers / seconds if seconds > 0 else 0.0
    left = (total - units) * seconds / units if units else 0.0
    return (
        f"{units:,} of {total:,} units · {answers:,} answers ({rate:,.0f}/s) · {missing:,} missing · "
        f"{asked:,} calls · {_clock(left)} left"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
