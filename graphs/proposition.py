"""The declarative form of a question, on which people can say how far they agree."""

from __future__ import annotations

import re

_MODALS = r"should|could|would|can|will|must|is|are|was|were|has|have|do|does|did|may|might|shall|ought"
_WHOLE = re.compile(rf"^({_MODALS})\s+(.+?)\s*\?*\s*$", re.IGNORECASE | re.DOTALL)
_SUBJECT_ENDS = re.compile(
    r"\s(be|have|allow|ban|pay|raise|lower|increase|reduce|spend|provide|introduce|abolish|require|make|keep|stop|"
    r"give|tax|fund|adopt|replace|lift|legalise|legalize|continue|invest|build|take|get|do|need|receive|remain|"
    r"leave|join|offer|cut|set|use|limit|restrict|subsidise|subsidize|support|encourage|prohibit|punish|vote)\b",
    re.IGNORECASE,
)


def declare(question: str) -> str | None:
    """The declarative form by rule: "Should we tax wealth?" becomes "We should tax wealth."

    Only questions that open with `should`, `must`, `can` and the like, and whose verb the rule knows, are turned.

    Returns:
        The sentence, or None where the rule does not apply (it never guesses).
    """
    match = _WHOLE.match(question.strip())
    if not match or match.group(1).lower() not in ("should", "must", "can", "could", "would", "will", "may"):
        return None
    modal, rest = match.group(1).lower(), match.group(2)
    verb = _SUBJECT_ENDS.search(rest)
    if not verb or verb.start() == 0:
        return None
    subject, predicate = rest[: verb.start()], rest[verb.start() + 1 :]
    return f"{subject[0].upper()}{subject[1:]} {modal} {predicate}."
