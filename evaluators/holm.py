"""Several verdicts at once: Holm's (1979) method, which holds the chance of any false one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike, level: float = 0.05) -> NDArray[np.bool_]:
    """Which p-values (m,) are significant together, with a chance of at most `level` that any of them is falsely so.

    A NaN is not significant, and counts as no test.
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)  # NaN last
    tests = int(np.isfinite(values).sum())
    passed = values[order] <= level / np.maximum(tests - np.arange(len(values)), 1)
    verdicts = np.zeros(len(values), dtype=bool)
    verdicts[order] = np.logical_and.accumulate(passed)
    return verdicts
