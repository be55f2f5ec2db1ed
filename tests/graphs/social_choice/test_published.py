"""Published profiles: those typed in here, and the shared ones, which are only read."""

import json

import numpy as np
import pytest
from elections import NAN, from_tiers, read, told

from minipublic.graphs.social_choice import instant_runoff, pairwise_counts, rule_named, winners

# The voters of Tennessee choose a capital by distance: every textbook's example.
TENNESSEE = "42 M>N>C>K; 26 N>C>K>M; 15 C>K>N>M; 17 K>C>N>M"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("plurality", "M > N > K > C"),
        ("borda", "N > C > M > K"),
        ("copeland", "N > C > K > M"),
        ("minimax", "N > M > C > K"),
        ("ranked_pairs", "N > C > K > M"),
        ("schulze", "N > C > K > M"),
        ("kemeny_young", "N > C > K > M"),
        ("instant_runoff", "K > M > N > C"),
        ("approval", "M = N = C = K"),
    ],
)
def test_tennessee(rule, expected):
    ranks, weights = read(TENNESSEE, "MNCK")
    assert told(rule_named(rule)(ranks, weights=weights), "MNCK") == expected


def test_tennessee_approving_two():
    ranks, weights = read(TENNESSEE, "MNCK")
    # M 42, N 42 + 26, C 26 + 15 + 17, K 15 + 17
    assert told(rule_named("approval", k=2)(ranks, weights=weights), "MNCK") == "N > C > M > K"


# Schulze 2011, the example of 45 voters, also on the rule's page in Wikipedia, which gives the table of the votes.
SCHULZE_45 = "5 A>C>B>E>D; 5 A>D>E>C>B; 8 B>E>D>A>C; 3 C>A>B>E>D; 7 C>A>E>B>D; 2 C>B>A>D>E; 7 D>C>E>B>A; 8 E>B>A>D>C"
VOTES_45 = [[0, 20, 26, 30, 22], [25, 0, 16, 33, 18], [19, 29, 0, 17, 24], [15, 12, 28, 0, 14], [23, 27, 21, 31, 0]]


def test_schulze_of_45_voters():
    ranks, weights = read(SCHULZE_45, "ABCDE")
    assert pairwise_counts(ranks, weights=weights).tolist() == VOTES_45
    for variant in ("winning", "margin", "ratio"):
        social = rule_named("schulze", variant=variant)(ranks, weights=weights)
        assert told(social, "ABCDE") == "E > A > C > B > D"


# Schulze 2011, example 10: how strong a victory is decides who wins.
SCHULZE_10 = "6 A>B>C>D; 8 A=B; 8 A=C; 18 A=C>D; 8 A=C=D; 40 B; 4 C>B>D; 9 C>D>A; 8 C=D; 14 D>A>B; 11 D>B>C; 4 D>C>A"


@pytest.mark.parametrize(("variant", "winner"), [("margin", "A"), ("ratio", "B"), ("winning", "D")])
def test_schulze_of_three_strengths(variant, winner):
    ranks, weights = read(SCHULZE_10, "ABCD")
    social = rule_named("schulze", variant=variant)(ranks, weights=weights)
    assert told(social, "ABCD").startswith(f"{winner} >")


def test_minimax_opposition_passes_by_a_condorcet_winner():
    # Wikipedia, "Minimax Condorcet method": A beats both others, and yet more voters oppose it than oppose C.
    ranks, weights = read("4 A=C>B; 47 A>C>B; 43 C>B>A; 6 B>A=C", "ABC")
    for variant, expected in (("winning", "A > C > B"), ("margin", "A > C > B"), ("opposition", "C > A > B")):
        assert told(rule_named("minimax", variant=variant)(ranks, weights=weights), "ABC") == expected


def test_a_dictated_cycle_by_ranked_pairs():
    ranks, weights = read("40 A>B>C; 35 B>C>A; 25 C>A>B", "ABC")
    for variant in ("winning", "margin"):
        assert told(rule_named("ranked_pairs", variant=variant)(ranks, weights=weights), "ABC") == "A > B > C"


METHODS = {
    "Schulze Winning": ("schulze", {"variant": "winning"}),
    "Schulze Margin": ("schulze", {"variant": "margin"}),
    "Schulze Ratio": ("schulze", {"variant": "ratio"}),
    "Ranked Pairs Winning": ("ranked_pairs", {"variant": "winning"}),
    "Ranked Pairs Margin": ("ranked_pairs", {"variant": "margin"}),
    "Minimax Winning": ("minimax", {"variant": "winning"}),
    "Minimax Margin": ("minimax", {"variant": "margin"}),
    "Minimax Opposition": ("minimax", {"variant": "opposition"}),
    "Borda Count": ("borda", {}),
    "Copeland": ("copeland", {}),
    "KemenyYoung": ("kemeny_young", {}),
    # Two of its profiles end in a tie that their source breaks by pairwise victories; so does this, and none is left out.
    "InstantRunoff": ("instant_runoff", {"tied_eliminations": "pairwise"}),
}


def folder_of(data):
    folder = data / "social_choice"
    if not folder.is_dir():
        pytest.skip(f"there are no published profiles in {data}")
    return folder


def test_every_shared_profile(data):
    """Condorcet PHP's published profiles, each with ballots counted by weight and written out one by one."""
    wrong, checked = [], 0
    profiles = json.loads((folder_of(data) / "profiles.json").read_text())
    for profile in profiles:
        names = profile["candidates"]
        ranks = from_tiers([line["ranking"] for line in profile["profile"]], names)
        counts = [line["count"] for line in profile["profile"]]
        for expected in profile["expected"]:
            name, options = METHODS[expected["method"]]
            rule = rule_named(name, unranked=profile["unranked"], **options)
            for social in (rule(ranks, weights=counts), rule(np.repeat(ranks, counts, axis=0))):
                checked += 1
                if not agrees(social, names, expected):
                    wrong.append((profile["source"], profile["test"], expected, told(social, names)))
    assert not wrong
    assert len(profiles) == 28
    assert checked == 2 * sum(len(profile["expected"]) for profile in profiles)


def agrees(social, names, expected):
    if "winners" in expected:
        return {names[k] for k in winners(social)} == set(expected["winners"])
    return [{names[k] for k in np.flatnonzero(social == place)} for place in range(max(social) + 1)] == [
        set(tier) for tier in expected["ranking"]
    ]


def hill_ballots(path):
    """Ranks from a file in David Hill's format: `candidates seats`, then `count first second … 0`, then `0`."""
    lines = path.read_text().splitlines()
    candidates = int(lines[0].split()[0])
    ballots = [[int(word) for word in line.split()] for line in lines[1 : lines.index("0")]]
    orders = [[[name] for name in numbers[1:-1]] for numbers in ballots]
    return from_tiers(orders, list(range(1, candidates + 1))), [numbers[0] for numbers in ballots]


def test_real_ballots_by_instant_runoff(data):
    ranks, weights = hill_ballots(folder_of(data) / "A3.HIL")
    assert (len(ranks), ranks.shape[1], np.isnan(ranks).all(axis=1).sum()) == (989, 15, 8)  # eight papers are blank
    # Condorcet PHP's InstantRunoffTest, "infinite loop on tideman dataset3", gives this order.
    published = "6 > 8 > 4 > 11 > 2 > 5 > 14 > 1 = 7 > 12 > 3 > 9 > 10 > 15 > 13"
    for unranked in ("tied_last", "no_comparison"):
        social = instant_runoff(ranks, unranked, weights=weights)
        assert told(social, [str(k) for k in range(1, 16)]) == published


def test_real_ballots_have_a_condorcet_winner(data):
    ranks, weights = hill_ballots(folder_of(data) / "A1.HIL")
    assert (len(ranks), sum(weights)) == (380, 380)  # Condorcet PHP's DavidHillFormatTest counts as many
    counts = pairwise_counts(ranks)
    ahead = (counts[0] > counts[:, 0])[1:]
    assert ahead.all()
    for name in ("copeland", "minimax", "ranked_pairs", "schulze", "kemeny_young"):
        assert winners(rule_named(name)(ranks)).tolist() == [0]


def test_unranked_decides_who_wins():
    """Two in five rank A alone and the rest A below B, or the other way round: what silence means elects."""
    ranks, weights = read("3 A; 2 B>A", "AB")
    for name in ("borda", "copeland", "minimax", "ranked_pairs", "schulze", "kemeny_young"):
        rule = rule_named(name)
        assert told(rule(ranks, "tied_last", weights=weights), "AB") == "A > B"
        assert told(rule(ranks, "no_comparison", weights=weights), "AB") == "B > A"


# Worked out by hand. With no comparison: A over B 4 to 0, B over C 3 to 0, C over A 2 to 0.
# Tied last: A over B 6 to 3, B over C 7 to 2, C over A 5 to 4.
SILENT = "4 A>B; 3 B>C; 2 C>A"


@pytest.mark.parametrize(
    ("rule", "options", "no_comparison", "tied_last"),
    [
        ("plurality", {}, "A > B > C", "A > B > C"),
        ("approval", {}, "B > A > C", "B > A > C"),  # 7, 6, 5
        ("approval", {"k": 1}, "A > B > C", "A > B > C"),
        ("borda", {}, "A > B = C", "A = B > C"),  # 2, −1, −1 and 2, 2, −4
        ("copeland", {}, "A = B = C", "A = B = C"),
        ("minimax", {"variant": "winning"}, "A > C > B", "A > B > C"),  # 2, 4, 3 and 5, 6, 7
        ("minimax", {"variant": "margin"}, "A > C > B", "A > B > C"),  # 2, 4, 3 and 1, 3, 5
        ("minimax", {"variant": "opposition"}, "A > C > B", "A > B > C"),
        ("ranked_pairs", {"variant": "winning"}, "A > B > C", "A > B > C"),  # C over A is the weakest in both
        ("ranked_pairs", {"variant": "margin"}, "A > B > C", "A > B > C"),
        ("schulze", {"variant": "winning"}, "A > B > C", "A > B > C"),
        ("schulze", {"variant": "margin"}, "A > B > C", "A > B > C"),
        ("schulze", {"variant": "ratio"}, "A > B > C", "A > B > C"),  # nobody opposes: the votes decide
        ("kemeny_young", {}, "A > B > C", "A > B > C"),
        ("instant_runoff", {}, "A > B > C", "A > B > C"),  # C goes, and its 2 ballots go to A
    ],
)
def test_no_comparison_by_hand(rule, options, no_comparison, tied_last):
    ranks, weights = read(SILENT, "ABC")
    count = rule_named(rule, **options)
    assert told(count(ranks, "no_comparison", weights=weights), "ABC") == no_comparison
    assert told(count(ranks, "tied_last", weights=weights), "ABC") == tied_last


def test_counts_by_hand():
    ranks, weights = read(SILENT, "ABC")
    assert pairwise_counts(ranks, "no_comparison", weights).tolist() == [[0, 4, 0], [0, 0, 3], [2, 0, 0]]
    assert pairwise_counts(ranks, "tied_last", weights).tolist() == [[0, 6, 4], [3, 0, 7], [5, 2, 0]]


def test_a_ballot_of_silence_says_nothing():
    ranks, weights = read(SILENT, "ABC")
    longer = np.vstack([ranks, [NAN] * 3])
    for name in ("plurality", "approval", "borda", "copeland", "minimax", "ranked_pairs", "schulze", "instant_runoff"):
        for unranked in ("tied_last", "no_comparison"):
            assert (
                rule_named(name)(longer, unranked, weights=[*weights, 50]).tolist()
                == rule_named(name)(ranks, unranked, weights=weights).tolist()
            )
