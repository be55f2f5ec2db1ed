"""Votes on each other's statements: checked, with the voters' words, and parted without overlap."""

import pytest

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import (
    Episode,
    EpisodeSet,
    Preference,
    SeatWords,
    SplitError,
    Statement,
    Vote,
    VoteError,
    VoteSet,
    VoteSplit,
    split_voters,
    split_votes,
)

QUESTIONS = ("Tax wealth?", "Ban cars?", "Mow less?")
ASIDE = "Anything else?"
IDS = [f"p{k}" for k in range(20)]


def said(author, question):
    return Statement(f"{author}-{question}", f"{author} says on {question}", author)


def made():
    """Twenty people; everybody answers everything, votes on the next three people, and compares the first two."""
    people = Population(tuple(Persona(p, {"side": "ab"[k % 2]}) for k, p in enumerate(IDS)))
    episodes = tuple(
        Episode(f"e{k}", "s", q, seats=tuple(SeatWords(p, opinion=said(p, q).text) for p in IDS))
        for k, q in enumerate((*QUESTIONS, ASIDE))
    )
    others = {p: [IDS[(k + j) % 20] for j in (1, 2, 3)] for k, p in enumerate(IDS)}
    votes, preferences = [], []
    for p in IDS:
        for q in QUESTIONS:
            first, second, third = (said(other, q) for other in others[p])
            votes += [Vote(p, q, s.id, s.text, s.author, s is not third) for s in (first, second, third)]
            preferences.append(Preference(p, q, first, second, "first"))
    return VoteSet(EpisodeSet(people, episodes), tuple(votes), tuple(preferences))


VOTES = made()


def test_a_voters_own_words_are_at_hand():
    assert VOTES.opinion("p3", "ban cars") == "p3 says on Ban cars?"
    assert VOTES.opinion("p3", "Never asked?") is None
    assert [p.question for p in VOTES.persona("p3").past] == [*QUESTIONS, ASIDE]
    assert [p.question for p in VOTES.persona("p3", but="Ban cars").past] == ["Tax wealth?", "Mow less?", ASIDE]
    assert (len(VOTES), VOTES.voters, VOTES.questions) == (180, tuple(IDS), QUESTIONS)
    assert len(VOTES.statements) == 60


@pytest.mark.parametrize(
    ("vote", "message"),
    [
        (Vote("stranger", QUESTIONS[0], "x", "X", "", True), "'stranger' is not in the population"),
        (VOTES.votes[0], "votes twice"),
        (Vote("p9", QUESTIONS[0], VOTES.votes[0].statement_id, "another text", "", True), "two texts"),
    ],
)
def test_votes_that_contradict_are_refused(vote, message):
    with pytest.raises(VoteError, match=message):
        VoteSet(VOTES.episodes, (*VOTES.votes, vote))


def sides(split):
    return [
        ({v.persona for v in s.votes}, {v.question for v in s.votes}, set(s.statements))
        for s in (split.train, split.validation)
    ]


def test_voters_and_questions_are_apart_and_the_rest_is_counted():
    split = split_votes(VOTES, 0.4, 0.3, seed=1, by="side", authors=False)
    (people, questions, _), (held_people, held_questions, _) = sides(split)
    assert not people & held_people
    assert not questions & held_questions
    assert (len(split.train), len(split.validation), split.dropped) == (12 * 2 * 3, 8 * 1 * 3, 180 - 72 - 24)
    assert len(split.train.preferences) == 12 * 2
    assert sorted(VOTES.persona(p).attributes["side"] for p in held_people) == ["a"] * 4 + ["b"] * 4
    assert split == split_votes(VOTES, 0.4, 0.3, seed=1, by="side", authors=False)


def test_what_is_on_record_of_the_voters_is_of_their_side_too():
    split = split_votes(VOTES, 0.4, 0.3, seed=1)
    for side, other in ((split.train, split.validation), (split.validation, split.train)):
        assert {e.question for e in side.episodes.episodes} == {*side.questions, ASIDE}
        assert not {p.id for p in side.population} & {p.id for p in other.population}
    for vote in (*split.train.votes, *split.validation.votes):
        assert VOTES.opinion(vote.persona, vote.question) in (
            split.train.opinion(vote.persona, vote.question),
            split.validation.opinion(vote.persona, vote.question),
        )


@pytest.mark.parametrize("part", [split_votes, split_voters])
def test_authors_apart_share_no_statement(part):
    split = part(VOTES, 0.4, seed=2, authors=True)
    (people, _, statements), (held_people, _, held_statements) = sides(split)
    assert not statements & held_statements
    assert {v.author for v in split.train.votes} | people <= {p.id for p in split.train.population}
    shown = {s.author for p in split.validation.preferences for s in (p.first, p.second)}
    assert shown | held_people <= {p.id for p in split.validation.population}
    assert len(split.train) + len(split.validation) + split.dropped == len(VOTES)


def test_held_out_voters_alone_drop_nothing():
    split = split_voters(VOTES, 0.25)
    (people, questions, statements), (held_people, held_questions, held_statements) = sides(split)
    assert (len(people), len(held_people), split.dropped) == (15, 5, 0)
    assert questions == held_questions
    assert statements & held_statements


def test_people_and_questions_can_be_named():
    split = split_votes(VOTES, {"p1", "p2", "p3"}, ["tax wealth"], authors=False)
    assert sides(split)[1][:2] == ({"p1", "p2", "p3"}, {"Tax wealth?"})
    with pytest.raises(SplitError, match="'nobody' is nobody's id"):
        split_voters(VOTES, {"nobody"})


def test_a_split_asserts_itself():
    with pytest.raises(SplitError, match="voters: 'p0' is on both sides"):
        VoteSplit(VOTES, VOTES)
    part = split_voters(VOTES, 0.25)
    with pytest.raises(SplitError, match="questions: 'ban cars' is on both sides"):
        VoteSplit(part.train, part.validation, apart=("voters", "questions"))
    with pytest.raises(SplitError, match="authors: "):
        VoteSplit(part.train, part.validation, apart=("authors",))
    with pytest.raises(SplitError, match="no vote"):
        split_voters(VOTES, set())
