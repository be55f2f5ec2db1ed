"""Polarisation by who hears whom, where the conditions of a study differ in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...evaluators.polarisation import polarisation_by_topology
from ...graphs.steps.polling import POSITION
from ...personas.questions import AGREEMENT
from ..plan import Plan

Floats = NDArray[np.float64]


def measure_topologies(plan: Plan, told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What discussion did to positions, by condition: `evaluators.polarisation_by_topology`.

    None where positions were not taken twice, or nobody was shown what others wrote.
    """
    rows = [t for t in told if len(_positions(t)) > 1 and t.get("hearing")]
    if not rows:
        return None
    seats = sorted({seat for t in rows for seat in t["seats"]}, key=lambda s: (len(s), s))
    before, after = (np.array([_codes(list(_positions(t).values())[end], seats) for t in rows]) for end in (0, -1))
    options = plan.study.protocol.options.get("labels", AGREEMENT) if plan.study.protocol else AGREEMENT
    return polarisation_by_topology(
        before,
        after,
        np.array([_hears(t, seats) for t in rows]),
        [t["condition"] for t in rows],
        np.arange(1, len(options) + 1),
        groups=[t["episode"] for t in rows],
        bootstrap=plan.study.evaluation.bootstrap,
        seed=plan.study.seed,
    )


def _positions(t: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The polls that asked everybody's position, earliest first."""
    polls = t.get("polls") or {}
    return {step: by for step, by in polls.items() if any(POSITION in answers for answers in by.values())}


def _codes(poll: Mapping[str, Any], seats: Sequence[str]) -> list[float]:
    codes = [poll.get(seat, {}).get(POSITION) for seat in seats]
    return [float(code) if isinstance(code, int) else float("nan") for code in codes]


def _hears(t: Mapping[str, Any], seats: Sequence[str]) -> Floats:
    """Who heard whom at some step, shape (seats, seats): [i, j] is 1 where seat i heard seat j."""
    heard = np.zeros((len(seats), len(seats)))
    for i, seat in enumerate(seats):
        whom = {other for step in t["hearing"].get(seat, {}).values() for other in step}
        heard[i] = [other in whom for other in seats]
    return heard
