import math

import pytest
from minipublic.models.choosing import (
    check_choose,
    from_draws,
    from_first_token,
    from_log_likelihoods,
    letter_of,
    parse_answer,
)
from minipublic.models.errors import BadResponseError, ModelSpecError, UnsupportedError
from minipublic.models.protocol import Capabilities, ChooseRequest, Prompt


@pytest.mark.parametrize("token", ["A", " A", "(A", "A)", " (A)", "A.", "\nA", "**A", " A:", '"A"'])
def test_every_tokenisation_of_a_letter_counts(token):
    assert letter_of(token) == "A"


@pytest.mark.parametrize("token", ["An", "a", "AB", "", "(", "1", "Ａ", "Answer"])
def test_words_are_no_letters(token):
    assert letter_of(token) is None


def test_first_token_sums_tokenisations():
    top = [
        ("A", math.log(0.2)),
        (" A", math.log(0.1)),
        ("(B", math.log(0.3)),
        ("An", math.log(0.2)),
        ("Z", math.log(0.05)),
    ]
    choice = from_first_token(top, 2)
    assert choice.probabilities == pytest.approx((0.5, 0.5))
    assert choice.captured_mass == pytest.approx(0.6)


def test_first_token_without_letters_captures_nothing():
    choice = from_first_token([("The", -0.1)], 3)
    assert choice.probabilities == (0.0, 0.0, 0.0)
    assert choice.captured_mass == 0
    assert choice.raw == "The"


@pytest.mark.parametrize("wrong", [None, float("nan"), 0.5, "x"])
def test_wrong_log_probabilities_are_errors(wrong):
    with pytest.raises(BadResponseError):
        from_first_token([("A", wrong)], 2)
    with pytest.raises(BadResponseError):
        from_log_likelihoods([wrong, -1.0])


def test_full_option_normalises_even_what_underflows():
    choice = from_log_likelihoods([-1000.0, -1000.0 - math.log(3)])
    assert choice.probabilities == pytest.approx((0.75, 0.25))
    assert choice.captured_mass == 0.0
    assert from_log_likelihoods([math.log(0.1), math.log(0.3)]).captured_mass == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("(B)", 1),
        ("B", 1),
        ("b.", 1),
        ("B) No, not at all", 1),
        ("Answer: A", 0),
        (" (A) Yes", 0),
        ("yes", 0),
        ("No, not at all.", 1),
        ("C", None),
        ("A lot of people would say", None),
        ("", None),
        ("I would rather not say", None),
        ("Both", None),
    ],
)
def test_answers_are_parsed(answer, place):
    assert parse_answer(answer, ["Yes", "No, not at all"]) == place


def test_draws_are_counted():
    choice = from_draws(["(A)", "B", "B.", "who knows"], ["Yes", "No"])
    assert choice.probabilities == pytest.approx((1 / 3, 2 / 3))
    assert choice.captured_mass == 0.75
    assert from_draws(["?", "?"], ["Yes", "No"]).probabilities == (0.0, 0.0)


def test_what_a_model_cannot_do_is_an_error():
    can = Capabilities(choose=("sampled",))
    with pytest.raises(UnsupportedError, match=r"m cannot choose by 'first_token'; it offers: sampled"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("a", "b")))
    with pytest.raises(ModelSpecError, match="unknown choose method"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("a", "b"), method="guess"))
    with pytest.raises(ModelSpecError, match="1 to 26 options"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("x",) * 27, method="sampled"))
