"""What the rules refuse, their options, their names, and how ties are broken."""

import inspect
from collections import Counter

import numpy as np
import pytest
from elections import NAN, profiles, read, told
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.graphs import social_choice
from minipublic.graphs.social_choice import (
    RULES,
    ChoiceError,
    approval,
    break_ties,
    instant_runoff,
    plurality,
    rule_named,
    schulze,
    schulze_many,
    winners,
)


def test_exports():
    assert social_choice.__all__ == sorted(
        social_choice.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )
    assert set(RULES) <= set(social_choice.__all__)
    assert issubclass(ChoiceError, ValueError)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_begins_alike(name):
    parameters = list(inspect.signature(RULES[name]).parameters.values())
    assert [p.name for p in parameters[:2]] == ["ranks", "unranked"]
    assert parameters[1].default == "tied_last"
    assert parameters[-1].name == "weights"
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters[2:])


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    ("ranks", "options", "message"),
    [
        ([0, 1, 2], {}, r"shape \(voters, candidates\), not \(3,\)"),
        ([[[0, 1]]], {}, r"shape \(voters, candidates\), not \(1, 1, 2\)"),
        (np.empty((0, 3)), {}, r"there are no voters: \(0, 3\)"),
        (np.empty((3, 0)), {}, r"there are no candidates: \(3, 0\)"),
        ([[0, 1], [2]], {}, "must be numbers in the shape"),
        ([["a", "b"]], {}, "must be numbers in the shape"),
        ([[0, 1], [0, np.inf]], {}, r"infinite \(voter 1, candidate 1\); leave an unranked candidate NaN"),
        ([[0, 1]], {"unranked": "last"}, "unranked: 'last' is not tied_last or no_comparison"),
        ([[0, 1]], {"weights": [1, 1]}, r"weights must have the shape \(1,\), one per ballot, not \(2,\)"),
        ([[0, 1]], {"weights": [-1]}, r"from 0 up, not -1\.0"),
        ([[0, 1]], {"weights": [np.nan]}, "from 0 up, not nan"),
        ([[0, 1], [1, 0]], {"weights": [1e308, 1e308]}, r"at most 1e\+100, not 1e\+308"),
    ],
)
def test_what_every_rule_refuses(name, ranks, options, message):
    with pytest.raises(ChoiceError, match=message):
        RULES[name](ranks, **options)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("minimax", {"variant": "ratio"}, "variant: 'ratio' is not winning, margin or opposition"),
        ("schulze", {"variant": "opposition"}, "variant: 'opposition' is not winning, margin or ratio"),
        ("ranked_pairs", {"variant": "ratio"}, "variant: 'ratio' is not winning or margin"),
        ("copeland", {"variant": "margin"}, r"copeland takes no option 'variant' \(it takes unranked\)"),
        ("plurality", {"tied_tops": "none"}, "tied_tops: 'none' is not split or whole"),
        ("instant_runoff", {"tied_eliminations": "random"}, "is not together, previous_rounds, pairwise or seeded"),
        ("instant_runoff", {"tied_eliminations": "seeded"}, "seed: tied_eliminations 'seeded' needs one"),
        ("approval", {"k": 0}, "k: 0 is no whole number from 1 up"),
        ("approval", {"k": "two"}, "k: 'two' is no whole number"),
        ("schulze", {"unranked": "none"}, "unranked: 'none' is not"),
        ("shulze", {}, r"no rule 'shulze'; did you mean 'schulze'\? \(there are plurality, approval"),
        ("ranked pairs", {}, "did you mean 'ranked_pairs'"),
        ("dictator", {}, r"no rule 'dictator' \(there are"),
    ],
)
def test_a_wrong_name_or_option_is_told_at_once(name, options, message):
    with pytest.raises(ChoiceError, match=message):
        rule_named(name, **options)


def test_a_rule_by_name_has_its_options():
    assert rule_named("schulze") is schulze
    ranks, weights = read("3 A; 2 B>A", "AB")
    assert told(rule_named("schulze", unranked="no_comparison")(ranks, weights=weights), "AB") == "B > A"


def test_none_is_unranked():
    assert schulze([[0, None], [0, 1]]).tolist() == [0, 1]


def test_tied_tops():
    ranks, weights = read("4 A=B=C; 3 D; 1 A", "ABCD")
    # Split: A 4/3 + 1, B and C 4/3, D 3. Whole: A 5, B and C 4, D 3.
    assert told(plurality(ranks, weights=weights), "ABCD") == "D > A > B = C"
    assert told(plurality(ranks, weights=weights, tied_tops="whole"), "ABCD") == "A > B = C > D"


def runoff(text, candidates, tied_eliminations, seed=None):
    ranks, weights = read(text, candidates)
    return told(instant_runoff(ranks, weights=weights, tied_eliminations=tied_eliminations, seed=seed), candidates)


def test_tied_eliminations():
    # First places A 5, B 4, C 3, D 2. D goes, and C draws level with B.
    text = "5 A; 4 B>A; 3 C>A; 1 D>C>A; 1 D>A"
    assert runoff(text, "ABCD", "together") == "A > B = C > D"
    assert runoff(text, "ABCD", "previous_rounds") == "A > B > C > D"  # C had fewer before
    # X and Y had 5 and 4, then 5 and 6 by D's ballots, then 7 each by E's: the later of the two differences decides.
    turning = "20 A; 5 X; 4 Y; 2 D>Y; 2 E>X; 1 E>Y"
    assert runoff(turning, "AXYDE", "previous_rounds") == "A > Y > X > E > D"
    # Two went level from the first round on: they go together, unless their pairs tell them apart.
    level = "3 A; 2 B; 2 C>B"
    assert runoff(level, "ABC", "previous_rounds") == runoff(level, "ABC", "together") == "A > B = C"
    assert runoff(level, "ABC", "pairwise") == "B > A > C"  # B over A 4 to 3 and over C 2 to 2; C under A 2 to 3


def test_seeded_eliminations():
    level = "2 A; 2 B; 2 C"
    orders = Counter(runoff(level, "ABC", "seeded", seed) for seed in range(300))
    assert len(orders) == 6
    assert min(orders.values()) > 24  # of 50 expected, four standard deviations
    assert runoff(level, "ABC", "seeded", 9) == runoff(level, "ABC", "seeded", 9)


def test_winners():
    assert winners([1, 0, 2, 0]).tolist() == [1, 3]


@settings(max_examples=25, deadline=None)
@given(profiles(), st.sampled_from(("tied_last", "no_comparison")), st.integers(0, 2**70))
def test_breaking_ties_keeps_the_order(profile, unranked, seed):
    ranks, weights = profile
    social = schulze(ranks, unranked, weights=weights)
    broken = break_ties(social, ranks, seed, unranked, weights=weights)
    assert sorted(broken.tolist()) == list(range(len(social)))
    assert all(broken[a] < broken[b] for a in range(len(social)) for b in range(len(social)) if social[a] < social[b])
    assert broken.tolist() == break_ties(social, ranks, seed, unranked, weights=weights).tolist()


def firsts(ranks, weights, unranked="tied_last", seeds=400):
    tied = [0] * np.asarray(ranks).shape[1]
    return Counter(int(np.argmin(break_ties(tied, ranks, seed, unranked, weights=weights))) for seed in range(seeds))


def test_a_random_ballot_decides():
    found = firsts([[0, 1], [1, 0]], [3, 1])
    assert abs(found[0] - 300) < 35  # four standard deviations
    assert firsts([[0, 1], [1, 0]], [1, 0]) == {0: 400}
    assert firsts([[0, 1], [0, 1]], None) == {0: 400}


def test_the_next_ballot_decides_what_the_first_leaves_tied():
    ranks, weights = read("9 A=B>C; 1 B>A>C", "ABC")
    assert firsts(ranks, weights) == {1: 400}  # whoever is drawn first, B is above A and A above C
    assert break_ties([0, 0, 0], ranks, 4, weights=weights).tolist() == [1, 0, 2]


def test_chance_decides_what_no_ballot_does():
    found = firsts([[0, 0, 1]], None)
    assert set(found) == {0, 1}
    assert abs(found[0] - 200) < 40
    assert len(firsts([[NAN, NAN]], None)) == 2


def test_with_no_comparison_a_ballot_that_leaves_one_out_is_passed_over():
    ranks, weights = read("9 A; 1 B>A", "AB")
    assert firsts(ranks, weights, "no_comparison") == {1: 400}
    found = firsts(ranks, weights)
    assert abs(found[0] - 360) < 24


def test_only_tied_candidates_are_touched():
    ranks, _ = read("1 C>B>A>D", "ABCD")
    assert break_ties([0, 1, 1, 0], ranks, 0).tolist() == [0, 3, 2, 1]


def test_what_breaking_ties_refuses():
    with pytest.raises(ChoiceError, match="one number for each of 2 candidates"):
        break_ties([0], [[0, 1]], 0)
    with pytest.raises(ChoiceError, match="weights are finite"):
        break_ties([0, 0], [[0, 1]], 0, weights=[-1])


def test_many_refuses_one():
    with pytest.raises(ChoiceError, match=r"shape \(elections, voters, candidates\), not \(1, 2\)"):
        schulze_many([[0, 1]])
    with pytest.raises(ChoiceError, match=r"infinite \(election 0, voter 0, candidate 1\)"):
        schulze_many([[[0, np.inf]]])
    with pytest.raises(ChoiceError, match="variant: 'opposition' is not"):
        schulze_many([[[0, 1]]], variant="opposition")


@pytest.mark.parametrize("seed", [-1, "a", 0.5, None])
def test_a_seed_is_a_whole_number_from_0_up(seed):
    with pytest.raises(ChoiceError, match="is no whole number from 0 up"):
        break_ties([0, 0], [[0, 1]], seed)


def test_numbers_of_numpys_are_numbers():
    ranks = [[0, 1, 2], [2, 0, 1]]
    assert approval(ranks, k=np.int64(2)).tolist() == approval(ranks, k=2).tolist()
    assert break_ties([0, 0, 0], ranks, np.int64(3)).tolist() == break_ties([0, 0, 0], ranks, 3).tolist()
