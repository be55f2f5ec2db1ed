"""How many equally weighted respondents a weighted sample is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def effective_n(weights: ArrayLike) -> float:
    """Kish's effective sample size (Σw)² / Σw² (Kish 1965); 0 of no weight at all."""
    w = np.asarray(weights, dtype=float)
    squares = float((w**2).sum())
    return float(w.sum() ** 2 / squares) if squares > 0 else 0.0
