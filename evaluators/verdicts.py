"""What juries decide: shares of verdicts, hung juries, and what becomes of the majority at the first ballot (Davis 1973)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .holm import holm
from .intervals import metric
from .proportions import clustered_share, paired_shares

Floats = NDArray[np.float64]
HUNG = "hung"
NO_BALLOTS = "no first ballots were given"


def jury_verdicts(
    verdicts: Sequence[str | None],
    options: Sequence[str],
    first_ballots: ArrayLike | None = None,
    *,
    cases: ArrayLike | None = None,
) -> dict[str, Any]:
    """How often juries come to each verdict, and whether their first majority decides.

    - `verdicts`: share of each option, in [0, 1]; `hung`: share of juries that ended without one.
    - `first_majority_wins`: of the juries with a majority at the first ballot, the share whose verdict is that majority's; a
      hung jury's is not. About nine in ten among real juries (Kalven and Zeisel 1966).
    - `first_majority_loses`: the share whose verdict is another option; what is left hung.
    - `by_first_ballot`: for every division of the first ballot the share of each end: the rows of Davis's (1973) social
      decision scheme matrix, as observed.

    Intervals are Wilson's where juries are independent, and clustered where `cases` are several to a name.

    Args:
        verdicts: Of each jury, an option, "hung", or None where it did not end (counted, and left out).
        options: The verdicts there can be, in order.
        first_ballots: Shape (juries, options), votes for each option before anybody has spoken; a row of NaN where there was
            no ballot. Who abstained is in none.
        cases: Shape (juries,), what hangs together, such as juries of the same people or on one case.

    Returns:
        Plain data: `verdicts` {option: …}, `hung`, `first_majority_wins`, `first_majority_loses`, each `{value, ci, n}`;
        `by_first_ballot` [{`votes` [one for each option], `majority` (None for a tie), `n`, `ends` {option or "hung": `{value,
        ci, n}`}}], larger majorities for the first option first; `n` with `juries`, `missing`, `without_majority`.

    Raises:
        ValueError: A verdict is none of the options, or the rows do not fit.
    """
    ends = _ends(verdicts, options)
    names = np.arange(len(ends)) if cases is None else np.asarray(cases)
    if len(names) != len(ends):
        raise ValueError(f"{len(names)} cases for {len(ends)} juries")
    there = ends >= -1
    shares = {o: clustered_share((ends == j)[there].astype(float), names[there]) for j, o in enumerate(options)}
    votes = _ballots(first_ballots, len(ends), len(options))
    majority = first_majorities(votes)
    led = there & (majority >= 0)
    wins, loses = ((ends == majority)[led], ((ends != majority) & (ends >= 0))[led])
    nothing = metric(np.nan, None, NO_BALLOTS, n=0)
    return {
        "verdicts": shares,
        "hung": clustered_share((ends == -1)[there].astype(float), names[there]),
        "first_majority_wins": nothing if first_ballots is None else clustered_share(wins.astype(float), names[led]),
        "first_majority_loses": nothing if first_ballots is None else clustered_share(loses.astype(float), names[led]),
        "by_first_ballot": _by_ballot(ends, votes, names, there, options),
        "n": {
            "juries": int(there.sum()),
            "missing": int((~there).sum()),
            "without_majority": int((there & (majority < 0) & np.isfinite(votes).all(axis=1)).sum()),
        },
    }


def compare_verdicts(
    verdicts: Mapping[str, Sequence[str | None]], options: Sequence[str], *, cases: ArrayLike | None = None
) -> list[dict[str, Any]]:
    """Differences between the same juries under several conditions, such as unanimity and majority.

    Args:
        verdicts: By condition, of each jury in the same order, as in `jury_verdicts`.
        options: The verdicts there can be.
        cases: Shape (juries,), what hangs together.

    Returns:
        For each pair of conditions `a`, `b`, and for each option and "hung" the share under a minus that under b on the juries
        that ended under both, `{value, ci, n, p, significant_after_holm}`; Holm's over all pairs, for each end.

    Raises:
        ValueError: As `jury_verdicts`, or the conditions have different numbers of juries.
    """
    ends = {name: _ends(v, options) for name, v in verdicts.items()}
    if len({len(e) for e in ends.values()}) > 1:
        raise ValueError("conditions need the same juries in the same order")
    told = {option: j for j, option in enumerate(options)} | {HUNG: -1}
    pairs: list[dict[str, Any]] = [
        {"a": a, "b": b, **{o: paired_shares(_is(ends[a], j), _is(ends[b], j), cases) for o, j in told.items()}}
        for a, b in combinations(ends, 2)
    ]
    for option in told:
        p = [np.nan if pair[option]["p"] is None else pair[option]["p"] for pair in pairs]
        for pair, verdict in zip(pairs, holm(p), strict=True):
            pair[option]["significant_after_holm"] = bool(verdict)
    return pairs


def first_majorities(votes: ArrayLike) -> NDArray[np.intp]:
    """The option that more than half of those who voted (juries, options) voted for, −1 where there is none; (juries,)."""
    v = np.asarray(votes, dtype=float)
    top = np.argmax(np.where(np.isfinite(v), v, -1.0), axis=1)
    most = np.take_along_axis(v, top[:, None], axis=1)[:, 0]
    return np.where(2 * most > v.sum(axis=1), top, -1)


def _by_ballot(
    ends: NDArray[np.intp], votes: Floats, names: NDArray[Any], there: NDArray[np.bool_], options: Sequence[str]
) -> list[dict[str, Any]]:
    rows = there & np.isfinite(votes).all(axis=1)
    divisions = sorted({tuple(v) for v in votes[rows].astype(int).tolist()}, reverse=True)
    out = []
    for division in divisions:
        mine = rows & (votes == division).all(axis=1)
        lead = int(first_majorities([division])[0])
        shares = {o: clustered_share(_is(ends[mine], j), names[mine]) for j, o in enumerate(options)}
        shares[HUNG] = clustered_share(_is(ends[mine], -1), names[mine])
        majority = options[lead] if lead >= 0 else None
        out.append({"votes": list(division), "majority": majority, "n": int(mine.sum()), "ends": shares})
    return out


def _is(ends: NDArray[np.intp], code: int) -> Floats:
    """1 where juries ended so, 0 where otherwise, NaN where they did not end."""
    return np.where(ends >= -1, (ends == code).astype(float), np.nan)


def _ends(verdicts: Sequence[str | None], options: Sequence[str]) -> NDArray[np.intp]:
    """The option of each jury by its place, −1 hung, −2 did not end."""
    codes: dict[str | None, int] = {option: j for j, option in enumerate(options)}
    if HUNG in codes or len(codes) != len(options) or len(options) < 2:
        raise ValueError(f"a jury needs two or more different options, none of them {HUNG!r}; got {list(options)}")
    codes |= {HUNG: -1, None: -2}
    if unknown := {v for v in verdicts if v not in codes}:
        raise ValueError(
            f"{sorted(map(str, unknown))} is none of the verdicts {[*options, HUNG]}, nor None (did not end)"
        )
    return np.array([codes[v] for v in verdicts], dtype=np.intp)


def _ballots(first: ArrayLike | None, juries: int, options: int) -> Floats:
    if first is None:
        return np.full((juries, options), np.nan)
    votes = np.asarray(first, dtype=float)
    if votes.shape != (juries, options) or (votes < 0).any() or (votes % 1 > 0).any():
        raise ValueError(
            f"first_ballots {votes.shape} needs whole numbers of votes from 0 up, shape ({juries}, {options})"
        )
    return np.where(np.isfinite(votes).all(axis=1, keepdims=True), votes, np.nan)
