import random
from collections import Counter

import pytest

from minipublic.models.miniature.grammar import CRITIQUE, OPINION, read_opinion, read_statement, write_statement
from minipublic.models.miniature.mediation import MECHANISMS, SLIP, draft, most_named, revise

DRAW = random.Random(0)


def opinion(grade, concern=None):
    return OPINION.write((0, grade, 0 if concern is None else 1 + concern), DRAW)


def critique(reaction, concern=None, praises=False):
    return CRITIQUE.write((0, 2 + reaction, 0 if concern is None else 1 + 8 * praises + concern), DRAW)


def drafted(opinions, mechanism):
    """The grades of many drafts: the middle one is without the slip."""
    return Counter(read_statement(draft(opinions, seed, mechanism)).grade for seed in range(400))


@pytest.mark.parametrize(
    ("mechanism", "grade"),
    [("mean", 5), ("median", 4), ("loudest", 8), ("first", 2)],  # of stances −0.4, −0.4, 0, 0.8, 0.8; grade 4 is 0
)
def test_a_draft_stands_at_the_aggregate(mechanism, grade):
    opinions = [opinion(1), opinion(1), opinion(2), opinion(4), opinion(4)]
    counts = drafted(opinions, mechanism)
    assert counts.most_common(1)[0][0] == grade
    assert counts[grade - 1] == pytest.approx(400 * SLIP, abs=32)  # 4 sd


def test_ties_are_drawn():
    assert set(drafted([opinion(0), opinion(4)], "loudest")) == {0, 1, 7, 8}
    assert 0.3 < Counter(most_named({1: 2, 5: 2, 6: 1}, 1, random.Random(k))[0] for k in range(500))[1] / 500 < 0.7
    assert most_named({1: 1, 5: 3, 6: 2}, 2, DRAW) == [5, 6]


def test_a_draft_addresses_what_is_voiced_most():
    opinions = [opinion(2, 3), opinion(2, 6), opinion(1, 6), opinion(2)]
    assert all(read_statement(draft(opinions, seed)).concerns == (6,) for seed in range(20))
    assert read_statement(draft([opinion(2)], 1)).concerns == ()


@pytest.mark.parametrize(
    ("mechanism", "reactions", "grade"),  # two grades for each unit, from grade 4
    [("mean", [2, 1, 0], 6), ("median", [2, 1, -2], 6), ("loudest", [0, 1, -2], 0), ("first", [0, 2, 2], 4)],
)
def test_a_revision_moves_as_the_critiques_point(mechanism, reactions, grade):
    before = write_statement(4, [1], DRAW)
    assert read_statement(revise(before, map(critique, reactions), 3, mechanism)).grade == grade


def test_a_revision_takes_up_what_is_asked_and_keeps_what_is_praised():
    before = write_statement(4, [1], DRAW)
    asked = [critique(0, 5), critique(0, 5), critique(0, 7), critique(0, 7), critique(0, 2)]
    assert read_statement(revise(before, asked, 1)).concerns == (5, 7)
    assert read_statement(revise(before, [critique(0, 5)], 1)).concerns == (1, 5)
    praised = [critique(0, 1, praises=True)] * 2 + [critique(0, 5)] * 2 + [critique(0, 7)]
    assert read_statement(revise(before, praised, 1)).concerns == (1, 5)


def test_what_cannot_be_read_counts_for_nothing():
    assert draft([opinion(4, 2), "Whatever."], 5) == draft([opinion(4, 2)], 5)
    nothing = read_statement(draft(["Whatever."], 5))
    assert nothing.concerns == ()
    assert abs(nothing.grade - 4) <= 1
    assert read_statement(revise("Whatever.", ["What?"], 5)).grade == 4


def test_the_seed_decides_and_mechanisms_share_it():
    opinions = [opinion(k, k) for k in (0, 3, 4)]
    assert draft(opinions, 7) == draft(opinions, 7)
    assert len({draft(opinions, seed) for seed in range(30)}) > 5
    assert all(read_opinion(text) for text in opinions)
    assert len(MECHANISMS) >= 3
    with pytest.raises(ValueError, match="no mechanism 'mode'; there are mean"):
        draft(opinions, 1, "mode")


def test_no_more_than_two_concerns():
    assert read_statement(write_statement(20, [3, 3, 1], DRAW)).concerns == (1, 3)
    assert read_statement(write_statement(20, [], DRAW)).grade == 8
    with pytest.raises(ValueError, match="two concerns at most"):
        write_statement(4, [1, 2, 3], DRAW)
