"""The same groups under several mechanisms: payoffs, endorsement, and the best of the family (Jarrett et al. 2025, eq. 5).

What counts, everywhere: the seats that have a number. A seat without one under any mechanism is no seat; a group in
which a mechanism has no number at all has no statement there and is `lost`: it is left out of that mechanism's own
numbers, and two mechanisms are compared on the seats that both have. To count lost groups as failures instead, give
them the payoff that failing is worth (such as the scale's lowest) and endorsements of 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .best import best_of_family
from .family import SHARES, Family
from .holm import holm
from .ratios import Ratios, clustered_ratios

Floats = NDArray[np.float64]
PAYOFFS = ("mean", "minimum", "gini")
RANGES = ((0.0, np.inf), (0.0, np.inf), (0.0, 1.0))
DIFFERENCES = ((-np.inf, np.inf), (-np.inf, np.inf), (-1.0, 1.0))


def compare_mechanisms(
    payoffs: Mapping[str, ArrayLike],
    endorsed: Mapping[str, ArrayLike | None] | None = None,
    *,
    groups: ArrayLike | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measures mechanisms on the same groups, one by one, pair by pair, and names the utilitarian best.

    - `mean`: mean payoff over participants; higher is better. In the payoff's unit.
    - `minimum`: mean over groups of the worst-off member's payoff; higher is better.
    - `gini`: mean over groups of the Gini coefficient within the group, Σ|x_i − x_j| / (2 n² mean), from 0 (all alike)
      to (n − 1)/n; lower is more equal. It needs payoffs that count from a zero which means "nothing".
    - `majority`, `unanimity`: share of groups in which more than half, or all, of those who answered endorse; higher is
      better.

    Intervals: 95 %; whole groups are resampled for payoffs; shares have Wilson's, their differences Bonett and Price's
    (2012). In `pairs` a number is the first's minus the second's, group by group; `p` is two-sided, and
    `significant_after_holm` holds the chance of any false verdict over all pairs at 5 % for each number (Holm 1979).

    `utilitarian_best` has the highest expected sum of payoffs (eq. 5) on the seats that all mechanisms have. Who came
    out best by chance is the likelier to be named, so the interval of its lead is not the pair's: it holds the true lead
    over the best of the others in 95 % of studies, whichever mechanism is named; below 0 another one is better.
    `share_best` is the share of resamples in which it is the best, which is no probability that it is: among equals the
    luckiest is named and is still the best in most resamples.

    Args:
        payoffs: By mechanism, shape (groups, seats), from 0 up; NaN is missing, or no seat.
        endorsed: By mechanism, shape (groups, seats): 1 endorsed, 0 did not, NaN is missing; None was not asked.
        groups: Shape (groups,), what hangs together, such as the people who deliberate on several questions; by default
            every row is its own.
        bootstrap: Resamples; 0 for no intervals of payoffs.
        seed: Of the resamples.

    Returns:
        Plain data: `mechanisms` {name: `groups` with a payoff, `lost`, `missing` seats of the others, and each number as
        `{value, ci, n}`}, `utilitarian_best` {`mechanism`, `runner_up`, `lead`, `share_best`, `best_in_resamples`,
        `left_out` groups}, `pairs` [`a`, `b`, and each number as `{value, ci, n, p, significant_after_holm}`]. `n`
        counts groups; `reason` says why a value or an interval is None.

    Raises:
        ValueError: There is no mechanism, the arrays differ in shape, a payoff is negative or infinite, or an endorsement
            is neither 0 nor 1.
    """
    family = Family.of(payoffs, endorsed, groups)
    pairs = list(combinations(family.payoffs, 2))
    columns = [family.alone(name) for name in family.payoffs] + [family.between(a, b) for a, b in pairs]
    tops, bottoms = (np.concatenate(part, axis=1) for part in zip(*columns, strict=True))
    ratios = clustered_ratios(tops, bottoms, family.clusters, bootstrap=bootstrap, seed=seed)
    rows = np.isfinite(tops) & (bottoms > 0)
    width, m = len(PAYOFFS), len(family.payoffs)
    found = [_numbers(ratios, rows, width * k, RANGES if k < m else DIFFERENCES) for k in range(len(columns))]
    compared = [
        {"a": a, "b": b, **numbers, **family.shares_between(a, b)}
        for (a, b), numbers in zip(pairs, found[m:], strict=True)
    ]
    p = ratios.p_values()[width * m :].reshape(len(pairs), width)
    return {
        "mechanisms": {
            name: family.counts(name) | numbers | family.shares(name)
            for name, numbers in zip(family.payoffs, found, strict=False)
        },
        "utilitarian_best": best_of_family(family.payoffs, family.clusters, bootstrap=bootstrap, seed=seed),
        "pairs": _with_verdicts(compared, p),
    }


def _numbers(
    ratios: Ratios, rows: NDArray[np.bool_], first: int, ranges: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    """The three payoff numbers whose columns begin at `first`; `rows` (groups, C) says which groups count."""
    n = rows[:, first : first + len(PAYOFFS)].sum(axis=0).tolist()
    columns = zip(PAYOFFS, n, ranges, strict=True)
    return {name: ratios.interval(j, counted, within) for j, (name, counted, within) in enumerate(columns, start=first)}


def _with_verdicts(pairs: list[dict[str, Any]], p: Floats) -> list[dict[str, Any]]:
    """Adds the p-values of payoffs (pairs, 3), and what Holm's method leaves of each number's over all pairs."""
    for k, name in enumerate((*PAYOFFS, *SHARES)):
        own = (
            p[:, k] if k < len(PAYOFFS) else np.array([np.nan if q[name]["p"] is None else q[name]["p"] for q in pairs])
        )
        for pair, value, verdict in zip(pairs, own, holm(own), strict=True):
            plain = float(value) if np.isfinite(value) else None
            pair[name] = pair[name] | {"p": plain, "significant_after_holm": bool(verdict)}
    return pairs
