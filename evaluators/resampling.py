"""Bootstrap draws as counts: how often each respondent is in each resample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHUNK = 100


def pairing(human: NDArray[np.str_], simulated: NDArray[np.str_]) -> NDArray[np.intp] | None:
    """For each simulated row the human of the same name, or None unless every row has one. Shape (s,)."""
    where = {name: k for k, name in enumerate(human.tolist())}
    try:
        return np.array([where[name] for name in simulated.tolist()], dtype=np.intp)
    except KeyError:
        return None


def resample_counts(
    human: NDArray[np.str_], simulated: NDArray[np.str_], bootstrap: int, seed: int
) -> Iterator[tuple[Floats, Floats]]:
    """Counts for humans (b, n) and simulated rows (b, s), in chunks that add up to `bootstrap` resamples.

    A simulated row that bears a human's name is drawn together with that human; rows of one respondent (replicates)
    always stay together.
    """
    pairs = pairing(human, simulated)
    random = np.random.default_rng([seed, 1])
    other = np.random.default_rng([seed, 2])
    _, clusters = np.unique(simulated, return_inverse=True)
    for start in range(0, bootstrap, CHUNK):
        b = min(CHUNK, bootstrap - start)
        drawn = _multinomial(random, len(human), b)
        yield (
            drawn,
            drawn[:, pairs] if pairs is not None else _multinomial(other, int(clusters.max()) + 1, b)[:, clusters],
        )


def _multinomial(random: np.random.Generator, n: int, b: int) -> Floats:
    return random.multinomial(n, np.full(n, 1 / n), size=b).astype(float)
