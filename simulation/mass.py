"""Warns once where a model puts little of its probability on the options it is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

ENOUGH = 30  # answers before a warning
LOW = 0.5


class MassWatch:
    """Follows how much probability the options capture, by model."""

    def __init__(self) -> None:
        self._mass: dict[str, list[float]] = {}
        self._instead: dict[str, Counter[str]] = {}
        self.warning = ""

    def add(self, rows: Iterable[Mapping[str, Any]]) -> str:
        """Takes rows as in `records.parquet`; returns the warning the first time there is one, else an empty text."""
        if self.warning:
            return ""
        for row in rows:
            if row["captured_mass"] is not None:
                self._mass.setdefault(row["model"], []).append(row["captured_mass"])
                if row["missing"] == "no_option" and row["raw"]:
                    self._instead.setdefault(row["model"], Counter())[row["raw"].strip()[:40]] += 1
        return self._look(ENOUGH)

    def close(self) -> str:
        """As `add`, however few answers there were."""
        return "" if self.warning else self._look(1)

    def _look(self, enough: int) -> str:
        for model, held in self._mass.items():
            mean = sum(held) / len(held)
            if len(held) >= enough and mean < LOW:
                said = ", ".join(repr(text) for text, _ in self._instead.get(model, Counter()).most_common(3))
                self.warning = (
                    f"{model} put only {mean:.0%} of its probability on the options (mean of {len(held)} answers)"
                    + (f"; it would have said {said}" if said else "")
                    + ". What is reported is the rest scaled up to 1. Remedies: the endpoint the model was made for "
                    "(completions for a base model, chat for a chat model), asking.method: full_option, sampled or "
                    "structured, or a prompt of your own that ends where the letter follows."
                )
                return self.warning
        return ""
