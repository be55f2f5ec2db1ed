"""Wording filled for who is asked."""

import pytest

from minipublic.personas import Option, Persona, Question
from minipublic.personas.parties import Parties, Party, has_slots
from minipublic.personas.perspectives import needs_party, worded_for, wording_of_both

PARTIES = Parties(
    "party", (Party("Democrat", "Democrats", "Democratic"), Party("Republican", "Republicans", "Republican"))
)
DEMOCRAT, REPUBLICAN = Persona("d", {"party": "Democrat"}), Persona("r", {"party": "Republican"})
OPTIONS = (Option("1", "Never"), Option("2", "Only {other_plural} would"))
MOST = Question(
    "q", "Would MOST {OTHER_PLURAL} ignore {own_adjective} judges?", OPTIONS, perspective="outgroup", target="{other}"
)


def test_slots_of_text_options_and_target_are_filled_from_the_own_party():
    asked = worded_for(MOST, DEMOCRAT, PARTIES)
    assert asked.text == "Would MOST REPUBLICANS ignore Democratic judges?"
    assert [o.text for o in asked.options] == ["Never", "Only Republicans would"]
    assert (asked.code, asked.perspective, asked.target) == ("q", "outgroup", "Republican")
    assert worded_for(MOST, REPUBLICAN, PARTIES).text == "Would MOST DEMOCRATS ignore Republican judges?"
    assert worded_for(MOST, REPUBLICAN, PARTIES).target == "Democrat"


def test_every_slot_has_its_word():
    text = "{own} {own_plural} {own_adjective} {other} {other_plural} {other_adjective} {OWN} {else} {}"
    said = PARTIES.fill(text, PARTIES.sides[0])
    assert said == "Democrat Democrats Democratic Republican Republicans Republican DEMOCRAT {else} {}"


@pytest.mark.parametrize("label", ["democrats", " DEMOCRATIC ", "Democrat"])
def test_the_party_is_known_in_any_case_and_number(label):
    assert worded_for(MOST, Persona("p", {"party": label}), PARTIES).target == "Republican"


@pytest.mark.parametrize("attributes", [{}, {"party": "Independent"}, {"party": ""}])
def test_who_has_no_such_party_is_not_asked_what_needs_one(attributes):
    plain = Question("p", "Is it good?", (Option("1", "Yes"), Option("2", "No")), target="Democrat")
    person = Persona("i", attributes)
    assert worded_for(MOST, person, PARTIES) is None
    assert worded_for(plain, person, PARTIES) is plain
    assert (needs_party(MOST), needs_party(plain)) == (True, False)


def test_a_named_party_is_in_or_outgroup_as_the_rater_is():
    question = Question("t", "Are Democrats honest?", (Option("1", "Yes"), Option("2", "No")), target="Democrat")
    assert worded_for(question, DEMOCRAT, PARTIES).perspective == "ingroup"
    assert worded_for(question, REPUBLICAN, PARTIES).perspective == "outgroup"
    assert worded_for(question, Persona("i"), PARTIES).perspective == "self"


def test_without_parties_braces_are_braces():
    question = Question("b", "What is {other_plural} in {x}?", OPTIONS)
    assert worded_for(question, DEMOCRAT, None) is question
    assert not has_slots("{x} {Own_plural} {}")


def test_a_page_shows_both_wordings_where_they_differ():
    assert wording_of_both(MOST, None) == MOST.text
    said = wording_of_both(MOST, PARTIES)
    assert "Democrats are asked: Would MOST REPUBLICANS ignore" in said
    assert "Republicans are asked: Would MOST DEMOCRATS ignore" in said
