import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.models.protocol import Choice, Generation
from minipublic.models.unicode_text import well_formed


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("plain", "plain"),
        ("日本語 \x00\u202e😀", "日本語 \x00\u202e😀"),
        ("\ud83d\ude00", "😀"),
        ("a\ud800b", "a\\ud800b"),
        ("\ude00\ud83d", "\\ude00\\ud83d"),
        ("\ud83d\ud83d\ude00", "\\ud83d😀"),
    ],
)
def test_halves_are_joined_or_written_out(text, held):
    assert well_formed(text) == held


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(categories=("Cs", "L", "Cc"))))
def test_every_file_holds_it(text):
    held = well_formed(text)
    assert orjson.loads(orjson.dumps(held)) == held == pa.array([held])[0].as_py()
    assert well_formed(held) == held


def test_what_refuses_halves():
    with pytest.raises(TypeError):
        orjson.dumps("\ud800")
    with pytest.raises(UnicodeEncodeError):
        pa.array(["\ud800"])


def test_answers_of_models_hold_none():
    assert Generation("\ud800!").text == "\\ud800!"
    assert Choice((1.0,), 1.0, raw="\udfff").raw == "\\udfff"
