"""How close simulated survey answers are to people's: distances, correlation structure, consistency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bound import human_bound, split_halves
from .consistency import alpha_from_covariance
from .correlation import frobenius
from .distance import wasserstein
from .effective import effective_n
from .intervals import (
    bias,
    debiased_interval,
    metric,
    percentile_interval,
    plain_number,
)
from .reference import reference_rows
from .resampling import resample_counts
from .responses import Responses, Scale
from .tabulation import Floats, Tabulation

FEWEST_RESPONDENTS = 10


def evaluate_survey(
    human: Responses,
    simulated: Responses,
    *,
    scale: Scale = "codes",
    by: Sequence[str] = (),
    bootstrap: int = 1000,
    seed: int = 0,
    splits: int = 20,
    simulated_weighted: bool = False,
) -> dict[str, Any]:
    """Compares the answers of a simulated survey with the humans'.

    Weights apply to the humans in distances, correlations and the bound; simulated rows count once each unless
    `simulated_weighted`; alpha is unweighted and listwise.

    Args:
        human: The humans.
        simulated: The simulated people; rows that bear a human's name are resampled together with it.
        scale: `codes` measures distances on the codes' own numbers, `unit` on positions divided by K − 1.
        by: Attributes whose groups are measured too.
        bootstrap: Resamples for intervals; 0 for none.
        seed: Of resamples and splits.
        splits: Half-splits of the humans for the bound and the reference rows.
        simulated_weighted: Use the simulated weights as well.

    Returns:
        Plain data with the keys `wasserstein`, `frobenius`, `cronbach_alpha`, `human_bound`, `reference`, `groups`,
        `n`, `effective_n`, `left_out`; see docs/metrics.md. What is undefined is None, with a `reason`.

    Raises:
        ValueError: The two sides share no ordinal item, an attribute is unknown, or the codes of an item are words
            and the scale is `codes`.
    """
    settings = {"scale": scale, "by": by, "bootstrap": bootstrap, "seed": seed, "splits": splits}
    return evaluate_conditions(human, {"": simulated}, simulated_weighted=simulated_weighted, **settings)[""]  # type: ignore[arg-type]


def evaluate_conditions(
    human: Responses,
    conditions: Mapping[str, Responses],
    *,
    scale: Scale = "codes",
    by: Sequence[str] = (),
    bootstrap: int = 1000,
    seed: int = 0,
    splits: int = 20,
    simulated_weighted: bool = False,
) -> dict[str, dict[str, Any]]:
    """As `evaluate_survey`, for several simulated sides; what needs the humans alone is done once.

    Args:
        conditions: The simulated sides by name; the other arguments are those of `evaluate_survey`.

    Returns:
        What `evaluate_survey` returns, by name.
    """
    sides: dict[tuple[str, ...], HumanSide] = {}

    def side(codes: list[str], *group: str) -> HumanSide:
        key = (*codes, "", *group)
        if key not in sides:
            people = human.select(codes)
            rows = people.rows(people.attributes[group[0]] == group[1]) if group else people
            sides[key] = HumanSide(rows, scale, seed, splits)
        return sides[key]

    found = {}
    for condition, answers in conditions.items():
        codes, left_out = _shared_items(human, answers, scale)
        theirs = _weighted(answers.select(codes), simulated_weighted)
        groups: dict[str, dict[str, Any]] = {}
        for name in by:
            for whose, responses in (("human", human), ("simulated", theirs)):
                if name not in responses.attributes:
                    raise ValueError(f"the {whose} respondents have no attribute {name!r}")
            labels = [label for label in np.unique(human.attributes[name]).tolist() if label]
            groups[name] = {
                label: _measure(side(codes, name, label), theirs.rows(theirs.attributes[name] == label), bootstrap)
                for label in labels
            }
        found[condition] = {**_measure(side(codes), theirs, bootstrap), "groups": groups, "left_out": left_out}
    return found


class HumanSide:
    """The humans, or a group of them, and what of them needs no simulated side.

    Args:
        human: Who they are; their ordinal items only.
        scale: Of distances.
        seed: Of the splits.
        splits: How many halves.
    """

    def __init__(self, human: Responses, scale: Scale, seed: int, splits: int) -> None:
        self.human, self.scale, self.seed = human, scale, seed
        self.codes = [item.code for item in human.items]
        of_items = {n: [c for c in s if c in self.codes] for n, s in human.scales.items()}
        self.scales = {name: codes for name, codes in of_items.items() if len(codes) > 1}
        self.values = [item.scaled(scale) for item in human.items]
        self._splits = splits

    @cached_property
    def table(self) -> Tabulation:
        """Their answers."""
        return Tabulation.of(self.human, self.scales)

    @cached_property
    def bound(self) -> dict[str, Any]:
        """How far random halves of them are from each other."""
        return human_bound(self.table, self.values, self.human.weights, self._halves)

    @cached_property
    def reference(self) -> dict[str, Any]:
        """How far simple predictions from one half are from the other."""
        return reference_rows(self.human, self.table, self.values, self._halves, self.scale, self.codes)

    @cached_property
    def _halves(self) -> NDArray[np.bool_]:
        return split_halves(len(self.human), self._splits, self.seed)


def _shared_items(human: Responses, simulated: Responses, scale: Scale) -> tuple[list[str], dict[str, str]]:
    there = {item.code for item in simulated.items}
    codes, left_out = [], {}
    for item in human.items:
        if not item.ordinal:
            left_out[item.code] = "nominal: its answers have no order"
        elif item.code not in there:
            left_out[item.code] = "not among the simulated items"
        elif scale == "codes" and not item.numeric_codes:
            raise ValueError(f"the codes of item {item.code!r} are words, which have no distances; use the scale unit")
        else:
            codes.append(item.code)
    if not codes:
        raise ValueError("the human and the simulated table share no ordinal item")
    return codes, left_out


def _weighted(simulated: Responses, keep: bool) -> Responses:
    if keep:
        return simulated
    return Responses(
        simulated.respondents,
        simulated.items,
        simulated.answers,
        np.ones(len(simulated)),
        simulated.attributes,
        simulated.scales,
    )


def _measure(side: HumanSide, simulated: Responses, bootstrap: int) -> dict[str, Any]:
    human, codes, values = side.human, side.codes, side.values
    counts = {"human": len(human), "simulated": len(simulated), "items": len(human.items)}
    if min(len(human), len(simulated)) < FEWEST_RESPONDENTS:
        return {"skipped": f"fewer than {FEWEST_RESPONDENTS} respondents on one side", "n": counts}
    sides = side.table, Tabulation.of(simulated, side.scales)
    point = Statistics(sides, values, human.weights[None, :], simulated.weights[None, :], None, None)
    drawn = [
        Statistics(sides, values, h * human.weights, s * simulated.weights, h, s)
        for h, s in resample_counts(human.respondents, simulated.respondents, bootstrap, side.seed)
    ]
    return {
        "wasserstein": _distances(point, drawn, codes, side.scale),
        "frobenius": _structure(point, drawn, codes),
        "cronbach_alpha": _consistencies(point, drawn, list(side.scales)),
        "human_bound": side.bound,
        "reference": side.reference,
        "n": counts,
        "effective_n": effective_n(human.weights),
    }


class Statistics:
    """All statistics under B sets of weights on either side.

    Attributes:
        distances: Shape (B, m).
        frobenius: Shape (B,).
        alpha: By scale, "" for all items: human and simulated, shape (B,) each.
    """

    def __init__(
        self,
        sides: tuple[Tabulation, Tabulation],
        values: Sequence[Floats],
        human: Floats,
        simulated: Floats,
        human_counts: Floats | None,
        simulated_counts: Floats | None,
    ) -> None:
        left, right = sides
        pairs = zip(left.distributions(human), right.distributions(simulated), values, strict=True)
        self.distances = np.stack([wasserstein(p, q, v) for p, q, v in pairs], axis=-1)
        self.correlations = left.products.correlation(human), right.products.correlation(simulated)
        self.frobenius = frobenius(*self.correlations)
        h = np.ones_like(human) if human_counts is None else human_counts
        s = np.ones_like(simulated) if simulated_counts is None else simulated_counts
        self.alpha = {"": (_alpha(left, h, ""), _alpha(right, s, ""))}
        self.alpha |= {name: (_alpha(left, h, name), _alpha(right, s, name)) for name in left.scales}


def _alpha(side: Tabulation, counts: Floats, scale: str) -> Floats:
    products, signs = side.scales[scale] if scale else (side.products, side.signs)
    return alpha_from_covariance(products.covariance(counts), signs)


def _distances(point: Statistics, drawn: list[Statistics], codes: list[str], scale: Scale) -> dict[str, Any]:
    items = point.distances[0]
    resampled = np.concatenate([s.distances for s in drawn]) if drawn else np.empty((0, len(codes)))
    value, means = float(items.mean()), resampled.mean(axis=1)
    unanswered = [c for c, d in zip(codes, items, strict=True) if not np.isfinite(d)]
    reason = f"nobody answered {', '.join(unanswered)} on one side" if unanswered else ""
    return metric(
        value,
        debiased_interval(value, means),
        reason,
        items={c: plain_number(d) for c, d in zip(codes, items, strict=True)},
        item_ci={c: debiased_interval(float(items[j]), resampled[:, j]) for j, c in enumerate(codes)},
        scale=scale,
        bias=bias(value, means),
    )


def _structure(point: Statistics, drawn: list[Statistics], codes: list[str]) -> dict[str, Any]:
    value = float(point.frobenius[0])
    resampled = np.concatenate([s.frobenius for s in drawn]) if drawn else np.empty(0)
    reason = ""
    for side, correlation in zip(("human", "simulated"), point.correlations, strict=True):
        flat = [c for c, r in zip(codes, np.diagonal(correlation[0]), strict=True) if not np.isfinite(r)]
        if flat:
            reason = f"among complete {side} rows these items do not vary: {', '.join(flat)}"
    return metric(value, debiased_interval(value, resampled), reason, bias=bias(value, resampled))


def _consistencies(point: Statistics, drawn: list[Statistics], scales: list[str]) -> dict[str, Any]:
    return _consistency(point, drawn, "") | {"scales": {name: _consistency(point, drawn, name) for name in scales}}


def _consistency(point: Statistics, drawn: list[Statistics], scale: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for side, name in enumerate(("human", "simulated")):
        value = float(point.alpha[scale][side][0])
        resampled: NDArray[np.float64] = np.concatenate([s.alpha[scale][side] for s in drawn]) if drawn else np.empty(0)
        out[name] = plain_number(value)
        out[f"{name}_ci"] = percentile_interval(resampled) if np.isfinite(value) else None
        if out[name] is None:
            out[f"{name}_reason"] = "fewer than two items or complete rows, or nothing varies"
    return out
