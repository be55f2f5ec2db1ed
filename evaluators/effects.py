"""Effects side by side: do differences between groups of people come out among simulated ones?

An effect is a standardised difference of means (see `differences`). That two sides agree in it can be asked of its sign,
of whether it is told from 0, and of its size; docs/metrics.md describes the keys, docs/intervals.md the intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .agreement import Pairs, summarise
from .differences import Contrast, Differences
from .resampling import resample_counts
from .responses import Responses
from .significance import Significance, p_values

Floats = NDArray[np.float64]
SIDES = ("human", "simulated")
FEWEST_RESPONDENTS = 10
NO_SPREAD = "the groups' answers do not vary, or one respondent has all the weight"


def compare_effects(
    human: Responses,
    simulated: Responses,
    contrasts: Sequence[Contrast],
    *,
    level: float = 0.05,
    benjamini_hochberg: bool = False,
    bootstrap: int = 1000,
    seed: int = 0,
    simulated_weighted: bool = False,
) -> dict[str, Any]:
    """Compares the effects of declared contrasts on every ordinal item, among people and among the simulated.

    Args:
        human: The humans; their weights count.
        simulated: The simulated people; rows of one name are replicates and count as one respondent in errors, and rows
            that bear a human's name are resampled together with it.
        contrasts: What is compared, such as `Contrast("party", "Democrat", "Republican")`.
        level: An effect is significant where its p-value is at most this; at 0.05, where its interval excludes 0.
        benjamini_hochberg: Hold the false discovery rate at `level` across the items of a contrast instead.
        bootstrap: Resamples for the intervals of agreement; 0 for none. An effect's own interval needs none.
        seed: Of the resamples.
        simulated_weighted: Use the simulated weights as well.

    Returns:
        Plain data with the keys `contrasts`, `sign_agreement`, `sign_agreement_where_significant`,
        `significance_agreement`, `correlation`, `slope`, `verdicts`, `by_contrast`, `left_out`, `level` and
        `benjamini_hochberg`. What is undefined is None, with a `reason`.

    Raises:
        ValueError: No contrast is given, an attribute is unknown, a label is no human's, no ordinal item is shared, or
            the level is no number between 0 and 1.
    """
    tests = Significance(level, benjamini_hochberg)
    codes, left_out = _shared_items(human, simulated)
    kept, too_few = _large_enough(contrasts, human, simulated)
    mine, theirs = human.select(codes), simulated.select(codes)
    sides = _Side(mine, kept, tests), _Side(theirs if simulated_weighted else _unweighted(theirs), kept, tests)
    rows, where, unanswered = _rows(kept, codes, sides)
    pairs = _pairs(sides, where, bootstrap, seed)
    own = np.array([k for k, _ in where], dtype=np.intp)
    return {
        "contrasts": rows,
        **summarise(pairs, own >= 0),
        "by_contrast": [_named(c) | summarise(pairs, own == k) for k, c in enumerate(kept)],
        "left_out": left_out + too_few + unanswered,
        "level": level,
        "benjamini_hochberg": benjamini_hochberg,
    }


class _Side:
    """One side's effects, tested.

    Args:
        responses: The shared items.
        contrasts: What is compared.
        tests: How.
    """

    def __init__(self, responses: Responses, contrasts: Sequence[Contrast], tests: Significance) -> None:
        self.respondents, self._tests = responses.respondents, tests
        self._differences = Differences(responses, contrasts)
        self.estimates = self._differences.estimates()
        self._p = p_values(self.estimates.values, self.estimates)
        self.significant = tests.verdicts(self._p)

    def resample(self, counts: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """The effects (B, c, m) where each respondent counts so often, and whether they are significant."""
        values = self._differences.values(counts)
        return values, self._tests.verdicts(p_values(values, self.estimates))

    def fewest(self, k: int, j: int) -> int:
        """Respondents of the smaller group who answered."""
        return int(self.estimates.people[k, :, j].min())

    def cell(self, k: int, j: int) -> dict[str, Any]:
        """One effect as JSON."""
        from scipy.stats import t

        e = self.estimates
        a, b = (int(n) for n in e.people[k, :, j])
        counts = {"n": a + b, "n_a": a, "n_b": b}
        if not np.isfinite(self._p[k, j]):
            return {"value": None, "ci": None, "p": None, "significant": None, **counts, "reason": NO_SPREAD}
        value, reach = e.values[k, j], t.ppf(0.975, e.freedom[k, j]) * e.errors[k, j]
        return {
            "value": float(value),
            "ci": [float(value - reach), float(value + reach)],
            "p": float(self._p[k, j]),
            "significant": bool(self.significant[k, j]),
            **counts,
        }


def _pairs(sides: tuple[_Side, _Side], where: list[tuple[int, int]], bootstrap: int, seed: int) -> Pairs:
    """The effects that both sides have, and their resamples."""
    contrasts, items = (np.array([place[axis] for place in where], dtype=np.intp) for axis in (0, 1))
    nothing = np.empty((0, len(where)))
    drawn, told = ([nothing], [nothing]), ([nothing > 0], [nothing > 0])
    for counts in resample_counts(sides[0].respondents, sides[1].respondents, bootstrap, seed):
        for k, side in enumerate(sides):
            values, significant = side.resample(counts[k])
            drawn[k].append(values[:, contrasts, items])
            told[k].append(significant[:, contrasts, items])
    return Pairs(
        values=np.stack([side.estimates.values[contrasts, items] for side in sides]),
        significant=np.stack([side.significant[contrasts, items] for side in sides]),
        drawn=np.stack([np.concatenate(d) for d in drawn]),
        told=np.stack([np.concatenate(d) for d in told]),
        items=tuple(j for _, j in where),
    )


def _rows(
    contrasts: Sequence[Contrast], codes: Sequence[str], sides: tuple[_Side, _Side]
) -> tuple[list[dict[str, Any]], list[tuple[int, int]], list[dict[str, str]]]:
    """The effects as JSON, where those stand that both sides have, and which were left out."""
    rows: list[dict[str, Any]] = []
    where: list[tuple[int, int]] = []
    left_out: list[dict[str, str]] = []
    for k, contrast in enumerate(contrasts):
        for j, code in enumerate(codes):
            named = {**_named(contrast), "item": code}
            few = [name for name, side in zip(SIDES, sides, strict=True) if side.fewest(k, j) < FEWEST_RESPONDENTS]
            if few:
                why = f"fewer than {FEWEST_RESPONDENTS} {' and '.join(few)} respondents of a group answered"
                left_out.append({**named, "reason": why})
                continue
            rows.append({**named, **_compared(*(side.cell(k, j) for side in sides))})
            where += [(k, j)] if rows[-1]["same_sign"] is not None else []
    return rows, where, left_out


def _compared(human: dict[str, Any], simulated: dict[str, Any]) -> dict[str, Any]:
    row = {"human": human, "simulated": simulated, "same_sign": None, "same_significance": None}
    if human["value"] is None or simulated["value"] is None:
        return row
    return row | {
        "same_sign": bool(np.sign(human["value"]) == np.sign(simulated["value"])),
        "same_significance": human["significant"] == simulated["significant"],
    }


def _large_enough(
    contrasts: Sequence[Contrast], human: Responses, simulated: Responses
) -> tuple[list[Contrast], list[dict[str, str]]]:
    if not contrasts:
        raise ValueError("no contrast was given")
    kept: list[Contrast] = []
    left_out: list[dict[str, str]] = []
    for c in contrasts:
        counts = {
            (side, label): _people(responses, c.attribute, label, side)
            for side, responses in zip(SIDES, (human, simulated), strict=True)
            for label in (c.a, c.b)
        }
        unknown = [label for label in (c.a, c.b) if not counts["human", label]]
        if unknown:
            labels = [x for x in np.unique(human.attributes[c.attribute]).tolist() if x]
            raise ValueError(f"no human's {c.attribute} is {unknown[0]!r}; there are {', '.join(labels) or 'none'}")
        few = [f"{n} {side} respondents are {g}" for (side, g), n in counts.items() if n < FEWEST_RESPONDENTS]
        if few:
            left_out.append({**_named(c), "reason": f"{'; '.join(few)} (at least {FEWEST_RESPONDENTS} are needed)"})
        else:
            kept.append(c)
    return kept, left_out


def _people(responses: Responses, attribute: str, label: str, side: str) -> int:
    if attribute not in responses.attributes:
        raise ValueError(f"the {side} respondents have no attribute {attribute!r}")
    return len(np.unique(responses.respondents[responses.attributes[attribute] == label]))


def _shared_items(human: Responses, simulated: Responses) -> tuple[list[str], list[dict[str, str]]]:
    there = {item.code for item in simulated.items}
    codes: list[str] = []
    left_out: list[dict[str, str]] = []
    for item in human.items:
        if item.ordinal and item.code in there:
            codes.append(item.code)
        else:
            why = "not among the simulated items" if item.ordinal else "nominal: its answers have no order"
            left_out.append({"item": item.code, "reason": why})
    if not codes:
        raise ValueError("the human and the simulated table share no ordinal item")
    return codes, left_out


def _unweighted(r: Responses) -> Responses:
    return Responses(r.respondents, r.items, r.answers, np.ones(len(r)), r.attributes, r.scales)


def _named(c: Contrast) -> dict[str, str]:
    return {"attribute": c.attribute, "a": c.a, "b": c.b}
