"""Stage 2: counts to distributions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.graphs.context import graph_prompts
from minipublic.models.choosing import from_draws
from minipublic.models.protocol import LETTERS, Choice
from minipublic.personas.answers import Answer, Missing
from minipublic.personas.asking import read_choice
from minipublic.personas.persona import Attribute, Persona
from minipublic.personas.traits import distributions, one_hot, read_draws, trait_question, with_traits
from minipublic.personas.traits.drawing import TraitError

PROMPTS = graph_prompts()
AGE = Attribute("age_band", ("18-29", "30-44", "45-64"), question="How old are you?")
QUESTION = trait_question(AGE, PROMPTS)


def drawn(*answers):
    choice = from_draws(answers, [o.text for o in QUESTION.options])
    return read_draws(read_choice(choice, QUESTION, QUESTION.options, ("n",)), AGE.values, draws=len(answers))


def test_the_question_has_the_labels_as_codes_and_a_way_not_to_say():
    assert QUESTION.text == "How old are you?"
    assert QUESTION.codes == ("18-29", "30-44", "45-64", "declined")
    assert [o.missing for o in QUESTION.options] == [False, False, False, True]
    assert QUESTION.options[-1].text == "Prefer not to say"
    assert trait_question(Attribute("home_region", ("N", "S")), PROMPTS).text == "What is your home region?"


def test_what_declined_or_named_nothing_is_dropped_and_the_rest_normalised():
    # By hand: of 40 draws 20 are A, 8 B, 0 C, 4 prefer not to say and 8 say nothing one can use: 20/28 and 8/28.
    found = drawn(*["(A)"] * 20, *["B."] * 8, *["(D) Prefer not to say"] * 4, *["well, it depends"] * 8)
    assert found.counts == {"18-29": 20, "30-44": 8, "45-64": 0}
    assert (found.declined, found.unparseable, found.uniform) == (4, 8, False)
    assert found.distribution == pytest.approx({"18-29": 20 / 28, "30-44": 8 / 28, "45-64": 0.0})


@pytest.mark.parametrize(
    ("answers", "declined", "unparseable"), [(["D"] * 40, 40, 0), (["hm"] * 40, 0, 40), (["D", "hm"] * 20, 20, 20)]
)
def test_no_mass_at_all_is_uniform_and_says_so(answers, declined, unparseable):
    found = drawn(*answers)
    assert found.distribution == pytest.approx(dict.fromkeys(AGE.values, 1 / 3))
    assert found.counts == dict.fromkeys(AGE.values, 0)
    assert (found.declined, found.unparseable, found.uniform, found.missing) == (declined, unparseable, True, None)


@given(st.lists(st.sampled_from(["A", "B", "C", "D", "?"]), min_size=1, max_size=200))
def test_counts_are_those_that_were_drawn(answers):
    found = drawn(*answers)
    assert list(found.counts.values()) == [answers.count(letter) for letter in "ABC"]
    assert (found.declined, found.unparseable) == (answers.count("D"), answers.count("?"))
    assert sum(found.distribution.values()) == pytest.approx(1)
    Persona("p", traits={"age_band": found.distribution})  # which checks the sum


def test_probabilities_that_were_read_need_no_counts():
    choice = Choice((0.3, 0.1, 0.1, 0.5), 0.9)
    answer = read_choice(choice, QUESTION, QUESTION.options, ("n",))
    found = read_draws(answer, AGE.values, "first_token")
    assert found.distribution == pytest.approx({"18-29": 0.6, "30-44": 0.2, "45-64": 0.2})
    assert found.counts == {}
    silent = read_choice(Choice((0.0, 0.0, 0.0, 1.0), 0.9), QUESTION, QUESTION.options, ("n",))
    assert read_draws(silent, AGE.values, "first_token").uniform


def test_forced_draws_leave_none_unparseable():
    answer = read_choice(Choice((0.5, 0.25, 0.25, 0.0), None), QUESTION, QUESTION.options, ("n",))
    found = read_draws(answer, AGE.values, "structured", 40)
    assert (list(found.counts.values()), found.unparseable) == ([20, 10, 10], 0)


def test_a_call_that_failed_has_no_distribution():
    gone = Missing("timeout", "too slow")
    found = read_draws(Answer("age_band", gone), AGE.values)
    assert found.missing == gone
    assert found.distribution == {}
    assert not found.uniform


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((), "has 0 labels"),
        (("a",), "has 1 labels"),
        (tuple(f"{a}{b}" for a in LETTERS[:2] for b in LETTERS)[:26], "has 26 labels"),
        (("a", "A"), "two read alike"),
        (("a", " "), "blank"),
        (("a", "Prefer not to say"), "leave it out"),
        (("a", "Declined"), "leave it out"),
    ],
)
def test_labels_that_cannot_be_told_apart_are_refused(values, said):
    with pytest.raises(TraitError, match=said):
        trait_question(Attribute("t", values), PROMPTS)


def test_rows_become_traits_of_the_persona_and_failed_ones_do_not():
    rows = {
        "party": {"source": "stated", "distribution": one_hot("R", ("D", "R"))},
        "age": {"source": "uniform", "distribution": {"old": 0.5, "young": 0.5}},
        "race": {"source": "missing", "distribution": {}},
    }
    assert distributions(rows) == {"party": {"D": 0.0, "R": 1.0}, "age": {"old": 0.5, "young": 0.5}}
    persona = with_traits(Persona("p", {"age": "old"}, traits={"sex": {"f": 1.0}}), rows)
    assert set(persona.traits) == {"sex", "party", "age"}
    assert persona.attributes == {"age": "old"}
    with pytest.raises(ValueError, match="none of the labels"):
        one_hot("X", ("D", "R"))
