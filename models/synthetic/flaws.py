"""What can be wrong with an answer of a life-story interview: committing it, and finding it by reading.

The five flaws are the default criteria of the critic (Kang et al. 2025): an answer contradicts an earlier one, holds
code or markup, speaks of the interview itself, lets somebody else speak, or repeats the question.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from . import life_words as w
from .life_facts import Fact, read_facts, without_facts
from .reading_lives import Shares

CONTRADICTION, MARKUP, METADATA = "factual_inconsistency", "code_or_markup", "interview_metadata"
SPEAKER, REPEATED = "another_speaker", "question_repeated"
FLAWS = (CONTRADICTION, MARKUP, METADATA, SPEAKER, REPEATED)

# Attitudes further apart than this contradict each other.
SAME_WITHIN = 0.75
# How far a contradicting attitude is off, in standard deviations.
OFF = 2.0
# A question is repeated where this many of its first characters stand in the answer; shorter ones say too little.
SHORTEST_ECHO, LONGEST_ECHO = 12, 120

_MARKUP = re.compile(
    r"</?[a-z][^<>]{0,200}>|```|^#{1,6} |\*\*|\]\(https?:|\{\s*\"|\b(?:def|class) \w+\(|\bprint\(|;\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_METADATA = re.compile(
    r"\b(?:(?:the|this) (?:transcript|recording|respondent)|interview (?:notes|id|number)|part \d+ of \d+|"
    r"(?:end|start) of (?:the|this) interview)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"^[^\S\n]*[A-Z][\w.'’-]{0,24}(?: [A-Z][\w.'’-]{0,24}){0,2}:\s", re.MULTILINE)
_TURNED = re.compile(
    r"\b(?:my turn to ask|let me ask you|what about you\b|tell me about your(?: own life|self))", re.IGNORECASE
)
_NO_WORD = re.compile(r"\W+")


def contradict(earlier: Fact, shares: Shares, draw: random.Random) -> Fact | None:
    """Another fact that cannot be true together with an earlier one; None where no other label is known."""
    if not earlier.trait:
        off = OFF if earlier.value < 0 else -OFF
        return Fact(dimension=earlier.dimension, value=earlier.value + off)
    others = [label for label, p in shares.get(earlier.trait, {}).items() if label != earlier.label and p > 0]
    return Fact(trait=earlier.trait, label=draw.choice(others)) if others else None


def junk(flaw: str, question: str, friend: str, draw: random.Random) -> str:
    """What an answer with one of the other four flaws says in place of its facts."""
    if flaw == REPEATED:
        asked = " ".join(question[: 4 * LONGEST_ECHO].split())[: 2 * LONGEST_ECHO]
        echo = len(_letters(asked)) >= SHORTEST_ECHO
        return draw.choice(w.QUESTION_REPEATED).replace("{question}", asked) if echo else w.QUESTION_TURNED
    words = {MARKUP: w.CODE_OR_MARKUP, METADATA: w.INTERVIEW_METADATA, SPEAKER: w.ANOTHER_SPEAKER}[flaw]
    return draw.choice(words).replace("{friend}", friend)


def find_flaws(answer: str, question: str, told: Sequence[str]) -> dict[str, str]:
    """The flaws of an answer and the words that show each, by reading alone.

    Args:
        answer: What was said.
        question: What was asked.
        told: The earlier answers of the same interview.
    """
    plain = without_facts(answer)
    found = {CONTRADICTION: _contradiction(answer, told), REPEATED: _repeated(plain, question)}
    for flaw, form in ((MARKUP, _MARKUP), (METADATA, _METADATA), (SPEAKER, _SPEAKER)):
        match = form.search(plain)
        found[flaw] = _around(plain, match) if match else ""
    return {flaw: found[flaw] for flaw in FLAWS if found[flaw]}


def contradicts(one: Fact, other: Fact) -> bool:
    """Whether two facts cannot both be true of one person."""
    if one.about != other.about:
        return False
    return one.label != other.label if one.trait else abs(one.value - other.value) > SAME_WITHIN


def _contradiction(answer: str, told: Sequence[str]) -> str:
    facts = [fact for text in told for fact in read_facts(text)]
    for fact in read_facts(answer):
        earlier = next((e for e in reversed(facts) if e.about == fact.about), None)
        if earlier is not None and contradicts(earlier, fact):
            return fact.sentence
        facts.append(fact)
    return ""


def _repeated(plain: str, question: str) -> str:
    asked = _letters(question)[:LONGEST_ECHO]
    if len(asked) >= SHORTEST_ECHO and asked in _letters(plain):
        return " ".join(question.split())[:LONGEST_ECHO]
    match = _TURNED.search(plain)
    return _around(plain, match) if match else ""


def _letters(text: str) -> str:
    return _NO_WORD.sub(" ", text.casefold()).strip()


def _around(text: str, match: re.Match[str]) -> str:
    """The line in which something was found, cut to its neighbourhood where it is long."""
    start = text.rfind("\n", 0, match.start() + 1) + 1
    end = text.find("\n", match.end())
    line = text[max(start, match.start() - 60) : min(len(text) if end < 0 else end, match.end() + 60)]
    return line.strip() or match.group().strip()
