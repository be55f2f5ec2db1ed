"""Payoff cases: what is known of whom, what is left out, and what the model reads."""

from dataclasses import replace

import pytest

from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.persona import Past, Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import (
    Episode,
    EpisodeSet,
    PayoffCase,
    PayoffError,
    SeatWords,
    Variant,
    Vote,
    VoteSet,
    rating_cases,
    vote_cases,
)
from minipublic.personas.representatives.payoffs.cases import OWN_STATEMENT, rating_scale, render_payoff

PEOPLE = Population((Persona("a", {"party": "left"}), Persona("b", {"party": "right"}), Persona("c")))
EPISODES = EpisodeSet(
    PEOPLE,
    (
        Episode(
            *("e1", "s1", "One?", "", "The draft.", "Revised."),
            (
                SeatWords("a", opinion="A one.", critique="No.", ratings={"draft": 7.0, "revised": 1.0, "third": 4.0}),
                SeatWords("b", opinion="the DRAFT", ratings={"draft": 4.0}),
            ),
        ),
        Episode("e2", "s2", "Two?", seats=(SeatWords("a", opinion="A two.", ratings={"draft": 3.0}),)),
    ),
)


def test_votes_become_cases_of_what_is_known_of_the_voter():
    votes = (
        Vote("a", "One?", "s", "Yes.", "b", True),
        Vote("c", "One?", "s", "Yes.", "b", False),
        Vote("a", "Two?", "t", "No.", "", False),
    )
    cases = vote_cases(VoteSet(EPISODES, votes))
    assert cases.outcomes == cases.targets == (1.0, 0.0, 0.0)
    assert cases.groups == ("left", "", "left")
    assert [case.opinion for case in cases.cases] == ["A one.", None, "A two."]
    assert [[p.question for p in case.persona.past] for case in cases.cases] == [["Two?"], [], ["One?"]]
    assert cases.statements == ("s", "s", "t")


def test_votes_on_ones_own_statement_are_left_out_and_counted():
    votes = (
        Vote("a", "One?", "s", "Something else.", "a", True),  # the record names its author
        Vote("a", "One?", "t", "a ONE", "", True),  # the text is the voter's, whatever its marks
        Vote("a", "One?", "u", "A one and more.", "b", True),
    )
    cases = vote_cases(VoteSet(EPISODES, votes))
    assert cases.statements == ("u",)
    assert cases.left_out == {OWN_STATEMENT: 2}


def test_ratings_become_shares_of_their_scale():
    cases = rating_cases(EPISODES)
    assert cases.outcomes == (7.0, 1.0)
    assert cases.targets == (1.0, 0.0)
    assert [case.statement for case in cases.cases] == ["The draft.", "Revised."]
    assert cases.groups == ("s1", "s1")
    assert cases.left_out == {OWN_STATEMENT: 1, "the statement that was rated is not on record": 1}
    assert rating_cases(EPISODES, rating_scale(0, 10)).targets == (0.7, 0.1)
    assert rating_cases(EPISODES, statements=("third",)).left_out == {
        "the statement that was rated is not on record": 1
    }


def test_a_rating_outside_of_the_scale_is_refused():
    with pytest.raises(PayoffError, match=r"'a' gives 7, which is not on the scale from 1 to 5"):
        rating_cases(EPISODES, rating_scale(1, 5))


def test_the_text_has_the_statement_last_and_the_rest_before():
    persona = Persona("a", {"party": "left"}, past=(Past("Two?", opinion="A two."),))
    case = PayoffCase(persona, "One?", "A one.", "Yes.", "hidden")
    text = render_payoff(case, Variant.parse("base+D+O3"), persona_prompts()).text
    places = [text.index(part) for part in ("One?", "A one.", "party: left", "A two.", "Yes.", "agreement")]
    assert places == sorted(places)
    assert "hidden" not in text
    bare = render_payoff(replace(case, opinion=None), Variant(), persona_prompts()).text
    assert "own answer" not in bare
    assert "left" not in bare


def test_the_present_question_is_never_among_the_others():
    persona = Persona("a", past=(Past("ONE", opinion="leaks"), Past("Two?", opinion="They asked me: one? Leaks.")))
    text = render_payoff(PayoffCase(persona, "One?", None, "Yes."), Variant.parse("base+O3"), persona_prompts()).text
    assert "eaks" not in text


def test_the_hash_tells_other_data():
    votes = (Vote("a", "One?", "s", "Yes.", "b", True),)
    one, other = (vote_cases(VoteSet(EPISODES, v)) for v in (votes, (replace(votes[0], agree=False),)))
    assert one.data_hash() == vote_cases(VoteSet(EPISODES, votes)).data_hash() != other.data_hash()
