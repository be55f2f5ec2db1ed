"""Isoelastic welfare: from the sum of payoffs (α = 0) over their product (α = 1) to the least of them (α → ∞)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SAME = 9  # decimals: welfare that differs by less than a billionth of a payoff's unit is rounding


class WelfareError(ValueError):
    """Payoffs, weights or an α for which there is no welfare."""


def isoelastic(payoffs: ArrayLike, alpha: float = 0.0, weights: ArrayLike | None = None) -> Floats:
    """Isoelastic welfare W_α = Σ w_i u_i^(1−α) / (1−α); Σ w_i log u_i for α = 1; the least payoff for α = ∞.

    For very large α the sum leaves the range of floats (0 or −∞); `equivalent_payoff` orders candidates in the same way
    and does not.

    Args:
        payoffs: Shape (people, candidates), above 0, higher is better; NaN where one is missing.
        alpha: Aversion to inequality, from 0 up: 0 utilitarian, 1 Nash, `math.inf` Rawlsian.
        weights: Shape (people,), from 0 up and not all 0; 1 each by default. Who has weight 0 does not count.

    Returns:
        Shape (candidates,), higher is better; values of different α cannot be compared. NaN where a payoff is missing:
        welfare of fewer people is another measure.

    Raises:
        WelfareError: A payoff, a weight or α is out of range.
    """
    u, w = _checked(payoffs, alpha, weights)
    if math.isinf(alpha):
        return np.asarray(u.min(axis=0))
    if alpha == 1:
        return np.asarray(w @ np.log(u))
    exponent = 1 - alpha
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(_log_sum(np.log(w)[:, None] + exponent * np.log(u))) / exponent)


def equivalent_payoff(payoffs: ArrayLike, alpha: float = 0.0, weights: ArrayLike | None = None) -> Floats:
    """The payoff that would be worth as much if everybody had it (Atkinson 1970), in the payoffs' unit.

    The weighted mean of order 1 − α: the arithmetic mean for α = 0, the geometric for 1, the harmonic for 2, the least
    payoff for ∞. It orders candidates as `isoelastic` does, is continuous in α, and lies between the least and the
    highest payoff whatever α is.

    Args:
        payoffs: As in `isoelastic`.
        alpha: As in `isoelastic`.
        weights: As in `isoelastic`.

    Returns:
        Shape (candidates,), higher is better; NaN where a payoff is missing.

    Raises:
        WelfareError: A payoff, a weight or α is out of range.
    """
    u, w = _checked(payoffs, alpha, weights)
    if math.isinf(alpha):
        return np.asarray(u.min(axis=0))
    share, logs = (w / w.sum())[:, None], np.log(u)
    mean = (share * logs).sum(axis=0)
    found = np.exp(mean + _above_geometric(share, logs - mean, 1 - alpha))
    # The mean of equal payoffs is theirs, to the last digit.
    return np.asarray(np.clip(found, u.min(axis=0), u.max(axis=0)))


def welfare_ranks(payoffs: ArrayLike, alpha: float = 0.0, weights: ArrayLike | None = None) -> Ints:
    """Social ranks by welfare.

    For α = ∞ candidates with the same least payoff are told apart by the second least, and so on (leximin, Sen 1970);
    weights decide there only who counts at all.

    Args:
        payoffs: Shape (people, candidates), above 0, none missing.
        alpha: As in `isoelastic`.
        weights: As in `isoelastic`.

    Returns:
        Shape (candidates,): from 0 without gaps, lower is better; equal where welfare differs by rounding alone.

    Raises:
        WelfareError: A payoff is missing, or a payoff, a weight or α is out of range.
    """
    u, _ = _checked(payoffs, alpha, weights)
    if np.isnan(u).any():
        raise WelfareError("a payoff is missing (NaN); leave out the people or the candidates who lack one")
    keys = np.sort(u, axis=0).T if math.isinf(alpha) else equivalent_payoff(payoffs, alpha, weights)[:, None]
    found = [tuple(row) for row in np.round(keys, SAME).tolist()]
    place = {key: rank for rank, key in enumerate(sorted(set(found), reverse=True))}
    return np.array([place[key] for key in found], dtype=np.int64)


def _checked(payoffs: ArrayLike, alpha: float, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """The payoffs and weights of the people who count."""
    u = np.asarray(payoffs, dtype=float)
    if u.ndim != 2 or not len(u):
        raise WelfareError(f"payoffs must have the shape (people, candidates) with somebody in it, not {u.shape}")
    if not (np.isnan(u) | ((u > 0) & np.isfinite(u))).all():
        raise WelfareError("payoffs must be above 0 and finite, or NaN where one is missing; count a scale from 1 up")
    if not alpha >= 0:
        raise WelfareError(f"alpha must be from 0 (utilitarian) up to infinity (Rawlsian), not {alpha}")
    w = np.ones(len(u)) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != (len(u),) or not (np.isfinite(w) & (w >= 0)).all() or not w.any():
        raise WelfareError(f"weights must be {len(u)} finite numbers from 0 up, not all 0")
    return u[w > 0], w[w > 0]


def _above_geometric(share: Floats, off: Floats, order: float) -> Floats | float:
    """How far the logarithm of the mean of an order lies above that of the geometric mean.

    Args:
        share: Shape (people, 1), summing to 1.
        off: Shape (people, candidates): logarithms of the payoffs, less their mean.
        order: 1 − α.
    """
    if order == 0:
        return 0.0
    # Near order 0 the sum is 1 and a little, which only log1p keeps apart; far from it only the largest terms count.
    near = np.log1p((share * np.expm1(np.clip(order * off, -1, 1))).sum(axis=0))
    far = _log_sum(np.log(share) + order * off)
    return np.asarray(np.where(np.abs(order * off).max(axis=0) < 0.5, near, far) / order)


def _log_sum(logs: Floats) -> Floats:
    """The logarithm of the sum over people of numbers given by their logarithms."""
    most = logs.max(axis=0)
    return np.asarray(most + np.log(np.exp(logs - most).sum(axis=0)))
