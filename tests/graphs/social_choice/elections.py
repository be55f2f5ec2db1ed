"""Profiles as text, and what random ones are made of."""

import numpy as np
from hypothesis import strategies as st

NAN = float("nan")


def read(text, candidates):
    """Ranks and weights from such as "3 A>B=C; 2 C": how many ballots, and the order; who is not named is unranked."""
    lines = [line.split(maxsplit=1) for line in text.split(";") if line.strip()]
    orders = [[tier.split("=") for tier in order.replace(" ", "").split(">")] for _, order in lines]
    return from_tiers(orders, list(candidates)), [int(n) for n, _ in lines]


def from_tiers(orders, candidates):
    ranks = np.full((len(orders), len(candidates)), NAN)
    for ballot, tiers in zip(ranks, orders, strict=True):
        for place, tier in enumerate(tiers):
            ballot[[candidates.index(name) for name in tier]] = place
    return ranks


def told(social_ranks, candidates):
    """Social ranks as text such as "B > A = C"."""
    tiers = [
        [name for name, rank in zip(candidates, social_ranks, strict=True) if rank == place]
        for place in range(int(max(social_ranks)) + 1)
    ]
    return " > ".join(" = ".join(tier) for tier in tiers)


@st.composite
def profiles(draw, complete=False, strict=False, fewest=1, most=5, voters=7, heavy=False):
    """Ranks (voters, candidates) and whole weights; heavy ones hardly ever tie."""
    candidates = draw(st.integers(fewest, most))
    place = st.integers(0, candidates - 1)
    ballot = (
        st.permutations(range(candidates))
        if strict
        else st.lists(place if complete else st.one_of(place, st.just(NAN)), min_size=candidates, max_size=candidates)
    )
    ballots = draw(st.lists(ballot, min_size=3 if heavy else 1, max_size=voters))
    weight = st.integers(1, 10**6) if heavy else st.integers(0, 4)
    weights = draw(st.lists(weight, min_size=len(ballots), max_size=len(ballots)))
    return np.array(ballots, dtype=float), np.array(weights)
