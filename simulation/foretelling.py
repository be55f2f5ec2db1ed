"""What a whole run will use, from what its pilot used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .figures import A_MILLION, Figure, prices_of
from .pilot import Pilot, Used
from .plan import Plan
from .ratio import Line, Predicted, predict
from .rehearsal import Rows, Texts, rehearse, spread

LIKELY = Texts(share=0.5, characters=4.0)


def foretell(
    plan: Plan, pilot: Pilot, names: list[str], most: int, limit: int | None
) -> tuple[dict[str, Figure], list[str]]:
    """What all people will use, from what the pilot's finished people used (see `ratio.predict`).

    Args:
        plan: The study.
        pilot: At least one of its people is finished.
        names: All people or groups, in the order of the run.
        most: Rehearse this many of those still to come at most.
        limit: Only the first people or groups.

    Returns:
        `calls`, `prompt_tokens`, `completion_tokens` and `cost`; and notes for the user.
    """
    left = max(len(names) - pilot.finished, 0)
    still = [name for name in names if name not in set(pilot.begun) or name in pilot.unfinished]
    rest = {still[k] for k in spread(len(still), most)}
    rows, _ = rehearse(plan, {*pilot.people, *rest}, LIKELY, limit)
    sums = _Sums(plan, pilot, rows, [name for name in rows if name in rest], left)
    unknown = [key for key, used in pilot.spent.items() if used.calls and not used.counted]
    no_tokens = Figure(why=f"unknown: the server of {', '.join(unknown)} reports no token counts") if unknown else None
    prices, no_price = prices_of(plan, {key for key, used in pilot.spent.items() if used.calls})
    ones, none = dict.fromkeys(pilot.spent, 1.0), dict.fromkeys(pilot.spent, 0.0)
    each = {k: (p.prompt / A_MILLION, p.completion / A_MILLION) for k, p in prices.items()}
    return {
        "calls": sums.figure(ones, none, none),
        "prompt_tokens": no_tokens or sums.figure(none, ones, none),
        "completion_tokens": no_tokens or sums.figure(none, none, ones),
        "cost": Figure(why=no_price)
        if no_price
        else no_tokens or sums.figure(none, {k: e[0] for k, e in each.items()}, {k: e[1] for k, e in each.items()}),
    }, _notes(pilot, left)


def _notes(pilot: Pilot, left: int) -> list[str]:
    notes = []
    if left:
        notes.append(
            f"from {len(pilot.people)} finished people or groups of the pilot, allowing for longer and shorter prompts; "
            "the interval is from the scatter between them, and takes the others to be like them"
        )
    counted, calls = (sum(getattr(u, name) for u in pilot.spent.values()) for name in ("counted", "calls"))
    if 0 < counted < calls:
        notes.append(
            f"{calls - counted:,} of {calls:,} calls came without token counts; they are taken to be like the rest"
        )
    return notes


@dataclass(frozen=True, slots=True)
class _Sums:
    """Weighted sums over the models of what was spent and what is to come."""

    plan: Plan
    pilot: Pilot
    rows: Rows
    rest: list[str]
    left: int

    def figure(self, calls: Mapping[str, float], read: Mapping[str, float], written: Mapping[str, float]) -> Figure:
        """The sum with these weights for calls, prompt tokens and completion tokens, by model."""
        weights = (calls, read, written)
        spent = sum(self._weighed(key, used, weights) for key, used in self.pilot.spent.items())
        if not self.left:
            return Figure(spent, spent, spent, spent, "all is spent: nobody is left to ask")
        lines = [self._line(key, k, w[key]) for k, w in enumerate(weights) for key in self.pilot.spent if w[key]]
        if not lines:  # every price is 0
            return Figure(spent, spent, spent, spent, "exact")
        replayed = len(self.pilot.people) + len(self.pilot.unfinished)
        paid = sum(self._weighed(key, u, weights) for row in self.pilot.unfinished.values() for key, u in row.items())
        return _with_spent(predict(lines, self.left), spent, paid * len(self.pilot.begun) / replayed)

    def _weighed(self, key: str, used: Used, weights: tuple[Mapping[str, float], ...]) -> float:
        return sum(w[key] * self._of(key, used, k) for k, w in enumerate(weights))

    def _of(self, key: str, used: Used, kind: int) -> float:
        """Calls, tokens read or tokens written; calls without counts are taken to be like the model's others."""
        if kind == 0:
            return used.calls
        name, all_of = ("prompt_tokens", "completion_tokens")[kind - 1], self.pilot.spent[key]
        each = getattr(all_of, name) / all_of.counted if all_of.counted else 0.0
        return float(getattr(used, name) + (used.calls - used.counted) * each)

    def _line(self, key: str, kind: int, weight: float) -> Line:
        def size(name: str) -> float:
            asked = self.rows[name][key]
            return float((asked.calls, asked.most_characters, asked.tokens)[kind])

        people = self.pilot.people
        return Line(
            used=np.array([self._of(key, row[key], kind) for row in people.values()]),
            size=np.array([size(name) for name in people]),
            rest=np.array([size(name) for name in self.rest]),
            weight=weight,
        )


def _with_spent(coming: Predicted, spent: float, paid: float) -> Figure:
    """The whole sum; `paid` is what those still counted as coming have used already."""
    value, low, high = (
        None if x is None else spent + max(x - paid, 0.0) for x in (coming.value, coming.low, coming.high)
    )
    why = ""
    if low is None:
        why = "no interval: the pilot has one finished person or group; run two or more"
    elif low == high:
        why = "no scatter: everybody in the pilot used exactly what their prompts' sizes predict"
    return Figure(value, low, high, spent, why)
