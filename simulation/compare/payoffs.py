"""What a run's groups got out of it: payoffs and endorsements of the final statement, by condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...personas.questions import AGREEMENT
from ..export import long_table, transcripts
from ..folder import RunFolder
from ..plan import Plan

if TYPE_CHECKING:
    import pandas as pd

CONSENSUS_FINAL = "endorsement_revised"
COLUMNS = ("condition", "episode", "seat", "item", "answer", "probabilities")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcomes:
    """What groups got out of their episodes, the same rows and columns in every condition.

    Args:
        payoffs: By condition, shape (episodes, seats): expected agreement with the final statement, from 0 (strongest
            disagreement) to 1; NaN is missing, or no seat.
        endorsed: By condition, the same shape: 1 where the answer drawn is above the scale's middle, else 0; NaN is
            missing.
        groups: Shape (episodes,), the people of each.
        options: How many points the scale has.
    """

    payoffs: Mapping[str, Floats]
    endorsed: Mapping[str, Floats]
    groups: NDArray[np.str_]
    options: int


def outcomes_of(folder: RunFolder, plan: Plan) -> Outcomes | None:
    """What a complete run's groups got out of it; None where its protocol rates no statement.

    Raises:
        InputError: The run is not complete.
    """
    final: dict[tuple[str, str], str] = {}
    of_group: dict[str, str] = {}
    for t in transcripts(folder.path):
        of_group[t["episode"]] = t["group"]
        final[t["condition"], t["episode"]] = CONSENSUS_FINAL if plan.study.consensus else _last_rated(t)
    table = long_table(folder.path, columns=COLUMNS)
    asked = [final.get(key) for key in zip(table["condition"], table["episode"], strict=True)]
    table = table[[item == name for item, name in zip(table["item"], asked, strict=True)]]
    if table.empty:
        return None
    options = _options(plan, table)
    table = table.assign(payoff=[expected(p) for p in table["probabilities"]])
    # Who answers without probabilities, as a person in a seat does, has said how far it agrees.
    code = table["answer"].astype(float)
    table["payoff"] = (table["payoff"].fillna(code) - 1) / (options - 1)
    table["endorsed"] = (code > (options + 1) / 2).astype(float).where(code.notna())
    names = [c.name for c in plan.study.conditions]
    episodes, seats = sorted(set(table["episode"])), sorted(set(table["seat"]), key=lambda s: (len(s), s))
    return Outcomes(
        payoffs={name: _grid(table, name, "payoff", episodes, seats) for name in names},
        endorsed={name: _grid(table, name, "endorsed", episodes, seats) for name in names},
        groups=np.array([of_group[e] for e in episodes]),
        options=options,
    )


def _grid(table: pd.DataFrame, condition: str, column: str, episodes: Sequence[str], seats: Sequence[str]) -> Floats:
    part = table[table["condition"] == condition].pivot(index="episode", columns="seat", values=column)
    return part.reindex(index=list(episodes), columns=list(seats)).to_numpy(float)


def _last_rated(transcript: Mapping[str, Any]) -> str:
    """The item that rates what came out of a protocol: what it says itself, or the last one of the last rating step."""
    result = transcript.get("outcomes", {}).get("result", {}).get("rated")
    if result:
        return str(result)
    for step, seats in reversed((transcript.get("ratings") or {}).items()):
        abouts: Mapping[str, Any] = next(iter(seats.values()), {})
        if abouts:
            return f"{step}_{list(abouts)[-1]}"
    return ""


def _options(plan: Plan, table: pd.DataFrame) -> int:
    if plan.study.consensus:
        return len(plan.study.consensus.labels or AGREEMENT)
    lengths = {len(p) for p in table["probabilities"] if p is not None}
    return max(lengths) if lengths else len(AGREEMENT)


def expected(probabilities: Any) -> float:
    """The mean code of an answer on a scale coded 1..K; NaN without probabilities."""
    if probabilities is None or not len(probabilities):
        return float("nan")
    p = np.asarray(probabilities, dtype=float)
    return float(p @ np.arange(1, len(p) + 1))
