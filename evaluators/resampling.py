"""Bootstrap draws as counts: how often each respondent is in each resample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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


def cluster_weights(
    clusters: NDArray[Any], bootstrap: int, seed: int, crossed: NDArray[Any] | None = None
) -> Iterator[Floats]:
    """Weights (b, n) of rows in resamples of whole clusters, in chunks that add up to `bootstrap` resamples.

    Args:
        clusters: Shape (n,), the cluster of each row.
        bootstrap: Resamples.
        seed: The same seed draws the same clusters.
        crossed: Shape (n,), a second way in which rows hang together, resampled as well; a row then counts the
            product of both (the pigeonhole bootstrap of Owen 2007, whose intervals are rather too wide).
    """
    indices = [np.unique(ways, return_inverse=True)[1] for ways in (clusters, crossed) if ways is not None]
    randoms = [np.random.default_rng([seed, 5 + k]) for k in range(len(indices))]
    for start in range(0, bootstrap, CHUNK):
        b = min(CHUNK, bootstrap - start)
        weights = np.ones((b, len(clusters)))
        for random, index in zip(randoms, indices, strict=True):
            weights *= _multinomial(random, int(index.max()) + 1, b)[:, index]
        yield weights
