"""No person and no question stands on both sides of a split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import (
    Episode,
    EpisodeSet,
    SeatWords,
    Split,
    SplitError,
    split_blocks,
    split_components,
)


def made(pairs):
    """Episodes of one question each, from (question, people) pairs."""
    people = Population(tuple(Persona(p, {"side": p[-1]}) for p in sorted({p for _, ps in pairs for p in ps})))
    rows = enumerate(pairs)
    episodes = (Episode(f"e{k}", f"s{k}", q, seats=tuple(SeatWords(p, opinion="x") for p in ps)) for k, (q, ps) in rows)
    return EpisodeSet(people, tuple(episodes))


def sessions(n):
    return made([(f"Is {k} {j}?", [f"p{k}a", f"p{k}b"]) for k in range(n) for j in range(3)])


def crossed(people, questions):
    return made([(f"Question {q}?", [f"p{k}{'ab'[k % 2]}" for k in range(people)]) for q in range(questions)])


def disjoint(split):
    people = [{s.persona for e in side.episodes for s in e.seats} for side in (split.train, split.validation)]
    questions = [set(side.questions) for side in (split.train, split.validation)]
    return not people[0] & people[1] and not questions[0] & questions[1]


@given(st.integers(5, 60), st.sampled_from([0.2, 0.3, 0.5]), st.integers(0, 5))
def test_components_drop_nothing_and_meet_the_share(n, share, seed):
    episodes = sessions(n)
    split = split_components(episodes, share, seed)
    assert disjoint(split)
    assert split.dropped == 0
    assert len(split.train) + len(split.validation) == len(episodes)
    assert abs(len(split.validation) - share * len(episodes)) <= 1.5
    assert split_components(episodes, share, seed) == split


def test_a_question_asked_twice_ties_its_groups_together():
    pairs = [("Shared?", ["a"]), ("shared ?", ["b"]), ("Mine?", ["b"])] + [(f"Q{k}?", [f"c{k}"]) for k in range(7)]
    for seed in range(10):
        split = split_components(made(pairs), 0.5, seed)
        sides = [side for side in (split.train, split.validation) if {"e0", "e1", "e2"} & {e.id for e in side.episodes}]
        assert len(sides) == 1


def test_what_hangs_together_is_an_error_that_names_the_block_split():
    with pytest.raises(SplitError, match=r"5 of 5 episodes hang together .* use a block split"):
        split_components(crossed(10, 5), 0.2)


@given(st.integers(4, 40), st.integers(2, 8), st.integers(0, 5))
def test_blocks_count_what_they_drop(people, questions, seed):
    split = split_blocks(crossed(people, questions), 0.3, 0.4, seed)
    assert disjoint(split)
    assert split.train.seats + split.validation.seats + split.dropped == people * questions
    assert split.dropped > 0


def test_strata_are_parted_alike():
    split = split_blocks(crossed(40, 5), 0.3, 0.4, by="side")
    held = [p.attributes["side"] for p in split.validation.population]
    assert (held.count("a"), held.count("b")) == (6, 6)
    with pytest.raises(SplitError, match="'party'"):
        split_blocks(crossed(40, 5), by="party")


def test_a_split_asserts_itself():
    one = sessions(2)
    with pytest.raises(SplitError, match="person 'p0a' is on both sides"):
        Split(one, one)
    with pytest.raises(SplitError, match="question"):
        Split(made([("Same?", ["a"])]), made([("same", ["b"])]))
    with pytest.raises(SplitError, match="no seat"):
        Split(one, one.of([]))
    with pytest.raises(SplitError, match="between 0 and 1"):
        split_components(one, 1.5)
