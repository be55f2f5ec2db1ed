"""Made-up conversations with known groups."""

import numpy as np


def camps(random, sizes, m=20, divided=10, sure=0.9, seen=1.0):
    """Votes (n, m) and true labels: camp g agrees with every divided statement of parity g, all agree with the rest."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    wanted = np.ones((len(sizes), m))
    for g in range(len(sizes)):
        wanted[g, :divided] = np.where(np.arange(divided) % len(sizes) == g, 1, -1)
    votes = wanted[labels] * np.where(random.random((len(labels), m)) < sure, 1, -1)
    return np.where(random.random(votes.shape) < seen, votes, np.nan), labels
