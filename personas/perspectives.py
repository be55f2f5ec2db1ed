"""Questions about one's own side, the other side and what the other side thinks, worded for who is asked."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from .answers import Answer, Missing
from .parties import Parties, Party, has_slots
from .persona import Persona
from .questions import Question


def worded_for(question: Question, persona: Persona, parties: Parties | None) -> Question | None:
    """The question as this persona is asked it.

    Slots in text, options and target are filled from the persona's own party. A question with a party as its target
    and no perspective of its own ("Compared to other Americans, are Democrats …") is about the ingroup for that
    party's members, about the outgroup for the others, and stays as it is for everybody else.

    Args:
        question: As the codebook has it.
        persona: Who is asked; its attribute `parties.attribute` counts, letter case and number aside.
        parties: The two parties; None leaves every question as it is.

    Returns:
        The question to ask, or None where its wording needs a party and the persona belongs to neither.
    """
    if parties is None:
        return question
    own = parties.find(persona.attributes.get(parties.attribute, ""))
    if own is None:
        return None if needs_party(question) else question
    return _worded(question, own, parties)


def needs_party(question: Question) -> bool:
    """Whether only a member of one of the parties can be asked."""
    return any(has_slots(text) for text in (question.text, question.target, *(o.text for o in question.options)))


def wording_of_both(question: Question, parties: Parties | None) -> str:
    """The question's text for a table or a page: as both sides are asked it, where these differ."""
    if parties is None or not has_slots(question.text):
        return question.text
    worded = [f"{party.plural} are asked: {parties.fill(question.text, party)}" for party in parties.sides]
    return " / ".join(worded)


def not_asked(question: Question) -> Answer:
    """What stands for the answer of a persona that a question cannot be put to."""
    return Answer(question.code, Missing("not_asked", "the wording needs a party, and the persona belongs to neither"))


@lru_cache(maxsize=4096)
def _worded(question: Question, own: Party, parties: Parties) -> Question:
    target = parties.fill(question.target, own)
    perspective = question.perspective
    if perspective == "self" and target in parties.labels:
        perspective = "ingroup" if target == own.label else "outgroup"
    return replace(
        question,
        text=parties.fill(question.text, own),
        options=tuple(replace(o, text=parties.fill(o.text, own)) for o in question.options),
        target=target,
        perspective=perspective,
    )
