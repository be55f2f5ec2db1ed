"""What a run would use, without asking: ranges from a rehearsal, or an estimate from what a pilot used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..models.registry import ModelSpec
from .folder import RunFolder
from .pilot import Pilot, Used, read_pilot
from .plan import Plan
from .ratio import Line, Predicted, predict
from .rehearsal import Asked, Texts, people_of, rehearse, spread
from .study import PriceConfig

# Enough for the range of calls and for the mean length of prompts; 100 people with 140 calls each take a second.
REHEARSED = 100
# English prose has 4 to 4.7 characters a token in the common tokenisers; lists, names and other languages have fewer.
LEAST = Texts(share=0.1, characters=5.0)
MOST = Texts(share=1.0, characters=3.0, readable=False)
LIKELY = Texts(share=0.5, characters=4.0)
A_MILLION = 1_000_000
RANGE = "range under the assumptions below"
ASSUMED = (
    "tokens: 3 to 5 characters each (English; other languages may need more tokens), texts a tenth of the allowed length "
    "to the whole of it, a drawn choice one token or as many as it may have, "
    "a prompt counted once or for every draw and option, no call tried twice"
)

Rows = Mapping[str, Mapping[str, Asked]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an estimate.

    Args:
        value: The estimate; None where there is only a range.
        low: The least, or the lower end of the 95 % interval; None where there is none.
        high: The most, or the upper end.
        spent: What is used already; None without a pilot.
        why: What the range is, or why something is not known.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    spent: float | None = None
    why: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data, with what remains to be spent."""
        remaining = None
        if self.spent is not None and self.value is not None:
            ends = (self.value, self.low, self.high)
            left = [None if x is None else x - self.spent for x in ends]
            remaining = dict(zip(("value", "low", "high"), left, strict=True))
        return asdict(self) | {"remaining": remaining}


def estimate(plan: Plan, limit: int | None = None, folder: RunFolder | None = None) -> dict[str, Any]:
    """Says what a run would use.

    Without a pilot, up to 100 people or groups are rehearsed and tokens are a range under stated assumptions
    (`notes`). With one, what its people used is taken on to all (see `ratio.predict`).

    Args:
        plan: What would be run.
        limit: Only the first people or groups.
        folder: A run folder that may hold a pilot of the same study.

    Returns:
        `people`, `units`; `calls`, `prompt_tokens`, `completion_tokens` and `cost` (in the currency of the study's
        prices), each as `Figure.plain` says; `pilot`, how many people it is based on, or None; `notes`; and `prompts`,
        one rendered prompt of each kind.

    Raises:
        InputError: The folder holds another study, or cannot be read.
    """
    pilot = None
    if folder:
        folder.check_identity(plan.identity())
        pilot = read_pilot(plan, folder, REHEARSED, limit)
    names = [name for name, _ in people_of(plan, limit)]
    chosen = {names[k] for k in spread(len(names), REHEARSED)}
    least, prompts = rehearse(plan, chosen, LEAST, limit)
    if pilot and pilot.people:
        figures, notes = _from_pilot(plan, pilot, names, limit)
    else:
        most, _ = rehearse(plan, chosen, MOST, limit)
        figures, notes = _ranges(plan, least, most, len(names)), [ASSUMED]
        if pilot:
            notes += ["the folder holds calls, but nobody's are complete yet: run on before estimating from them"]
    return {
        "people": len(names),
        "units": sum(1 for _ in plan.units(limit)),
        **{name: figure.plain() for name, figure in figures.items()},
        "pilot": {"people": pilot.finished, "begun": len(pilot.begun)} if pilot else None,
        "notes": notes,
        "prompts": prompts,
    }


def _ranges(plan: Plan, least: Rows, most: Rows, people: int) -> dict[str, Figure]:
    scale = people / len(least) if least else 0.0

    def total(of: Callable[[Asked], float], rows: Rows, weights: Mapping[str, float] | None = None) -> float:
        return scale * sum(
            of(asked) * (weights[key] if weights else 1.0) for row in rows.values() for key, asked in row.items()
        )

    def tokens(low: Callable[[Asked], float], high: Callable[[Asked], float]) -> Figure:
        ends = round(total(low, least)), round(total(high, most))
        return Figure(low=ends[0], high=ends[1], why=RANGE if ends[0] < ends[1] else "one a choice")

    prices, why = _prices(plan, {key for row in least.values() for key, asked in row.items() if asked.calls})
    cost = Figure(why=why)
    if prices:
        prompt, completion = ({k: getattr(p, n) for k, p in prices.items()} for n in ("prompt", "completion"))
        low = total(_least_read, least, prompt) + total(_least_written, least, completion)
        high = total(_most_read, most, prompt) + total(_most_written, most, completion)
        cost = Figure(low=low / A_MILLION, high=high / A_MILLION, why=RANGE)
    return {
        "calls": _calls(least, most, people),
        "prompt_tokens": tokens(_least_read, _most_read),
        "completion_tokens": tokens(_least_written, _most_written),
        "cost": cost,
    }


def _calls(least: Rows, most: Rows, people: int) -> Figure:
    lows, highs = ([sum(a.calls for a in row.values()) for row in rows.values()] for rows in (least, most))
    if len(lows) == people:
        low, high = sum(lows), sum(highs)
    else:
        low, high = people * min(lows), people * max(highs)
    if low == high:
        return Figure(value=low, low=low, high=high, why="exact, if every call succeeds")
    return Figure(low=low, high=high, why=f"range over the {len(lows)} rehearsed")


def _least_read(asked: Asked) -> float:
    return asked.characters / LEAST.characters


def _most_read(asked: Asked) -> float:
    return asked.most_characters / MOST.characters


def _least_written(asked: Asked) -> float:
    return asked.tokens


def _most_written(asked: Asked) -> float:
    return asked.most_tokens


def _prices(plan: Plan, asked: set[str]) -> tuple[dict[str, PriceConfig], str]:
    """The prices of the models that are asked (of others 0), or none and why."""
    given, prices, lacking = plan.study.budget.prices, {}, []
    for key, config in plan.model_configs().items():
        spec = ModelSpec.parse(config.spec)
        price = given.get(key) or given.get(f"{spec.kind}:{spec.name}")
        if price is None and key in asked:
            lacking.append(key)
        prices[key] = price or PriceConfig(prompt=0, completion=0)
    if lacking:
        return {}, f"no price given: set budget.prices for {', '.join(lacking)}"
    return prices, ""


def _from_pilot(plan: Plan, pilot: Pilot, names: list[str], limit: int | None) -> tuple[dict[str, Figure], list[str]]:
    left = max(len(names) - pilot.finished, 0)
    still = [name for name in names if name not in set(pilot.begun) or name in pilot.unfinished]
    rest = {still[k] for k in spread(len(still), REHEARSED)}
    rows, _ = rehearse(plan, {*pilot.people, *rest}, LIKELY, limit)
    sums = _Sums(plan, pilot, rows, [name for name in rows if name in rest], left)
    unknown = [key for key, used in pilot.spent.items() if used.calls and not used.counted]
    no_tokens = Figure(why=f"unknown: the server of {', '.join(unknown)} reports no token counts") if unknown else None
    prices, no_price = _prices(plan, {key for key, used in pilot.spent.items() if used.calls})
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
