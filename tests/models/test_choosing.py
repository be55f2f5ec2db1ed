import math

import pytest

from minipublic.models.choosing import (
    check_choose,
    from_draws,
    from_first_token,
    from_log_likelihoods,
    letter_of,
    parse_answer,
    total_usage,
)
from minipublic.models.errors import BadResponseError, ModelSpecError, UnsupportedError
from minipublic.models.protocol import Capabilities, ChooseRequest, Prompt, Usage


@pytest.mark.parametrize("token", ["A", " A", "(A", "A)", " (A)", "A.", "\nA", "**A", " A:", '"A"', "ĠA", "▁A"])
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


def test_a_list_without_tokens_is_an_error_and_not_an_answer_without_mass():
    with pytest.raises(BadResponseError, match="no first tokens"):
        from_first_token([], 2)
    with pytest.raises(BadResponseError, match="no token"):
        from_first_token([(None, -0.1)], 2)


def test_an_impossible_option_has_no_mass():
    assert from_log_likelihoods([-math.inf, -1.0]).probabilities == (0.0, 1.0)
    assert from_log_likelihoods([-math.inf, -math.inf]).probabilities == (0.0, 0.0)


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
        ("Answer B", 1),
        ("**B**", 1),
        ("[B]", 1),
        ("B. I think so", 1),
        ("B, because I do", 1),
        ("(B) No, not at all", 1),
        ("(A) No, not at all", None),
        ("(A) or (B)", None),
        ("(a) or (b)", None),
        ("A, B", None),
        ("A - B", None),
        ("A and B", None),
        ("A/B", None),
        ("Z", None),
        ("The answer lies elsewhere", None),
    ],
)
def test_answers_are_parsed(answer, place):
    assert parse_answer(answer, ["Yes", "No, not at all"]) == place


def test_contractions_are_no_letters():
    options = [f"option {k}" for k in range(10)]
    assert parse_answer("I'd rather not say", options) is None
    assert parse_answer("I think so", options) is None
    assert parse_answer("(I)", options) == 8


def test_options_that_are_letters_themselves_are_no_riddle():
    assert parse_answer("B", ["B", "A"]) is None  # the text of the first, the letter of the second
    assert parse_answer("(B) U.S.A.", ["Canada", "U.S.A."]) == 1
    assert parse_answer("Same", ["Same", "Same"]) is None


def test_draws_are_counted():
    choice = from_draws(["(A)", "B", "B.", "who knows"], ["Yes", "No"])
    assert choice.probabilities == pytest.approx((1 / 3, 2 / 3))
    assert choice.captured_mass == 0.75
    assert choice.raw == "(A)\nB\nB.\nwho knows"
    assert from_draws(["?", "?"], ["Yes", "No"]).probabilities == (0.0, 0.0)


def test_total_usage_does_not_take_silence_for_none_used():
    assert total_usage([Usage(1, 2), Usage(3, 4)]) == Usage(4, 6)
    assert total_usage([Usage(1, None), Usage(3, 4)]) == Usage(4, None)


def test_what_a_model_cannot_do_is_an_error():
    can = Capabilities(choose=("sampled",))
    with pytest.raises(UnsupportedError, match=r"m cannot choose by 'first_token'; it offers: sampled"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("a", "b")))
    with pytest.raises(ModelSpecError, match="unknown choose method"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("a", "b"), method="guess"))
    with pytest.raises(ModelSpecError, match="1 to 26 options"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=(), method="sampled"))
    with pytest.raises(ModelSpecError, match="has no text"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("a", " "), method="sampled"))
    with pytest.raises(ValueError, match="at least one draw"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("a", "b"), method="sampled", draws=0))
    with pytest.raises(ModelSpecError, match="1 to 26 options"):
        check_choose("m", can, ChooseRequest(Prompt.of("?"), options=("x",) * 27, method="sampled"))
