"""The promises that a rule does not keep, each by a profile worked out by hand."""

import pytest
from elections import read, told

from minipublic.graphs.social_choice import pairwise_counts, rule_named


def order(rule, text, candidates, sign=1, **options):
    ranks, weights = read(text, candidates)
    return told(rule_named(rule, **options)(sign * ranks, weights=weights), candidates)


def first(rule, text, candidates, sign=1, **options):
    return order(rule, text, candidates, sign, **options).split(" > ")[0]


def champion(text, candidates):
    """Who beats everybody, and who loses to everybody."""
    ranks, weights = read(text, candidates)
    counts = pairwise_counts(ranks, weights=weights)
    wins = (counts > counts.T).sum(axis=1).tolist()
    losses = (counts < counts.T).sum(axis=1).tolist()
    most = len(candidates) - 1
    return (
        candidates[wins.index(most)] if most in wins else None,
        candidates[losses.index(most)] if most in losses else None,
    )


def test_plurality_elects_a_condorcet_loser_in_either_direction():
    text = "4 A>B>C; 3 B>C>A; 2 C>B>A"
    assert champion(text, "ABC") == ("B", "A")
    assert first("plurality", text, "ABC") == "A"
    assert first("plurality", text, "ABC", sign=-1) == "A"  # 5 have it last


def test_plurality_is_split_by_a_clone():
    assert first("plurality", "5 A>B; 4 B>A", "AB") == "A"
    assert first("plurality", "3 A>D>B; 2 D>A>B; 4 B>A>D", "ABD") == "B"


def test_approval_passes_by_a_majority():
    text = "3 A>B; 2 B"  # A is the first choice of 3 in 5, but all approve B
    assert champion(text, "AB") == ("A", "B")
    assert first("approval", text, "AB") == "B"


def test_borda_passes_by_a_majority():
    text = "3 A>B>C; 2 B>C>A"  # points 6, 7, 2
    assert champion(text, "ABC")[0] == "A"
    assert first("borda", text, "ABC") == "B"


def test_borda_is_moved_by_a_clone():
    assert first("borda", "3 A>B; 2 B>A", "AB") == "A"
    assert first("borda", "3 A>B>C; 2 B>C>A", "ABC") == "B"  # C stands next to B on every ballot


def test_copeland_is_moved_by_a_clone():
    cycle = "1 A>B>C; 1 B>C>A; 1 C>A>B"
    assert first("copeland", cycle, "ABC") == "A = B = C"
    assert (
        first("copeland", "1 A>D>B>C; 1 B>C>A>D; 1 C>A>D>B", "ABCD") == "A = C"
    )  # a clone D of A, and B no longer wins


# A, B and C go in circles, 6 against 3; each beats D by 5 to 4.
CIRCLE_AND_D = "2 D>A>B>C; 1 A>B>C>D; 1 D>B>C>A; 2 B>C>A>D; 1 D>C>A>B; 2 C>A>B>D"


@pytest.mark.parametrize("variant", ["winning", "margin", "opposition"])
def test_minimax_elects_a_condorcet_loser_in_either_direction(variant):
    assert champion(CIRCLE_AND_D, "ABCD") == (None, "D")
    assert first("minimax", CIRCLE_AND_D, "ABCD", variant=variant) == "D"
    assert first("minimax", CIRCLE_AND_D, "ABCD", sign=-1, variant=variant) == "D"
    for rule in ("borda", "copeland", "ranked_pairs", "schulze", "kemeny_young"):
        assert first(rule, CIRCLE_AND_D, "ABCD") == "A = B = C"


@pytest.mark.parametrize("variant", ["winning", "margin", "opposition"])
def test_minimax_is_moved_by_clones(variant):
    assert first("minimax", "5 A>D; 4 D>A", "AD", variant=variant) == "A"
    # B and C stand next to A on every ballot of the circle, and D wins.
    assert first("minimax", CIRCLE_AND_D, "ABCD", variant=variant) == "D"


def test_kemeny_is_moved_by_a_clone():
    assert order("kemeny_young", "6 A>B>C; 4 B>C>A; 5 C>A>B", "ABC") == "A > B > C"
    # With a clone D, whoever puts C above A is contradicted twice, and whoever puts B above C once.
    assert order("kemeny_young", "6 A>D>B>C; 4 B>C>A>D; 5 C>A>D>B", "ABCD") == "C > A > D > B"


def test_instant_runoff_passes_by_a_condorcet_winner():
    text = "4 A>B>C; 2 B>A>C; 3 C>B>A"
    assert champion(text, "ABC")[0] == "B"
    assert first("instant_runoff", text, "ABC") == "A"


def test_instant_runoff_punishes_a_rise():
    assert order("instant_runoff", "39 A>B>C; 35 B>C>A; 26 C>A>B", "ABC") == "A > B > C"  # C goes, A 65
    # Ten of the 35 put A from last to first. Now B goes, and its 25 ballots go to C.
    assert order("instant_runoff", "49 A>B>C; 25 B>C>A; 26 C>A>B", "ABC") == "C > A > B"


def test_instant_runoff_elects_the_same_in_either_direction():
    text = "2 A>B>C; 2 B>C>A; 1 C>A>B"
    assert first("instant_runoff", text, "ABC") == "A"
    assert first("instant_runoff", text, "ABC", sign=-1) == "A"


def test_going_together_can_elect_a_condorcet_loser():
    text = "4 A>B>C; 3 B>C>A; 3 C>B>A"
    assert champion(text, "ABC") == ("B", "A")
    assert order("instant_runoff", text, "ABC") == "A > B = C"
    assert order("instant_runoff", text, "ABC", tied_eliminations="pairwise") == "B > A > C"


def test_tied_victories_of_ranked_pairs_fall_out_together():
    # A circle of equal victories decides nothing; D, beaten by all, comes last.
    text = "1 A>B>C>D; 1 B>C>A>D; 1 C>A>B>D"
    assert order("ranked_pairs", text, "ABCD") == "A = B = C > D"


def test_a_tied_victory_falls_to_stronger_ones_alone():
    # By 10 to 6: A over B, B over C, D over C. By 9 to 7: C over A, which contradicts the first two, and A over D,
    # which is on a circle only with that. So A over D stays.
    strong = "2 A>B>C>D; 2 D>C>A>B; 2 B>C>A>D; 2 D>A>B>C; 2 D>C>A>B; 2 B>A>D>C"
    weak = "1 C>A>B>D; 1 D>B>C>A; 1 A>D>B>C; 1 C>B>A>D"
    ranks, weights = read(f"{strong}; {weak}", "ABCD")
    votes = [[0, 10, 7, 9], [6, 0, 10, 8], [9, 6, 0, 6], [7, 8, 10, 0]]
    assert pairwise_counts(ranks, weights=weights).tolist() == votes
    for variant in ("winning", "margin"):
        assert order("ranked_pairs", f"{strong}; {weak}", "ABCD", variant=variant) == "A > B = D > C"
