"""Every rule against the same rule written by its definition, and many elections against one by one."""

from itertools import pairwise

import numpy as np
import plain
import pytest
from elections import profiles
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minipublic.graphs.social_choice import (
    borda,
    copeland,
    instant_runoff,
    kemeny_young,
    minimax,
    pairwise_counts,
    plurality,
    ranked_pairs,
    schulze,
    schulze_many,
)

SOME = settings(max_examples=25, deadline=None)
UNRANKED = st.sampled_from(("tied_last", "no_comparison"))
TIED_TOPS = st.sampled_from(("split", "whole"))


@SOME
@given(profiles(), UNRANKED)
def test_pairwise_rules(profile, unranked):
    ranks, weights = profile
    n, votes = ranks.shape[1], plain.votes(ranks, weights, unranked)
    counts = pairwise_counts(ranks, unranked, weights)
    assert all(counts[pair] == votes[pair] for pair in votes)
    assert copeland(ranks, unranked, weights=weights).tolist() == plain.copeland(votes, n)
    assert kemeny_young(ranks, unranked, weights=weights).tolist() == plain.kemeny_young(votes, n)
    for variant in ("winning", "margin", "opposition"):
        assert minimax(ranks, unranked, variant=variant, weights=weights).tolist() == plain.minimax(votes, n, variant)
    for variant in ("winning", "margin", "ratio"):
        assert schulze(ranks, unranked, variant=variant, weights=weights).tolist() == plain.schulze(votes, n, variant)


@SOME
@given(profiles(heavy=True), UNRANKED, st.sampled_from(("winning", "margin")))
def test_ranked_pairs_without_ties(profile, unranked, variant):
    ranks, weights = profile
    votes = plain.votes(ranks, weights, unranked)
    strengths = [s for pair in votes if (s := plain.strength(votes, *pair, variant))]
    assume(len(set(strengths)) == len(strengths))
    expected = plain.ranked_pairs(votes, ranks.shape[1], variant)
    assert ranked_pairs(ranks, unranked, variant=variant, weights=weights).tolist() == expected


@SOME
@given(profiles(), UNRANKED, TIED_TOPS)
def test_rules_of_first_places(profile, unranked, tied_tops):
    ranks, weights = profile
    expected = plain.plurality(ranks, weights, tied_tops)
    assert plurality(ranks, unranked, tied_tops=tied_tops, weights=weights).tolist() == expected
    expected = plain.instant_runoff(ranks, weights, tied_tops)
    assert instant_runoff(ranks, unranked, tied_tops=tied_tops, weights=weights).tolist() == expected


@SOME
@given(profiles())
def test_borda_has_the_usual_order(profile):
    ranks, weights = profile
    assert borda(ranks, weights=weights).tolist() == plain.borda(ranks, weights, "tied_last")


@st.composite
def elections(draw):
    """Ranks (elections, voters, candidates) and weights, whole in some elections and in some not."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    ranks = random.integers(0, shape[2], shape).astype(float)
    ranks[random.random(shape) < draw(st.sampled_from((0.0, 0.3)))] = np.nan
    units = random.choice([1.0, 0.1, 1 / 3], size=(shape[0], 1))
    return ranks, random.integers(0, 4, shape[:2]) * units


@SOME
@given(elections(), UNRANKED, st.sampled_from(("winning", "margin", "ratio")), st.booleans())
def test_many_elections_are_as_one_by_one(many, unranked, variant, weighted):
    ranks, weights = many[0], many[1] if weighted else np.ones(many[1].shape)
    found = schulze_many(ranks, unranked, variant=variant, weights=weights)
    single = [schulze(r, unranked, variant=variant, weights=w) for r, w in zip(ranks, weights, strict=True)]
    assert found.tolist() == [social.tolist() for social in single]
    if not weighted:
        assert found.tolist() == schulze_many(ranks, unranked, variant=variant).tolist()


def test_more_elections_than_are_worked_on_at_once():
    random = np.random.default_rng(5)
    ranks, weights = random.integers(0, 16, (1000, 9, 16)).astype(float), random.integers(0, 3, 9)
    found = schulze_many(ranks, weights=weights)
    for k in (0, 389, 390, 391, 999):
        assert found[k].tolist() == schulze(ranks[k], weights=weights).tolist()


def test_an_election_is_filled_up_with_silence():
    ranks = np.random.default_rng(6).permuted(np.tile(np.arange(5.0), (40, 7, 1)), axis=2)
    silent = np.concatenate([ranks, np.full((40, 3, 5), np.nan)], axis=1)
    assert schulze_many(silent).tolist() == schulze_many(ranks).tolist()
    others = np.concatenate([ranks, ranks[:, :3]], axis=1)
    assert schulze_many(others, weights=[1] * 7 + [0] * 3).tolist() == schulze_many(ranks).tolist()


def test_no_election_at_all():
    assert schulze_many(np.empty((0, 3, 4))).shape == (0, 4)


def test_kemeny_of_sixteen():
    random = np.random.default_rng(7)
    ranks = random.permuted(np.tile(np.arange(16.0), (9, 1)), axis=1)
    social = kemeny_young(ranks)
    counts = pairwise_counts(ranks)
    order = np.argsort(social, kind="stable")
    assert len(set(social.tolist())) == 16  # one best ranking, so that no two neighbours are better the other way round
    assert all(counts[a, b] >= counts[b, a] for a, b in pairwise(order))
    with pytest.raises(ValueError, match="16 candidates at most, not 17"):
        kemeny_young(np.arange(17.0)[None])


def test_sums_that_differ_by_rounding_tie():
    # 0.1 + 0.2 is not 0.3 in floats; A and B tie for those who wrote these weights.
    assert schulze([[0, 1], [0, 1], [1, 0]], weights=[0.1, 0.2, 0.3]).tolist() == [0, 0]
    assert plurality([[0, 1], [0, 1], [1, 0]], weights=[0.1, 0.2, 0.3]).tolist() == [0, 0]
    assert schulze([[0, 1], [0, 1], [1, 0]], weights=[0.1, 0.2, 0.3000001]).tolist() == [1, 0]


def test_whole_weights_are_exact():
    most = 2**52
    assert schulze([[0, 1], [1, 0]], weights=[most - 1, most]).tolist() == [1, 0]
    assert plurality([[0, 1], [1, 0]], weights=[most - 1, most]).tolist() == [1, 0]
    # 1/3 three times is one vote, and a third of a vote of millions is seen.
    thirds = [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert plurality(thirds, weights=[1, 1, 1, 10**9, 10**9, 10**9]).tolist() == [0, 0, 0]
    assert plurality([[0, 0, 0, 1], [1, 1, 1, 0]], weights=[3 * 10**9 + 1, 10**9]).tolist() == [0, 0, 0, 1]
