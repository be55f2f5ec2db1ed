"""How two sides' effects go together: signs, verdicts, sizes.

Effects are noisy, and noise alone lowers every such number: signs of small effects differ by chance, and errors in the
human effects flatten a regression on them. A resample adds the same noise once more, so its shift shows how much that
is. Shares and plain correlations are therefore given with intervals about what such studies find (`centred_interval`),
and correlation and slope also `without_noise`, with the second moments freed of the noise that the resamples show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import centred_interval, metric, percentile_interval
from .shares import wilson

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
FEWEST_EFFECTS = 3
MOST_UNDEFINED = 0.05  # of the resamples; beyond that the rest are a selection
TOO_FEW = f"fewer than {FEWEST_EFFECTS} effects"
ALL_NOISE = "the effects differ no more than noise does"


@dataclass(frozen=True, slots=True)
class Pairs:
    """The N effects that both sides have; the first axis is human, simulated.

    Args:
        values: Shape (2, N).
        significant: Shape (2, N).
        drawn: Shape (2, B, N), effects in resamples, NaN where undefined.
        told: Shape (2, B, N), whether they are significant there.
        items: Which item each is on; effects on one item hang together.
    """

    values: Floats
    significant: Booleans
    drawn: Floats
    told: Booleans
    items: tuple[int, ...]


def summarise(pairs: Pairs, chosen: Booleans) -> dict[str, Any]:
    """How the chosen effects (N,) agree, as JSON."""
    x, y = pairs.values[:, chosen]
    told = pairs.significant[:, chosen]
    drawn, drawn_told = pairs.drawn[:, :, chosen], pairs.told[:, :, chosen]
    items = np.asarray(pairs.items)[chosen]
    signs, verdicts = np.sign(x) == np.sign(y), told[0] == told[1]
    undefined = ~np.isfinite(drawn).all(axis=0)
    drawn_signs = np.where(undefined, np.nan, np.sign(drawn[0]) == np.sign(drawn[1]))
    drawn_verdicts = np.where(undefined, np.nan, drawn_told[0] == drawn_told[1])
    clear, drawn_clear = told[0], np.where(drawn_told[0], drawn_signs, np.nan)
    return {
        "sign_agreement": _share(signs, drawn_signs, items),
        "sign_agreement_where_significant": _share(signs[clear], drawn_clear, items[clear]),
        "significance_agreement": _share(verdicts, drawn_verdicts, items),
        "correlation": _correlation(x, y, drawn),
        "slope": _slope(x, y, drawn),
        "verdicts": {
            "both": int((told.all(axis=0) & signs).sum()),
            "opposite": int((told.all(axis=0) & ~signs).sum()),
            "human_only": int((told[0] & ~told[1]).sum()),
            "simulated_only": int((~told[0] & told[1]).sum()),
            "neither": int((~told.any(axis=0)).sum()),
        },
    }


def _share(agree: Booleans, drawn: Floats, items: NDArray[np.intp]) -> dict[str, Any]:
    """The share of true values with an interval from resamples (B, ·), NaN where an effect does not count."""
    n = len(agree)
    if not n:
        return metric(np.nan, None, "there is no such effect", n=0)
    value = float(agree.mean())
    there = np.isfinite(drawn)
    with np.errstate(invalid="ignore"):
        found = np.where(there, drawn, 0.0).sum(axis=1) / there.sum(axis=1)
    ci = centred_interval(value, found)
    if ci and np.nanmax(found) == np.nanmin(found):  # resamples that never differ would claim certainty
        low, high = wilson(np.array([value]), len(np.unique(items)))
        ci = [float(low[0]), float(high[0])]
    return metric(value, ci and [max(ci[0], 0.0), min(ci[1], 1.0)], n=n)


def _correlation(x: Floats, y: Floats, drawn: Floats) -> dict[str, Any]:
    """Pearson's, plain and without noise."""
    n = len(x)
    if n < FEWEST_EFFECTS:
        return metric(np.nan, None, TOO_FEW, n=n)
    point, resampled = _moments(x[None], y[None], centre=True), _moments(*drawn, centre=True)
    plain, plain_drawn = _ratio(*point)[0], _ratio(*resampled)
    ci = centred_interval(float(plain), plain_drawn)
    clean, clean_drawn = _freed(point, resampled)
    return metric(
        float(plain),
        ci and [max(ci[0], -1.0), min(ci[1], 1.0)],
        n=n,
        without_noise=_without_noise(_ratio(*clean)[0], _ratio(*clean_drawn), (-1.0, 1.0)),
    )


def _slope(x: Floats, y: Floats, drawn: Floats) -> dict[str, Any]:
    """Of the simulated effects on the humans' through the origin, plain and without noise."""
    n = len(x)
    if not n:
        return metric(np.nan, None, "there is no such effect", n=0)
    point, resampled = _moments(x[None], y[None], centre=False), _moments(*drawn, centre=False)
    plain, plain_drawn = _divided(point[2], point[0])[0], _divided(resampled[2], resampled[0])
    clean, clean_drawn = _freed(point, resampled)
    return metric(
        float(plain),
        centred_interval(float(plain), plain_drawn),
        n=n,
        without_noise=_without_noise(_divided(clean[2], clean[0])[0], _divided(clean_drawn[2], clean_drawn[0])),
    )


def _without_noise(value: float, drawn: Floats, within: tuple[float, float] = (-np.inf, np.inf)) -> dict[str, Any]:
    if not len(drawn):
        return metric(np.nan, None)  # what the noise is, only resamples tell
    if not np.isfinite(value):
        return metric(np.nan, None, ALL_NOISE)
    ci = percentile_interval(drawn) if np.isfinite(drawn).mean() >= 1 - MOST_UNDEFINED else None
    low, high = within
    kept = ci and [max(ci[0], low), min(ci[1], high)]
    return metric(float(np.clip(value, low, high)), kept, f"in too many resamples {ALL_NOISE}")


def _moments(x: Floats, y: Floats, *, centre: bool) -> Floats:
    """Mean squares of x and of y and their mean product, shape (3, B), over the effects (B, N) that both have."""
    there = np.isfinite(x) & np.isfinite(y)
    n = np.maximum(there.sum(axis=1, keepdims=True), 1)
    x, y = np.where(there, x, 0.0), np.where(there, y, 0.0)
    if centre:
        x = np.where(there, x - x.sum(axis=1, keepdims=True) / n, 0.0)
        y = np.where(there, y - y.sum(axis=1, keepdims=True) / n, 0.0)
    sums: Floats = np.stack([(x * x).sum(axis=1), (y * y).sum(axis=1), (x * y).sum(axis=1)])
    means: Floats = sums / n[:, 0]
    return means


def _freed(point: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """Moments (3, 1) and their resamples (3, B) without noise: the sample has it once, a resample twice."""
    noise = drawn.mean(axis=1, keepdims=True) - point if drawn.shape[1] else np.zeros_like(point)
    return point - noise, drawn - 2 * noise


def _ratio(xx: Floats, yy: Floats, xy: Floats) -> Floats:
    """Correlations (B,) from moments; NaN where one side does not vary."""
    found: Floats = xy / np.sqrt(np.where((xx > 0) & (yy > 0), xx * yy, np.nan))
    return found


def _divided(xy: Floats, xx: Floats) -> Floats:
    found: Floats = xy / np.where(xx > 0, xx, np.nan)
    return found
