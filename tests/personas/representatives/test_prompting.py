"""Prompts of representatives: sections in the reference's order, counts clipped, and nothing of the current question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.persona import Past, Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import (
    Episode,
    EpisodeSet,
    SeatWords,
    Variant,
    VariantError,
    demonstrations,
)
from minipublic.personas.representatives.prompting import render_person, render_step

QUESTION = "Should we tax wealth?"
PERSONA = Persona(
    "p1",
    {"age": "50-59", "party": "Labour"},
    past=(
        Past("Should we ban cars?", "agree", "I like trains.", "Say more about trains."),
        Past("Should we mow less?", "", "Bees need it.", ""),
        Past("Should we eat early?", "disagree", "", "Too strict."),
    ),
)


def render(variant, persona=PERSONA, step="critique"):
    return render_step(
        step,
        persona,
        Variant.parse(variant),
        persona_prompts(),
        question=QUESTION,
        opinion="Yes, a little.",
        draft="We want a tax.",
    )


def test_sections_stand_in_the_references_order():
    text = render("base+D+O3+C3+P3").text
    marks = [QUESTION, "Yes, a little.", "We want a tax.", "age: 50-59", "I like trains.", "Bees need it."]
    marks += ["Say more about trains.", "Too strict.", "position on 1: agree", "position on 3: disagree"]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert text.endswith("critique of the draft:")


def test_counts_are_clipped_to_what_is_on_record_and_recorded():
    assert render("base+D+O3+C3+P3").used == {"D": 2, "O": 2, "C": 2, "P": 2}
    assert render("base+O1").used == {"D": 0, "O": 1, "C": 0, "P": 0}
    assert render("base+O3+C3", Persona("new")).used == {"D": 0, "O": 0, "C": 0, "P": 0}
    assert render("base").text == render("base+D+O3+C3+P3", Persona("new")).text


def test_one_number_stands_for_one_earlier_question():
    text = render("base+O3+C3").text
    assert text.count("Earlier question 1: Should we ban cars?") == 2
    assert "opinion on 2: Bees need it." in text
    assert "critique on 3: Too strict." in text


@pytest.mark.parametrize(
    "leak",
    [
        "Should we tax wealth?",
        "should we  tax WEALTH",
        "So: should we tax wealth? Yes.",
        "I say: we should tax wealth.",
    ],
)
@pytest.mark.parametrize("field", ["question", "opinion", "critique", "position"])
def test_an_earlier_episode_that_speaks_of_the_current_question_is_left_out_whole(leak, field):
    words = {"question": "Another?", "position": "agree", "opinion": "LEAKED-O", "critique": "LEAKED-C"} | {field: leak}
    persona = Persona("p", past=(Past(**words), PERSONA.past[0]))
    rendered = render_person(persona, Variant.parse("base+O3+C3+P3"), persona_prompts(), question=QUESTION)
    assert rendered.left_out == 1
    assert "tax wealth" not in rendered.text.lower()
    assert "LEAKED" not in rendered.text
    assert "I like trains." in rendered.text


@pytest.mark.parametrize(
    ("question", "proposition", "leak"),
    [
        ("Is it time?", "The time has come.", "Yes, the time has come!"),
        ("富裕税を導入すべきか？", "", "問い「富裕税を導入すべきか」には賛成です。"),
        ("???", "", "They asked ??? of us."),
    ],
)
def test_a_given_proposition_another_script_and_bare_marks_leak_as_little(question, proposition, leak):
    persona = Persona("p", past=(Past("Another?", "", leak), PERSONA.past[0]))
    current = {"question": question, "proposition": proposition}
    rendered = render_person(persona, Variant.parse("base+O3"), persona_prompts(), **current)
    assert rendered.left_out == 1
    assert leak not in rendered.text


def test_an_opinion_prompt_holds_neither_the_opinion_nor_the_draft():
    text = render("base+O3", step="opinion").text
    assert "Yes, a little." not in text
    assert "We want a tax." not in text


@given(st.booleans(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_variant_reads_back_what_it_shows(d, o, c, p):
    variant = Variant(d, o, c, p)
    assert Variant.parse(str(variant)) == variant


def test_a_letter_alone_means_as_many_as_there_may_be():
    assert Variant.parse("base + D + O + C2") == Variant(True, 3, 2, 0)


@pytest.mark.parametrize("text", ["", "O3", "base+X1", "base+O4", "base+O1+O2", "base+D4", "base+", "base+o3", "bio"])
def test_another_writing_is_an_error_that_shows_the_right_one(text):
    with pytest.raises(VariantError, match="base\\+O3\\+C3"):
        Variant.parse(text)


def test_demonstrations_pair_a_persons_words_with_what_they_said_in_the_other_episodes():
    people = Population((Persona("a", {"age": "20"}), Persona("b", {"age": "30"})))
    seats = (SeatWords("a", "agree", "A1", "CA1"), SeatWords("b", "agree", "B1", None))
    later = (SeatWords("a", "disagree", "A2", " CA2 "), SeatWords("b", None, None, "CB2"))
    episodes = EpisodeSet(
        people,
        (Episode("e1", "s", "One?", draft="D1", seats=seats), Episode("e2", "s", "Two?", draft="D2", seats=later)),
    )
    found = demonstrations(episodes, Variant.parse("base+O3+C3"))
    assert [(d.episode, d.persona, d.text) for d in found] == [("e1", "a", "CA1"), ("e2", "a", "CA2")]
    assert found[0].used == {"D": 0, "O": 1, "C": 1, "P": 0}
    assert "A2" in found[0].prompt.text
    assert "CA1" not in found[0].prompt.text
    assert (found[0].continuation(chat=False), found[0].continuation(chat=True)) == (" CA1", "CA1")
    opinions = demonstrations(episodes, Variant(), steps=("opinion",))
    assert [d.text for d in opinions] == ["A1", "B1", "A2"]
