"""How likely a model finds the texts that people wrote (Jarrett et al. 2025, eq. 19)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clusters import cluster_ratios, clustered_interval

Floats = NDArray[np.float64]
UNITS = ("text", "token", "word")
ROUNDING = 1e-4


def likelihood_table(
    log_likelihoods: ArrayLike,
    tokens: ArrayLike,
    words: ArrayLike,
    groups: ArrayLike,
    *,
    drop_impossible: bool = False,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """The log-likelihood of held-out texts, per text, token and word.

    `per_token` and `per_word` are ratios of sums, as perplexity wants it: a long text counts more than a short one.
    Numbers per token and perplexities compare only models with the same tokens; those per text and word compare any two.

    A text that the model gives probability 0 (−∞) makes every mean −∞. It is not passed over in silence: the values are
    then None, with a reason, unless `drop_impossible` asks for the mean over the rest. It is counted either way.

    Args:
        log_likelihoods: Shape (n,), natural logarithm of each text's probability, at most 0. NaN is missing.
        tokens: Shape (n,), how many tokens the model read each text as, above 0.
        words: Shape (n,), how many words each text has, from 0.
        groups: Shape (n,), the episode of each text: the cluster of the intervals.
        drop_impossible: Leave texts of probability 0 out, and count them.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        `per_text`, `per_token`, `per_word` as `{value, ci}` (natural logarithms, at most 0; higher is better),
        `perplexity` = exp(−per_token) as `{value, ci}` (from 1; lower is better), and `n` with `texts`, `tokens`, `words`
        and `groups` that were counted in, `missing` and `impossible` texts.

    Raises:
        ValueError: The arrays differ in length, or a number is none of the kind.
    """
    x, sizes, group = _checked(log_likelihoods, tokens, words, groups)
    there, impossible = ~np.isnan(x), np.isneginf(x)
    kept = there & ~impossible if drop_impossible else there
    n = {
        "texts": int(kept.sum()),
        "tokens": int(sizes["token"][kept].sum()),
        "words": int(sizes["word"][kept].sum()),
        "groups": len(np.unique(group[kept])),
        "missing": int((~there).sum()),
        "impossible": int(impossible.sum()),
    }
    if (impossible & kept).any():
        nothing = _undefined(
            f"{n['impossible']} of {n['texts']} texts have probability 0, so the mean is minus infinity"
        )
        return {**{f"per_{unit}": nothing for unit in UNITS}, "perplexity": nothing, "n": n}
    found = {
        f"per_{unit}": _at_most_0(
            clustered_interval(
                *cluster_ratios(x[kept], sizes[unit][kept], group[kept], bootstrap, seed), clusters=n["groups"]
            )
        )
        for unit in UNITS
    }
    return {**found, "perplexity": _exponential(found["per_token"], "the perplexity"), "n": n}


def likelihood_difference(
    a: ArrayLike,
    b: ArrayLike,
    tokens: ArrayLike,
    words: ArrayLike,
    groups: ArrayLike,
    *,
    b_tokens: ArrayLike | None = None,
    drop_impossible: bool = False,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """The log-likelihood of model `a` minus that of model `b` on the same texts; above 0, `a` is better.

    Both are taken on the texts that both have, and on the same resampled groups, so what makes a text hard for both
    cancels.

    Args:
        a: Shape (n,), as in `likelihood_table`.
        b: Shape (n,), of the other model on the same texts.
        tokens: Shape (n,), as model `a` reads them.
        words: Shape (n,).
        groups: Shape (n,), the episode of each text.
        b_tokens: Shape (n,), as model `b` reads them, where its tokens are others; a difference per token then says
            little.
        drop_impossible: Leave texts to which either gives probability 0 out, and count them.
        bootstrap: Resamples of groups.
        seed: Of the resamples.

    Returns:
        `per_text`, `per_token`, `per_word` as `{value, ci}` (natural logarithms; above 0, `a` is better),
        `perplexity_ratio`, the perplexity of `a` over that of `b` (below 1, `a` is better), and `n` with `texts`,
        `groups`, `missing` (texts that one of them lacks) and `impossible` (to one of them).

    Raises:
        ValueError: As `likelihood_table`.
    """
    x, sizes, group = _checked(a, tokens, words, groups)
    y, others, _ = _checked(b, tokens if b_tokens is None else b_tokens, words, groups)
    there, impossible = ~np.isnan(x) & ~np.isnan(y), np.isneginf(x) | np.isneginf(y)
    impossible &= there
    kept = there & ~impossible if drop_impossible else there
    n = {
        "texts": int(kept.sum()),
        "groups": len(np.unique(group[kept])),
        "missing": int((~there).sum()),
        "impossible": int(impossible.sum()),
    }
    if (impossible & kept).any():
        nothing = _undefined(f"{n['impossible']} of {n['texts']} texts have probability 0 under one model")
        return {**{f"per_{unit}": nothing for unit in UNITS}, "perplexity_ratio": nothing, "n": n}
    found = {}
    for unit in UNITS:
        value, drawn = cluster_ratios(x[kept], sizes[unit][kept], group[kept], bootstrap, seed)
        other, other_drawn = cluster_ratios(y[kept], others[unit][kept], group[kept], bootstrap, seed)
        found[f"per_{unit}"] = clustered_interval(value - other, drawn - other_drawn, n["groups"])
    return {**found, "perplexity_ratio": _exponential(found["per_token"], "the ratio"), "n": n}


def _checked(
    log_likelihoods: ArrayLike, tokens: ArrayLike, words: ArrayLike, groups: ArrayLike
) -> tuple[Floats, dict[str, Floats], NDArray[Any]]:
    x, t, w = (np.asarray(each, dtype=float) for each in (log_likelihoods, tokens, words))
    group = np.asarray(groups)
    if not len(x) == len(t) == len(w) == len(group):
        raise ValueError("log_likelihoods, tokens, words and groups must have one row per text")
    there = ~np.isnan(x)
    if (x[there] > ROUNDING).any():
        raise ValueError(
            f"a log-likelihood is at most 0, got {x[there].max():g}; is it negative log-likelihood (a loss)?"
        )
    if not (np.isfinite(t[there]) & (t[there] > 0)).all():
        raise ValueError("tokens must be above 0 for every text that has a log-likelihood")
    if not (np.isfinite(w[there]) & (w[there] >= 0)).all():
        raise ValueError("words must be 0 or above for every text that has a log-likelihood")
    return np.minimum(x, 0.0), {"text": np.ones(len(x)), "token": t, "word": w}, group


def _undefined(reason: str) -> dict[str, Any]:
    return {"value": None, "ci": None, "reason": f"{reason}; drop_impossible leaves them out"}


def _at_most_0(found: dict[str, Any]) -> dict[str, Any]:
    # Widening for few groups can push an interval over 0.
    ci = found["ci"]
    return found | {"ci": ci and [min(end, 0.0) for end in ci]}


def _exponential(per_token: dict[str, Any], what: str) -> dict[str, Any]:
    """Exp of minus a value and its interval: the ends change places."""
    if per_token["value"] is None:
        return per_token
    ci = per_token["ci"]
    with np.errstate(over="ignore"):
        value, *ends = np.exp([-per_token["value"], *(-end for end in reversed(ci or []))]).tolist()
    if not np.isfinite([value, *ends]).all():
        return {"value": None, "ci": None, "reason": f"{what} is too large for a number"}
    return per_token | {"value": value, "ci": ends or None}
