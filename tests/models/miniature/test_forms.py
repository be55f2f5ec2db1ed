import math
import random

import pytest

from minipublic.models.miniature.forms import Form, clean
from minipublic.models.miniature.grammar import CRITIQUE, OPINION, STATEMENT

SMALL = Form(((("Yes,", "Aye,"), ("No,",)), ((" I do",), (" I see", " I say"))))


def test_a_text_is_read_back_whatever_its_spacing():
    assert SMALL.read("Aye, I say.") == (0, 1)
    assert SMALL.read("  No ,  I do . \n") == (1, 0)
    assert clean("No ,  I do . \n") == "No, I do."
    assert SMALL.read("No, I do") is None
    assert SMALL.read("No, I do. I do.") is None


def test_the_probability_is_the_product_of_the_slots():
    chances = ((0.25, 0.75), (0.4, 0.6))
    assert SMALL.log_probability("Yes, I see.", chances) == pytest.approx(math.log(0.25 / 2 * 0.6 / 2))
    assert SMALL.log_probability("No, I do.", chances) == pytest.approx(math.log(0.75 * 0.4))
    assert SMALL.log_probability("No, I can.", chances) == -math.inf
    assert SMALL.log_probability("No, I do.", ((1.0, 0.0), (0.4, 0.6))) == -math.inf


def test_drawn_texts_have_their_meanings():
    assert {SMALL.write((0, 1), random.Random(k)) for k in range(50)} == {
        "Yes, I see.",
        "Yes, I say.",
        "Aye, I see.",
        "Aye, I say.",
    }


def test_a_phrase_with_two_meanings_is_an_error():
    with pytest.raises(ValueError, match="slot 0 has the same phrase twice"):
        Form(((("Yes",), ("Yes",)),))


@pytest.mark.parametrize(
    ("form", "derivations"), [(OPINION, 4 * 10 * 34), (CRITIQUE, 5 * 10 * 66), (STATEMENT, 4 * 9 * 129 * 3)]
)
def test_no_two_derivations_give_the_same_text(form, derivations):
    texts = list(form.texts())
    assert len(texts) == len(set(texts)) == derivations


@pytest.mark.parametrize(("form", "shortest", "longest"), [(OPINION, 8, 16), (CRITIQUE, 6, 16), (STATEMENT, 10, 25)])
def test_texts_are_short(form, shortest, longest):
    lengths = [len(text.split()) for text in form.texts()]
    assert shortest <= min(lengths) <= max(lengths) <= longest


@pytest.mark.parametrize("form", [OPINION, CRITIQUE, STATEMENT])
def test_every_text_is_read_as_what_was_meant(form):
    draw = random.Random(1)
    for _ in range(500):
        meanings = tuple(draw.randrange(len(slot)) for slot in form.slots)
        assert form.read(form.write(meanings, draw)) == meanings
