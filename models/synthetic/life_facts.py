"""The facts of a life story: sentences that state a trait or an attitude, and reading them back exactly.

A trait's sentence has its name and its label in curly quotes; an attitude's sentence names the theme of its dimension
and one of eleven grades.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from . import life_words as w

# Longer names and labels are nothing that people say of themselves.
LONGEST = 120
HIGHEST_GRADE = w.LOWEST_GRADE + w.GRADE_STEP * (len(w.GRADES) - 1)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a sentence states.

    Args:
        trait: The trait's name; "" where the sentence states an attitude.
        label: The trait's label.
        dimension: Which attitude it is, from 0; −1 where the sentence states a trait.
        value: The attitude, in standard deviations, from −2.5 to 2.5 in steps of 0.5.
        sentence: The words that state it, as they stand in the text.
    """

    trait: str = ""
    label: str = ""
    dimension: int = -1
    value: float = 0.0
    sentence: str = ""

    @property
    def about(self) -> str | int:
        """What it is a fact about: a trait's name or a dimension."""
        return self.trait or self.dimension


def can_be_said(text: str) -> bool:
    """Whether a name or a label can stand in a sentence: of one line, printable, 120 characters at most."""
    return 0 < len(text) <= LONGEST and text.isprintable()


def graded(value: float) -> float:
    """The nearest attitude that there are words for."""
    return w.LOWEST_GRADE + w.GRADE_STEP * _grade(value)


def say_trait(name: str, label: str, wording: int = 0) -> str:
    """A sentence that states a trait; several numbers, several wordings."""
    frame = w.TRAIT_FRAMES[wording % len(w.TRAIT_FRAMES)]
    return frame.format(name=_quoted(name), label=_quoted(label))


def say_attitude(dimension: int, value: float, wording: int = 0) -> str:
    """A sentence that states an attitude, to the nearest grade; several numbers, several wordings."""
    wordings = w.GRADES[_grade(value)]
    frame = w.CUE_FRAMES[wording % len(w.CUE_FRAMES)]
    grade = wordings[wording // len(w.CUE_FRAMES) % len(wordings)]
    return frame.format(theme=theme(dimension), grade=grade)


def theme(dimension: int) -> str:
    """What an attitude is about."""
    return w.THEMES[dimension] if dimension < len(w.THEMES) else w.THEME_BEYOND.format(n=dimension + 1)


@lru_cache(maxsize=4096)
def read_facts(text: str) -> tuple[Fact, ...]:
    """Everything that the sentences of a text state, in their order; nothing in a text from elsewhere."""
    found = [(m.start(), _trait(m)) for form in _TRAITS for m in form.finditer(text)] if "“" in text else []
    found += [(m.start(), _attitude(m)) for form in _CUES for m in form.finditer(text)]
    return tuple([fact for _, fact in sorted(found, key=lambda place: place[0])])


def without_facts(text: str) -> str:
    """The text without the sentences that state facts."""
    for form in (*_TRAITS, *_CUES):
        text = form.sub(" ", text)
    return text


def _grade(value: float) -> int:
    inside = max(w.LOWEST_GRADE, min(HIGHEST_GRADE, value))
    return round((inside - w.LOWEST_GRADE) / w.GRADE_STEP)


def _quoted(text: str) -> str:
    return f"“{text.replace('”', '””')}”"


def _trait(match: re.Match[str]) -> Fact:
    name, label = (match[slot].replace("””", "”") for slot in ("name", "label"))
    return Fact(trait=name, label=label, sentence=match.group())


def _attitude(match: re.Match[str]) -> Fact:
    counted = match["counted"]
    dimension = int(counted) - 1 if counted else w.THEMES.index(match["theme"])
    return Fact(dimension=dimension, value=_VALUES[match["grade"]], sentence=match.group())


def _form(frame: str, **slots: str) -> re.Pattern[str]:
    # One pattern for each frame: a search for its first words is the fastest there is.
    parts = re.split(r"\{(\w+)\}", frame)
    return re.compile("".join([slots[part] if k % 2 else re.escape(part) for k, part in enumerate(parts)]))


# A curly quote inside stands twice, so that a single one ends what is quoted.
_QUOTED = {slot: rf"“(?P<{slot}>(?:[^”\n]|””){{1,{2 * LONGEST}}})”(?!”)" for slot in ("name", "label")}
_TRAITS = tuple([_form(frame, **_QUOTED) for frame in w.TRAIT_FRAMES])
_VALUES = {words: w.LOWEST_GRADE + w.GRADE_STEP * k for k, grade in enumerate(w.GRADES) for words in grade}
_COUNTED = re.escape(w.THEME_BEYOND).replace(r"\{n\}", r"(?P<counted>[1-9]\d{0,5})")
_THEME = rf"(?P<theme>{'|'.join(map(re.escape, w.THEMES))}|{_COUNTED})"
_GRADE = rf"(?P<grade>{'|'.join(map(re.escape, sorted(_VALUES, key=len, reverse=True)))})"
_CUES = tuple([_form(frame, theme=_THEME, grade=_GRADE) for frame in w.CUE_FRAMES])
