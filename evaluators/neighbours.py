"""How far apart the members of groups are, and how alike those who hear each other: many small networks at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ordinal import agreement, categories, esteban_ray

Floats = NDArray[np.float64]
FLAT = 1e-12  # a variance below this is rounding


def network_numbers(positions: ArrayLike, hears: ArrayLike, scale: ArrayLike, alpha: float = 1.0) -> dict[str, Floats]:
    """Numbers of each group whose members hear each other.

    - `variance`: within the group (n − 1), in squared points; `distance`: mean over pairs of members, over the scale's
      length, in [0, 1]; `polarisation` and `agreement`: as in `polarisation`, of the group.
    - `local_agreement`: 1 minus the mean distance between a listener and whom it hears, over the scale's length, in [0, 1].
    - `sorting`: mean distance over all pairs minus that over those who hear each other, in [−1, 1]: 0 where everybody hears
      everybody, and on average where who hears whom has nothing to do with positions; above 0 the like-minded hear each
      other.
    - `assortativity`: correlation of listeners' and speakers' positions over who hears whom (Newman 2003, eq. 21), in
      [−1, 1]; undefined where positions do not vary, and −1/(n − 1) where everybody hears everybody.

    Args:
        positions: Shape (G, seats); NaN is missing, or no seat.
        hears: Shape (seats, seats) or (G, seats, seats), from 0 up; nobody hears themselves.
        scale: Shape (K,).
        alpha: Of Esteban and Ray's index.

    Returns:
        By name, shape (G,); NaN where undefined.

    Raises:
        ValueError: As `polarisation_by_topology`.
    """
    x, y = np.asarray(positions, dtype=float), np.asarray(scale, dtype=float)
    place = categories(x, y)
    frequencies = (place[:, :, None] == np.arange(len(y))).sum(axis=1).astype(float)
    heard = _heard(x, hears)
    everybody = _heard(x, np.ones((x.shape[1], x.shape[1])))
    length = np.ptp(y)
    n = np.isfinite(x).sum(axis=1)
    mean = np.nansum(x, axis=1) / np.maximum(n, 1)
    variance = np.nansum((x - mean[:, None]) ** 2, axis=1) / np.where(n > 1, n - 1, np.nan)
    apart, near = (mean_over_pairs(x, links) / length for links in (everybody, heard))
    return {
        "variance": variance,
        "distance": apart,
        "polarisation": esteban_ray(frequencies, y, alpha),
        "agreement": agreement(frequencies) if len(y) > 2 else np.full(len(x), np.nan),
        "local_agreement": 1 - near,
        "sorting": apart - near,
        "assortativity": assortativity(x, heard),
    }


def _heard(x: Floats, hears: ArrayLike) -> Floats:
    """Who hears whom among those present, shape (G, seats, seats); nobody hears themselves."""
    given = np.asarray(hears, dtype=float)
    seats = x.shape[1]
    if given.shape not in ((seats, seats), (len(x), seats, seats)) or not (given >= 0).all():
        raise ValueError(
            f"hears has shape {given.shape}; ({seats}, {seats}) or ({len(x)}, {seats}, {seats}), from 0 up, is needed"
        )
    there = np.isfinite(x)
    return np.asarray(given * there[:, :, None] * there[:, None, :] * (1 - np.eye(seats)))


def mean_over_pairs(x: Floats, links: Floats) -> Floats:
    """Mean |x_i − x_j| over links, weighted by them; NaN where there is none.

    Args:
        x: Shape (G, seats); NaN where no link leads.
        links: Shape (G, seats, seats), from 0 up.

    Returns:
        Shape (G,).
    """
    filled = np.where(np.isfinite(x), x, 0.0)
    distances = np.abs(filled[:, :, None] - filled[:, None, :])
    total = links.sum(axis=(1, 2))
    return np.asarray((links * distances).sum(axis=(1, 2)) / np.where(total > 0, total, np.nan))


def assortativity(x: Floats, links: Floats) -> Floats:
    """Pearson's correlation of x_i and x_j over links [i, j], weighted by them (Newman 2003, eq. 21), shape (G,).

    NaN where there is no link, or no variance among those who hear or those who are heard.
    """
    filled = np.where(np.isfinite(x), x, 0.0)
    total = links.sum(axis=(1, 2))
    w = links / np.where(total > 0, total, np.nan)[:, None, None]
    out, into = w.sum(axis=2), w.sum(axis=1)
    listeners, speakers = (filled - (side * filled).sum(axis=1, keepdims=True) for side in (out, into))
    covariance = np.einsum("gi,gij,gj->g", listeners, w, speakers)
    variances = (out * listeners**2).sum(axis=1) * (into * speakers**2).sum(axis=1)
    return np.asarray(covariance / np.sqrt(np.where(variances > FLAT, variances, np.nan)))
