"""The words of questions: what a model wrote as lines, and which questions say the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

_WORD = re.compile(r"\w+")
# "1. ", "(2) ", "3:", "b) ", "Q4: ", "- ", "• ", "**": what stands before a question in a list.
_MARK = re.compile(
    r"^(?:[\s>*•·‣–—-]+|\(?\d{1,4}[.):\]]+\s*|\(?[a-zA-Z][.)]\s+|(?:question|q)\s*\d*\s*[.:)]\s*)", re.IGNORECASE
)
_WRAPPING = "\"'“”‘’„«»`*_[], \t"
_SPACES = re.compile(r"\s+")
_ENDING = re.compile(r"[\s?!]*\?[\s?!]*$")
# Words that seldom tell two questions apart.
_COMMON = frozenset(
    _WORD.findall(
        "a an the of to in on at for from by with and or as than if so some any is are was were be been being do does did has "
        "have had will would should can could may might must shall we our us i my you your it its this that these those "
        "there their they them who which what how"
    )
)


def parse_lines(text: str) -> list[str]:
    """The lines of a model's answer, without numbers, bullets, quotation marks and other list marks.

    Several question marks at the end become one.
    """
    found = (_unmarked(line) for line in text.splitlines())
    return [line for line in found if line]


def _unmarked(line: str) -> str:
    line = _SPACES.sub(" ", line).strip(_WRAPPING)
    while mark := _MARK.match(line):
        line = line[mark.end() :].strip(_WRAPPING)
    return _ENDING.sub("?", line)


def plain_words(text: str) -> str:
    """A text without capitals, punctuation and surplus spaces: what is equal in it is the same question."""
    return " ".join(_WORD.findall(text.casefold()))


def content_words(text: str) -> frozenset[str]:
    """The words that say what a question is about: common words left out, plurals and possessives cut to the stem.

    Where nothing else is left the common words count.
    """
    words = _WORD.findall(re.sub(r"['’]s\b", "", text.casefold()))
    told = [word for word in words if word not in _COMMON] or words
    return frozenset(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in told)


class SeenQuestions:
    """Questions that were seen, and whether a new one says the same as one of them.

    Two questions are as similar as the share of their content words that they have in common (Jaccard's index, in [0, 1]).
    It does not see synonyms, and does not take "raise" for "lower": among few content words one that differs is
    enough to tell two questions apart. At 0.8, 265 of the 5,645 questions of Tessler et al. (2024), which people had
    cleaned, are near-duplicates of an earlier one; nearly all of them ask the same in other words.

    Args:
        similarity: From how similar on two questions are near-duplicates, above 0; above 1 none are.
    """

    def __init__(self, similarity: float = 0.8) -> None:
        if not similarity > 0:
            raise ValueError(f"similarity must be above 0, got {similarity!r}")
        self.similarity = similarity
        self._texts: list[str] = []
        self._sets: list[frozenset[str]] = []
        self._plain: dict[str, int] = {}
        self._by_word: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, question: str) -> None:
        """Remembers a question."""
        number, words = len(self._texts), content_words(question)
        self._plain.setdefault(plain_words(question), number)
        self._texts.append(question)
        self._sets.append(words)
        for word in words:
            self._by_word[word].append(number)

    def same(self, question: str) -> str | None:
        """The question seen first that is the same but for capitals, punctuation and spaces, or None."""
        number = self._plain.get(plain_words(question))
        return None if number is None else self._texts[number]

    def nearest(self, question: str) -> tuple[str, float] | None:
        """The most similar question seen and its similarity, where that reaches the threshold; the first of equals."""
        words = content_words(question)
        shared = Counter[int]()
        for word in words:  # only questions that share a word are looked at
            shared.update(self._by_word.get(word, ()))
        best = max(((n / (len(words) + len(self._sets[k]) - n), -k) for k, n in shared.items()), default=(0.0, 0))
        return (self._texts[-best[1]], best[0]) if best[0] >= self.similarity else None
