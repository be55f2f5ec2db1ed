"""What a reader cannot see is shown: one function for prompts, pages and terminals.

Records keep a text as it is; this is how it is put before somebody.
"""

from __future__ import annotations

import re

# What ends a line for somebody, beside the line feed.
_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters of ASCII and Latin-1, escape among them
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"  # fillers, and what shows nothing
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"  # no width, or another direction
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"  # no characters
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # tags, and more variation selectors
)
# Joiners belong to the spelling of Persian and of Hindi, and to emoji, which may also have one sign that chooses their form.
_LETTER = "\u0620-\u06ff\u0750-\u077f\u0900-\u0dff\u1000-\u109f\u1780-\u17b3"
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_SPELT = f"(?!(?<=[{_LETTER}].)[{_LETTER}])"  # looked at after a joiner: not one that stands between letters
_DRAWN = f"(?!(?:(?<=[{_EMOJI}].)|(?<=[{_EMOJI}]\ufe0f.))[{_EMOJI}])"
_JOINER = f"\u200c{_SPELT}|\u200d{_SPELT}{_DRAWN}"
_VARIATION = f"[\ufe00-\ufe0d]|(?<![{_EMOJI}#*0-9])[\ufe0e\ufe0f]"
_HIDDEN = re.compile(f"[{_UNSEEN}]|{_JOINER}|{_VARIATION}")


def visible(text: str) -> str:
    """The text with every character shown that would act or mislead without being seen.

    Every kind of line end becomes a line feed. Control characters (line feed and tab apart), terminal escapes, marks that
    change the writing's direction, characters without width, tags, fillers and halves of characters stand as `⟨U+202E⟩`.
    Joiners stay where spelling or emoji need them. What is visible stays as it is; a visible text does not change again.
    """
    if text.isascii() and text.replace("\n", "").isprintable():  # most texts: not worth two searches
        return text
    return _HIDDEN.sub(_named, _ENDS.sub("\n", text))


def in_one_line(text: str) -> str:
    """The same with `⏎` for a line's end and a space for a tab: for names, labels and headings."""
    return visible(text).replace("\n", "⏎").replace("\t", " ")


def _named(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found.group()):04X}⟩"
