"""Warns once where a model puts little of its probability on the options it is offered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ..models.protocol import ChooseMethod

ENOUGH = 30  # answers before a warning
LOW = 0.5
REMEMBERED = 100  # different texts a model


class MassWatch:
    """Follows how much probability the options capture, by model.

    Args:
        method: How probabilities are read. By `full_option` the mass is the likelihood of whole texts, which is small
            however well a model answers: there it tells nothing.
    """

    def __init__(self, method: ChooseMethod = "first_token") -> None:
        self._tells = method != "full_option"
        self._mass: defaultdict[str, float] = defaultdict(float)  # sums, so that a long run costs no more an answer
        self._answers: Counter[str] = Counter()
        self._instead: dict[str, Counter[str]] = {}
        self.warning = ""

    def add(self, rows: Iterable[Mapping[str, Any]]) -> str:
        """Takes rows as in `records.parquet`; returns the warning the first time there is one, else an empty text."""
        if self.warning or not self._tells:
            return ""
        for row in rows:
            if row["captured_mass"] is not None:
                self._mass[row["model"]] += row["captured_mass"]
                self._answers[row["model"]] += 1
                if row["missing"] == "no_option" and row["raw"]:
                    self._note(row["model"], row["raw"].strip()[:40])
        return self._look(ENOUGH)

    def _note(self, model: str, said: str) -> None:
        held = self._instead.setdefault(model, Counter())
        if said in held or len(held) < REMEMBERED:
            held[said] += 1

    def close(self) -> str:
        """As `add`, however few answers there were."""
        return "" if self.warning else self._look(1)

    def _look(self, enough: int) -> str:
        for model, answers in self._answers.items():
            mean = self._mass[model] / answers
            if answers >= enough and mean < LOW:
                said = ", ".join(repr(text) for text, _ in self._instead.get(model, Counter()).most_common(3))
                self.warning = (
                    f"{model} put only {mean:.0%} of its probability on the options (mean of {answers} answers)"
                    + (f"; it would have said {said}" if said else "")
                    + ". What is reported is the rest scaled up to 1. Remedies: the endpoint the model was made for "
                    "(completions for a base model, chat for a chat model), asking.method: full_option, sampled or "
                    "structured, or a prompt of your own that ends where the letter follows."
                )
                return self.warning
        return ""
