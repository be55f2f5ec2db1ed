"""The graded phrases that carry a text's stance, and reading the stance back.

A text of the grammar says once "I …" or "We …" with one of eleven grades of phrases, which end in "the idea", and
goes on with what the idea is: "that we should tax wealth", or 'behind the question “Should we tax wealth?”'.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

# Grades from −1 to 1 in steps of 0.2, in the form that follows "we"; several wordings each.
GRADES: tuple[tuple[str, ...], ...] = (
    ("reject outright the idea", "are completely opposed to the idea", "want nothing to do with the idea"),
    ("are firmly against the idea", "strongly oppose the idea"),
    ("are against the idea", "oppose the idea", "do not support the idea"),
    ("have strong doubts about the idea", "lean against the idea", "are mostly against the idea"),
    ("have some doubts about the idea", "are a little wary of the idea"),
    ("see both sides of the idea", "are of two minds about the idea", "cannot decide for or against the idea"),
    ("lean towards the idea", "are cautiously open to the idea"),
    ("mostly support the idea", "are largely in favour of the idea"),
    ("support the idea", "are in favour of the idea", "agree with the idea"),
    ("firmly support the idea", "are strongly in favour of the idea"),
    ("support without reservation the idea", "are wholeheartedly in favour of the idea"),
)
LONGEST_TOPIC = 240
LONGEST_KEPT = 2000
_STANCES = {phrase: round(-1 + 0.2 * k, 1) for k, phrases in enumerate(GRADES) for phrase in phrases}
_FORMS = sorted((re.escape(p).replace("are\\ ", "(?:are|am)\\ ", 1) for p in _STANCES), key=len, reverse=True)
_SAID = re.compile(rf"\b(?:I|we) ({'|'.join(_FORMS)})\b", re.IGNORECASE)
_TOPIC = re.compile(
    r" ?(?:that|behind the (?:question|words) “) ?(.*?)(?:[?.…]*”|[.…]+(?:\s|$)|, (?:because|since|mainly|above all)\b|$)"
)
_MARKS = re.compile(r"[*_~`#>|\"]+|<[^<>]{0,100}>")
_QUESTION = re.compile(
    r"(?:should|do|does|did|is|are|was|were|has|have|can|could|will|would|must|may|how|what|which|who|whose|when|"
    r"where|why|to what)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+")
# Words that say which way a text from elsewhere leans.
_FOR = {
    "agree",
    "approve",
    "benefit",
    "benefits",
    "fair",
    "favor",
    "favour",
    "good",
    "needed",
    "support",
    "welcome",
    "yes",
}
_AGAINST = {"against", "bad", "disagree", "doubt", "harm", "never", "no", "not", "oppose", "reject", "unfair", "wrong"}


def phrase_of(stance: float, wording: int = 0) -> str:
    """The graded phrase nearest to a stance in [−1, 1], in the form that follows "we"; several numbers, several wordings."""
    grade = GRADES[round((max(-1.0, min(1.0, stance)) + 1) / 2 * (len(GRADES) - 1))]
    return grade[wording % len(grade)]


def first_person(phrase: str) -> str:
    """A phrase in the form that follows "I"."""
    return "am" + phrase.removeprefix("are") if phrase.startswith("are ") else phrase


def read_stance(text: str) -> float | None:
    """The stance in [−1, 1] that a text of the grammar expresses, also inside Markdown or quotes; else None."""
    match = _SAID.search(_plain(text))
    return None if match is None else _STANCES[_as_we(match.group(1))]


def stance_of(text: str) -> float:
    """The stance a text expresses, in [−1, 1]; a text from elsewhere has one of its own, always the same.

    Such a text leans the way its words of approval and disapproval point, with a part drawn from its hash; without such
    words the hash alone decides. An empty text stands at 0.
    """
    return _stance(text) if len(text) <= LONGEST_KEPT else _stance_of_long(text)


def _read_or_made_up(text: str) -> float:
    read = read_stance(text)
    if read is not None:
        return read
    if not text.strip():
        return 0.0
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    drawn = int.from_bytes(digest, "big") / 2**63 - 1
    words = _WORD.findall(text[:5000].lower())
    pros, cons = sum(w in _FOR for w in words), sum(w in _AGAINST for w in words)
    return 0.75 * (pros - cons) / (pros + cons + 1) + 0.25 * drawn if pros + cons else drawn


# In a discussion everybody hears the same texts again and again; few texts are long, and those are not kept for long.
_stance = lru_cache(maxsize=8192)(_read_or_made_up)
_stance_of_long = lru_cache(maxsize=64)(_read_or_made_up)


@lru_cache(maxsize=256)
def topic(proposition: str) -> str:
    """A proposition as a clause: one line, no capital, no mark at the end, 240 characters at most."""
    line = " ".join(proposition[: 4 * LONGEST_TOPIC].split())
    if len(line) > LONGEST_TOPIC:
        line = line[:LONGEST_TOPIC].rsplit(" ", 1)[0]
    clause = line.strip('.?!…“”" ,;:') or "this should be done"
    first, _, rest = clause.partition(" ")
    # "USA", "iPhone", "Donald Trump" and "I" keep their capitals; "The" and "People" do not.
    name = first == "I" or first.isupper() or any(c.isupper() for c in first[1:]) or rest[:1].isupper()
    lowered = first if name else first[:1].lower() + first[1:]
    return f"{lowered} {rest}".strip()


def topic_key(proposition: str) -> str:
    """What a proposition is known by: the same however it is capitalised, marked up and ended."""
    return _plain(topic(proposition)).casefold()


def frame(proposition: str) -> str:
    """What follows "the idea" in a text on this proposition or question."""
    clause = topic(proposition)
    cut = "…" if len(" ".join(proposition[: 4 * LONGEST_TOPIC].split())) > LONGEST_TOPIC else ""
    if proposition.rstrip().endswith("?") or _QUESTION.match(clause):
        return f"behind the question “{clause[:1].upper()}{clause[1:]}{cut}?”"
    if clause.count(" ") < 2:
        return f"behind the words “{clause}{cut}”"
    return f"that {clause}{cut}"


def topic_of(text: str) -> str:
    """The proposition a text of the grammar is about; a text from elsewhere is about itself."""
    plain = " ".join(_MARKS.sub("", text[:20_000]).split())
    match = _SAID.search(plain)
    about = _TOPIC.match(plain, match.end()) if match else None
    return about.group(1) if about and about.group(1) else text


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _as_we(phrase: str) -> str:
    lowered = phrase.lower()
    return "are" + lowered[2:] if lowered.startswith("am ") else lowered
