"""How alike those are who hear each other, for many small networks at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FLAT = 1e-12  # a variance below this is rounding


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
