"""Gaps between two parties: how each sees the other, beside how the other sees itself (Kang et al. 2025, section 4).

Every respondent has two scores, from the items that the gap is about:

| gap | outward: about the other party | inward: about one's own |
|---|---|---|
| hostility | mean rating of its members | mean rating of one's own party's members |
| subversion | how far most of its members would go | how far one would go oneself |
| meta_perception | the prejudice one believes it has | the prejudice one has |

A rating counts as many points as its code, an answer on subversion (choice − 1)/3, prejudice is warmth to the own side
minus warmth to the other. The gap of the party judged is the mean outward score of the other party's members minus
the mean inward score of its own; above 0, it is seen as worse than it sees itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .clusters import clustered_interval
from .partisan_answers import compare_answers, extremes
from .resampling import cluster_weights
from .responses import Responses

Floats = NDArray[np.float64]
Parts = NDArray[np.intp]
Gap = Literal["hostility", "subversion", "meta_perception"]
GAPS: tuple[Gap, ...] = get_args(Gap)


@dataclass(frozen=True, slots=True)
class Roles:
    """Which items, by code, are which part of a gap; a part that the gap has no use for may be empty.

    Args:
        first: About members of the first party: their traits, or the warmth one feels towards them.
        second: The same of the second party.
        oneself: What one would do oneself.
        ingroup: What most of one's own party would do.
        outgroup: What most of the other party would do.
        meta_own: What the other party thinks or feels of one's own.
        meta_other: What the other party thinks or feels of itself.
    """

    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    oneself: tuple[str, ...] = ()
    ingroup: tuple[str, ...] = ()
    outgroup: tuple[str, ...] = ()
    meta_own: tuple[str, ...] = ()
    meta_other: tuple[str, ...] = ()

    def of(self, *roles: str) -> tuple[str, ...]:
        """The items of these parts together."""
        return tuple(code for role in roles for code in getattr(self, role))


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of the members of two parties.

    Args:
        party: Shape (n,), 0 or 1.
        outward: Shape (n,), about the other party; NaN where too little was answered.
        inward: Shape (n,), about one's own party or oneself.
        weights: Shape (n,).
        respondents: Shape (n,); rows of one name (replicates) are resampled together.
    """

    party: Parts
    outward: Floats
    inward: Floats
    weights: Floats
    respondents: NDArray[np.str_]

    def variance(self, party: int, counts: Floats) -> Floats:
        """The sum of the variances of a party's two scores under B resamples' counts (B, n); shape (B,)."""
        mine = self.party == party
        return sum((_moments(self, x, mine, counts).variance for x in (self.outward, self.inward)), np.zeros(1))

    def names(self, x: Floats, group: NDArray[np.bool_]) -> NDArray[np.str_]:
        """Who of a group has this score, each once."""
        return np.unique(self.respondents[group & np.isfinite(x) & (self.weights > 0)])


def block_mean(numbers: Floats) -> Floats:
    """The mean of each row's answered items where these are at least half, else NaN.

    Args:
        numbers: Shape (n, k), NaN where missing.

    Returns:
        Shape (n,).
    """
    answered = np.isfinite(numbers).sum(axis=1)
    enough = (answered > 0) & (2 * answered >= numbers.shape[1])
    total = np.nansum(numbers, axis=1)
    return np.where(enough, total / np.maximum(answered, 1), np.nan)


def score(responses: Responses, party: Parts, roles: Roles, gap: Gap) -> Scores:
    """Everybody's two scores.

    Args:
        responses: Members of the two parties.
        party: Shape (n,), 0 or 1.
        roles: Which items play which part.
        gap: Which scores.

    Raises:
        KeyError: An item that the gap needs is not among the responses.
    """

    def mean(*names: str) -> Floats:
        return block_mean(_numbers(responses, roles.of(*names), "unit" if gap == "subversion" else "codes"))

    if gap == "subversion":
        outward, inward = mean("outgroup"), mean("oneself")
    else:
        first, second = mean("first"), mean("second")
        own, other = np.where(party == 0, first, second), np.where(party == 0, second, first)
        outward, inward = other, own
        if gap == "meta_perception":
            outward, inward = mean("meta_other") - mean("meta_own"), own - other
    return Scores(party, outward, inward, responses.weights, responses.respondents)


def _numbers(responses: Responses, codes: tuple[str, ...], scale: Literal["codes", "unit"]) -> Floats:
    part = responses.select(codes)
    out = np.full(part.answers.shape, np.nan)
    for j, item in enumerate(part.items):
        values, given = item.scaled(scale), part.answers[:, j] >= 0
        values = values.min() + values.max() - values if item.reversed else values
        out[given, j] = values[part.answers[given, j]]
    return out


@dataclass(frozen=True, slots=True)
class _Moments:
    """Of one score in one group under B resamples, shape (B,) each: rows, mean, and summed squares around it."""

    n: Floats
    mean: Floats
    squares: Floats

    @property
    def variance(self) -> Floats:
        """With n − 1; NaN of fewer than two rows."""
        return np.divide(self.squares, self.n - 1, out=np.full_like(self.n, np.nan), where=self.n > 1)


def _moments(scores: Scores, x: Floats, group: NDArray[np.bool_], counts: Floats) -> _Moments:
    there = group & np.isfinite(x) & (scores.weights > 0)
    own, values = counts[:, there], x[there]
    centre = values.mean() if len(values) else 0.0
    weighted = own * scores.weights[there]
    n, values = own.sum(axis=1), values - centre
    with np.errstate(divide="ignore", invalid="ignore"):
        total = weighted.sum(axis=1)
        mean = weighted @ values / total
        spread = np.maximum(weighted @ values**2 / total - mean**2, 0.0)
        return _Moments(n, mean + centre, spread * n)


def _effect(a: _Moments, b: _Moments) -> Floats:
    """Cohen's d: the difference of means over the pooled standard deviation.

    With weights a group's variance is that of the weighted distribution, times n / (n − 1); groups are pooled by rows.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a.squares + b.squares) / (a.n + b.n - 2)
        return np.where(pooled > 0, (a.mean - b.mean) / np.sqrt(pooled), np.nan)


def _statistics(scores: Scores, counts: Floats) -> dict[tuple[str, int], Floats]:
    """Gap, d and within-rater gap of either party, and mean and spread of its members' scores, under B resamples."""
    found: dict[tuple[str, int], Floats] = {}
    groups = [scores.party == 0, scores.party == 1]
    for judged in (0, 1):
        raters, members = groups[1 - judged], groups[judged]
        seen = _moments(scores, scores.outward, raters, counts)
        own = _moments(scores, scores.inward, members, counts)
        found["value", judged] = seen.mean - own.mean
        found["cohens_d", judged] = _effect(seen, own)
        found["within", judged] = _moments(scores, scores.outward - scores.inward, raters, counts).mean
        for name in ("outward", "inward"):
            moments = _moments(scores, getattr(scores, name), members, counts)
            found[f"{name} mean", judged], found[f"{name} sd", judged] = moments.mean, np.sqrt(moments.variance)
    return found


def evaluate_partisan(
    responses: Responses,
    party: Parts,
    roles: Roles,
    gap: Gap,
    *,
    names: tuple[str, str] = ("democrat", "republican"),
    humans: tuple[Responses, Parts] | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """The gap between two parties, how far their answers go, and how both compare with people's.

    Args:
        responses: Answers; weights count, rows of one respondent are resampled together.
        party: Shape (n,): 0, 1, or -1 for members of neither, who are left out.
        roles: Which items play which part.
        gap: Which gap.
        names: What the two parties are called in the result.
        humans: People's answers and parties, to compare with.
        bootstrap: Resamples for intervals; 0 for none.
        seed: Of the resamples.

    Returns:
        Plain data, see docs/partisan.md: for each party judged `{value, ci, cohens_d, cohens_d_ci, n}`; `extremes`,
        `scores`, with humans `variance_ratio`, `wasserstein` and their own gaps under `humans`; `left_out`, `n`.

    Raises:
        KeyError: An item that the gap needs is not among the responses.
    """
    there = party >= 0
    mine, side = responses.rows(there), party[there]
    scores = score(mine, side, roles, gap)
    found = _gaps(scores, gap, names, bootstrap, seed)
    found["extremes"] = {
        name: extremes(mine.rows(side == k), bootstrap, seed) for k, name in enumerate(names)
    }  # by the respondents' own party
    if humans is not None:
        people, theirs = humans[0].rows(humans[1] >= 0), humans[1][humans[1] >= 0]
        human_scores = score(people, theirs, roles, gap)
        found |= compare_answers((people, theirs, human_scores), (mine, side, scores), names, bootstrap, seed)
        found["humans"] = evaluate_partisan(*humans, roles, gap, names=names, bootstrap=bootstrap, seed=seed)
    counts = {name: len(np.unique(mine.respondents[side == k])) for k, name in enumerate(names)}
    left_out = len(np.unique(responses.respondents[~there]))
    return found | {"left_out": left_out, "n": sum(counts.values()), "respondents": counts}


def _gaps(scores: Scores, gap: Gap, names: tuple[str, str], bootstrap: int, seed: int) -> dict[str, Any]:
    point = {key: float(x[0]) for key, x in _statistics(scores, np.ones((1, len(scores.party)))).items()}
    chunks = [_statistics(scores, c) for c in cluster_weights(scores.respondents, bootstrap, seed)] if point else []
    drawn = {key: np.concatenate([c[key] for c in chunks]) if chunks else np.empty(0) for key in point}
    groups = [scores.party == 0, scores.party == 1]
    found: dict[str, Any] = {"gap": gap}
    for k, name in enumerate(names):
        raters = scores.names(scores.outward, groups[1 - k])
        members = scores.names(scores.inward, groups[k])
        fewest = min(len(raters), len(members))
        value = clustered_interval(point["value", k], drawn["value", k], fewest)
        d = clustered_interval(point["cohens_d", k], drawn["cohens_d", k], fewest)
        found[name] = value | {"cohens_d": d["value"], "cohens_d_ci": d["ci"]}
        found[name] |= {"cohens_d_reason": _why(d)} if d.get("reason") else {}
        found[name] |= {"n": len(raters) + len(members), "raters": len(raters), "members": len(members)}
    if gap == "subversion":
        found["within_rater"] = {name: _one("within", k, scores, point, drawn) for k, name in enumerate(names)}
    found["scores"] = {
        name: {
            about: {what: _one(f"{about} {what}", k, scores, point, drawn) for what in ("mean", "sd")}
            for about in ("outward", "inward")
        }
        for k, name in enumerate(names)
    }
    return found


def _why(d: dict[str, Any]) -> str:
    return "the scores do not vary, or there are fewer than two in a group" if d["value"] is None else str(d["reason"])


def _one(
    key: str, k: int, scores: Scores, point: dict[tuple[str, int], float], drawn: dict[tuple[str, int], Floats]
) -> dict[str, Any]:
    """One statistic of one group, with its interval and n."""
    both, group = scores.outward - scores.inward, scores.party == (1 - k if key == "within" else k)
    of = {"within": both, "outward": scores.outward, "inward": scores.inward}[key.split()[0]]
    n = len(scores.names(of, group))
    return clustered_interval(point[key, k], drawn[key, k], n) | {"n": n}
