"""A map of opinions in two dimensions: where people stand by how they voted on statements (Small et al. 2021).

Votes are a matrix (participants, statements): 1 agree, -1 disagree, 0 pass, NaN not seen. The source of this and of
its neighbours (`opinion_clusters`, `opinion_statements`, `opinion_groups`) is Small, Bjorkegren, Erkkilä, Shaw and
Megill 2021, "Polis: Scaling deliberation by mapping high dimensional opinion spaces", Recerca 26(2), and the behaviour
of the Polis software where the paper leaves a number open; docs/polis.md says which is which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
AGREE, DISAGREE, PASS = 1.0, -1.0, 0.0
DIMENSIONS = 2


@dataclass(frozen=True, slots=True)
class OpinionMap:
    """What takes a participant's votes to a point.

    Args:
        centre: Shape (m,), the mean vote on each statement of those who saw it; 0 where nobody did.
        components: Shape (2, m), the two directions in which votes differ most, orthonormal, or 0 where there is none.
            The largest loading of each is positive.
        explained: Shape (2,), the share of the variance of the imputed votes that lies along each.
    """

    centre: Floats
    components: Floats
    explained: Floats

    def place(self, votes: Floats) -> Floats:
        """Where participants stand.

        A statement that somebody has not seen counts as the mean vote on it, which draws those who saw little to the
        middle; the point is therefore pushed out by the square root of (statements / statements seen), as Polis does.

        Args:
            votes: Shape (n, m).

        Returns:
            Shape (n, 2).
        """
        seen = np.isfinite(votes)
        scale = np.sqrt(votes.shape[1] / np.maximum(seen.sum(axis=1), 1))
        placed: Floats = _deviations(votes, self.centre) @ self.components.T * scale[:, None]
        return placed


def fit_map(votes: Floats, weights: Floats | None = None) -> OpinionMap:
    """The principal components of the votes, unseen statements imputed by the column's mean.

    Args:
        votes: Shape (n, m).
        weights: Shape (n,), how often each participant counts (in a resample); None counts each once.
    """
    w = np.ones(len(votes)) if weights is None else weights
    seen = np.isfinite(votes)
    total = w @ seen
    centre = np.divide(w @ np.where(seen, votes, 0.0), total, out=np.zeros(votes.shape[1]), where=total > 0)
    x = _deviations(votes[w > 0], centre) * np.sqrt(w[w > 0])[:, None]
    values, components = _leading(x)
    all_variance = float((x**2).sum())
    explained = values / all_variance if all_variance > 0 else np.zeros(DIMENSIONS)
    return OpinionMap(centre, components, explained)


def _deviations(votes: Floats, centre: Floats) -> Floats:
    return np.where(np.isfinite(votes), votes - centre, 0.0)


def _leading(x: Floats) -> tuple[Floats, Floats]:
    """The two largest eigenvalues of x'x and their vectors, from the smaller of x'x and xx'."""
    from scipy.linalg import eigh

    tall = x.shape[0] >= x.shape[1]
    gram = x.T @ x if tall else x @ x.T
    last, found = len(gram) - 1, min(DIMENSIONS, len(gram))
    values, vectors = eigh(gram, subset_by_index=[last - found + 1, last])
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1].T
    rows = vectors if tall else vectors @ x
    components = np.zeros((DIMENSIONS, x.shape[1]))
    for k, row in enumerate(rows):
        length = np.linalg.norm(row)
        # A direction without variance is rounding error, and would place people at random.
        if values[k] > 1e-9 * max(values[0], 1e-12) and length > 0:
            components[k] = row / length * np.sign(row[np.argmax(np.abs(row))])
    padded = np.zeros(DIMENSIONS)
    padded[:found] = values
    return padded, components
