import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.personas.visible import in_one_line, visible

ODD = st.text(
    st.one_of(
        st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "So")),
        st.sampled_from("a ⟨⟩م‌‍️❤🔥नी\r\n\t᠎️󠀁"),
        st.characters(),
    )
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with “marks” – and\ta tab\n", "plain, with “marks” – and\ta tab\n"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("\x1b[31mred\x1b[0m", "⟨U+001B⟩[31mred⟨U+001B⟩[0m"),
        ("\0\x08\x7f\x9b", "⟨U+0000⟩⟨U+0008⟩⟨U+007F⟩⟨U+009B⟩"),
        ("\u202eon\u202c \u2066x\u2069", "⟨U+202E⟩on⟨U+202C⟩ ⟨U+2066⟩x⟨U+2069⟩"),
        ("agr\u200bee \ufeff\u2060\u00ad", "agr⟨U+200B⟩ee ⟨U+FEFF⟩⟨U+2060⟩⟨U+00AD⟩"),
        ("\U000e0041\U000e0042", "⟨U+E0041⟩⟨U+E0042⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("x\ufe0f\ufe01", "x⟨U+FE0F⟩⟨U+FE01⟩"),
    ],
)
def test_what_cannot_be_seen_is_shown(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👩‍🌾 ❤️‍🔥 1️⃣", "naïve façade 中文 עברית"])
def test_spelling_and_emoji_stay(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    "text", ["a\u200db", "م\u200c", "\u200d🔥", "م\u200c\u061cم", "a\ufe0f\u200d🔥", "❤\ufe0f\ufe0f"]
)
def test_joiners_elsewhere_are_shown(text):
    assert "⟨U+" in visible(text)


@settings(max_examples=150, deadline=None)
@given(ODD)
def test_it_leaves_nothing_that_acts_and_does_not_change_twice(text):
    shown = visible(text)
    assert visible(shown) == shown
    left = {
        c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\n\t\u200c\u200d"
    }
    assert not left - set(map(chr, VISIBLE_FORMATS)), [hex(ord(c)) for c in left]
    assert in_one_line(text).split("\n") == [in_one_line(text)]


# Signs of category Cf that can be seen: they stand over, under or before numbers and words.
VISIBLE_FORMATS = [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)]
