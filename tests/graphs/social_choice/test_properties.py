"""What each rule promises, on random profiles; `test_failings.py` shows the promises that some do not keep."""

import numpy as np
import pytest
from elections import profiles
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minipublic.graphs.social_choice import RULES, pairwise_counts, rule_named, winners

SOME = settings(max_examples=25, deadline=None)
UNRANKED = st.sampled_from(("tied_last", "no_comparison"))


def named(text):
    """Such as "schulze margin": a rule and its variant."""
    name, *variant = text.split()
    return rule_named(name, **({"variant": variant[0]} if variant else {}))


def any_of(*texts):
    return st.sampled_from(texts).map(lambda text: (text, named(text)))


SCHULZE = ("schulze winning", "schulze margin", "schulze ratio")
PAIRS = ("ranked_pairs winning", "ranked_pairs margin")
MINIMAX = ("minimax winning", "minimax margin")
PAIRWISE = ("copeland", "kemeny_young", *SCHULZE, *PAIRS)
EVERY = (*PAIRWISE, *MINIMAX, "minimax opposition", "plurality", "approval", "borda", "instant_runoff")


def won(rule, *args, **kwargs):
    return set(winners(rule(*args, **kwargs)).tolist())


@SOME
@given(any_of(*EVERY), profiles(), UNRANKED)
def test_social_ranks_are_dense(rule, profile, unranked):
    ranks, weights = profile
    social = rule[1](ranks, unranked, weights=weights)
    assert social.dtype == np.int64
    assert social.shape == (ranks.shape[1],)
    assert sorted(set(social.tolist())) == list(range(max(social) + 1))


@SOME
@given(any_of(*EVERY), profiles(), UNRANKED, st.randoms(use_true_random=False))
def test_anonymity(rule, profile, unranked, random):
    ranks, weights = profile
    order = random.sample(range(len(ranks)), len(ranks))
    before, after = rule[1](ranks, unranked, weights=weights), rule[1](ranks[order], unranked, weights=weights[order])
    assert before.tolist() == after.tolist()


@SOME
@given(any_of(*EVERY), profiles(), UNRANKED, st.randoms(use_true_random=False))
def test_neutrality(rule, profile, unranked, random):
    ranks, weights = profile
    order = random.sample(range(ranks.shape[1]), ranks.shape[1])
    before, after = rule[1](ranks, unranked, weights=weights), rule[1](ranks[:, order], unranked, weights=weights)
    assert before[order].tolist() == after.tolist()


@SOME
@given(any_of(*EVERY), profiles(), UNRANKED)
def test_weights_are_repeated_ballots(rule, profile, unranked):
    ranks, weights = profile
    assume(weights.sum())
    repeated = np.repeat(ranks, weights, axis=0)
    assert rule[1](ranks, unranked, weights=weights).tolist() == rule[1](repeated, unranked).tolist()


@SOME
@given(any_of(*EVERY), profiles(), UNRANKED, st.sampled_from((0.1, 1 / 3, 1e-6, 7.77)))
def test_weights_of_any_unit(rule, profile, unranked, unit):
    ranks, weights = profile
    scaled = rule[1](ranks, unranked, weights=weights * unit)
    assert scaled.tolist() == rule[1](ranks, unranked, weights=weights).tolist()


@SOME
@given(any_of(*EVERY), profiles(), UNRANKED)
def test_only_the_order_of_a_ballot_counts(rule, profile, unranked):
    ranks, weights = profile
    stretched = np.exp(ranks) - 5
    assert rule[1](stretched, unranked, weights=weights).tolist() == rule[1](ranks, unranked, weights=weights).tolist()


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("unranked", ["tied_last", "no_comparison"])
def test_silence_ties_everybody(name, unranked):
    for ranks in ([[np.nan] * 3] * 4, [[1.0, 1.0, 1.0]]):
        assert RULES[name](ranks, unranked).tolist() == [0, 0, 0]
    assert RULES[name]([[0, 1, 2]], unranked, weights=[0]).tolist() == [0, 0, 0]
    assert RULES[name]([[np.nan]], unranked).tolist() == [0]


def beaten(ranks, weights, unranked):
    counts = pairwise_counts(ranks, unranked, weights)
    return counts < counts.T


@SOME
@given(any_of(*PAIRWISE, *MINIMAX), profiles(), UNRANKED)
def test_condorcet_winner(rule, profile, unranked):
    ranks, weights = profile
    lost = beaten(ranks, weights, unranked)
    champion = np.flatnonzero(lost.sum(axis=0) == len(lost) - 1)
    assume(len(champion))
    assert won(rule[1], ranks, unranked, weights=weights) == set(champion.tolist())


@SOME
@given(any_of(*PAIRWISE, "borda"), profiles(fewest=2), UNRANKED)
def test_condorcet_loser(rule, profile, unranked):
    ranks, weights = profile
    lost = beaten(ranks, weights, unranked)
    loser = np.flatnonzero(lost.sum(axis=1) == len(lost) - 1)
    assume(len(loser))
    assert not won(rule[1], ranks, unranked, weights=weights) & set(loser.tolist())


@SOME
@given(st.sampled_from(("seeded", "pairwise", "previous_rounds")), profiles(strict=True, fewest=2, heavy=True))
def test_condorcet_loser_by_instant_runoff(tied_eliminations, profile):
    ranks, weights = profile  # complete ballots and no ties: the last two meet
    lost = beaten(ranks, weights, "tied_last")
    loser = np.flatnonzero(lost.sum(axis=1) == len(lost) - 1)
    assume(len(loser))
    rule = rule_named("instant_runoff", tied_eliminations=tied_eliminations, seed=1)
    assert not won(rule, ranks, weights=weights) & set(loser.tolist())


@SOME
@given(any_of(*PAIRWISE), profiles(), UNRANKED)
def test_the_smith_set_holds_the_winners(rule, profile, unranked):
    ranks, weights = profile
    assert won(rule[1], ranks, unranked, weights=weights) <= smith_set(beaten(ranks, weights, unranked))


def smith_set(lost):
    """The smallest set of which everybody beats everybody outside."""
    follows = ~lost  # whom somebody does not lose to belongs to a set only together with that somebody
    for via in range(len(follows)):
        follows |= follows[:, via, None] & follows[via]
    return set(np.flatnonzero(follows.all(axis=1)).tolist())


@SOME
@given(
    any_of(*PAIRWISE, *MINIMAX, "minimax opposition", "plurality", "instant_runoff"),
    profiles(fewest=2),
    st.data(),
    UNRANKED,
)
def test_majority(rule, profile, data, unranked):
    ranks, weights = profile
    favourite = data.draw(st.integers(0, ranks.shape[1] - 1))
    extra = np.where(np.arange(ranks.shape[1]) == favourite, -1.0, np.nan_to_num(ranks[0]))
    ballots, counted = np.vstack([ranks, extra]), [*weights, weights.sum() + 1]
    assert won(rule[1], ballots, unranked, weights=counted) == {favourite}


def raised(ranks, candidate, ballot, places):
    """The ranks with a candidate higher on one ballot; a silent one ranks it below all it had ranked."""
    after = ranks.copy()
    place = after[ballot, candidate]
    after[ballot, candidate] = ranks.shape[1] if np.isnan(place) else place - places
    return after


@SOME
@given(
    any_of("copeland", "kemeny_young", *SCHULZE, *MINIMAX, "minimax opposition", "plurality", "approval", "borda"),
    profiles(fewest=2),
    st.data(),
)
def test_monotonicity(rule, profile, data):
    ranks, weights = profile
    winner = data.draw(st.sampled_from(sorted(won(rule[1], ranks, weights=weights))))
    ballot, places = data.draw(st.integers(0, len(ranks) - 1)), data.draw(st.sampled_from((0.5, 1.0, 2.5, 9.0)))
    after = won(rule[1], raised(ranks, winner, ballot, places), weights=weights)
    assert winner in after
    if not rule[0].startswith("schulze"):
        assert after <= won(rule[1], ranks, weights=weights)


def without_ties(ranks, weights):
    """No two victories are as strong as each other, and no pair ties."""
    counts = pairwise_counts(ranks, weights=weights)
    pairs = np.triu_indices(len(counts), 1)
    margins, winning = abs(counts - counts.T)[pairs], np.maximum(counts, counts.T)[pairs]
    return margins.all() and all(len(set(x.tolist())) == len(x) for x in (margins, winning))


@SOME
@given(any_of(*PAIRS), profiles(fewest=2, most=4, heavy=True), st.data())
def test_monotonicity_of_ranked_pairs(rule, profile, data):
    ranks, weights = profile
    [winner] = sorted(won(rule[1], ranks, weights=weights)) if without_ties(ranks, weights) else [None]
    assume(winner is not None)
    ballot, places = data.draw(st.integers(0, len(ranks) - 1)), data.draw(st.sampled_from((0.5, 1.0, 2.5, 9.0)))
    after = raised(ranks, winner, ballot, places)
    assume(without_ties(after, weights))
    assert won(rule[1], after, weights=weights) == {winner}


def cloned(ranks, candidate, data):
    """The ranks with a copy of a candidate next to it, above, below or tied; tied where others tie with the candidate."""
    sides = data.draw(st.lists(st.sampled_from((-0.5, 0.0, 0.5)), min_size=len(ranks), max_size=len(ranks)))
    alone = (ranks == ranks[:, [candidate]]).sum(axis=1) == 1
    return np.column_stack([ranks, ranks[:, candidate] + np.where(alone, sides, 0)])


def original(found, candidate, copy):
    return {candidate if k == copy else k for k in found}


@SOME
@given(any_of(*SCHULZE), profiles(), st.data(), UNRANKED)
def test_clones_by_schulze(rule, profile, data, unranked):
    ranks, weights = profile
    candidate = data.draw(st.integers(0, ranks.shape[1] - 1))
    after = won(rule[1], cloned(ranks, candidate, data), unranked, weights=weights)
    assert original(after, candidate, ranks.shape[1]) == won(rule[1], ranks, unranked, weights=weights)


@SOME
@given(any_of(*PAIRS), profiles(most=4, heavy=True), st.data())
def test_clones_by_ranked_pairs(rule, profile, data):
    ranks, weights = profile
    assume(without_ties(ranks, weights))
    candidate = data.draw(st.integers(0, ranks.shape[1] - 1))
    after = won(rule[1], cloned(ranks, candidate, data), weights=weights)
    assert original(after, candidate, ranks.shape[1]) == won(rule[1], ranks, weights=weights)


@SOME
@given(profiles(most=4, heavy=True, strict=True), st.data())
def test_clones_by_instant_runoff(profile, data):
    ranks, weights = profile
    rule = rule_named("instant_runoff")
    assume(len(set(rule(ranks, weights=weights).tolist())) == ranks.shape[1])  # nobody goes together with another
    candidate = data.draw(st.integers(0, ranks.shape[1] - 1))
    twice = cloned(ranks, candidate, data)
    assume(len(set(rule(twice, weights=weights).tolist())) == ranks.shape[1] + 1)
    after = won(rule, twice, weights=weights)
    assert original(after, candidate, ranks.shape[1]) == won(rule, ranks, weights=weights)


@SOME
@given(any_of(*PAIRWISE, "borda"), profiles(complete=True, fewest=2))
def test_reversal_symmetry(rule, profile):
    ranks, weights = profile
    first = won(rule[1], ranks, weights=weights)
    assume(len(first) == 1)
    assert not first & won(rule[1], -ranks, weights=weights)


@SOME
@given(profiles(), st.sampled_from(("split", "whole")), st.sampled_from(("together", "previous_rounds", "seeded")))
def test_both_readings_of_unranked_run_off_alike(profile, tied_tops, tied_eliminations):
    ranks, weights = profile
    rule = rule_named("instant_runoff", tied_tops=tied_tops, tied_eliminations=tied_eliminations, seed=3)
    apart = [rule(ranks, unranked, weights=weights).tolist() for unranked in ("tied_last", "no_comparison")]
    assert apart[0] == apart[1]
