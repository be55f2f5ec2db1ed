"""A persona: one simulated person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Attribute:
    """A trait that personas have, and how it is put into words.

    Args:
        name: The column's name.
        values: The labels it can take, in order; empty when anything goes.
        question: Asked in the `qa` style; made from the name when empty.
        sentence: Said in the first person in the `bio` style, with `{value}`; made from the name when empty.
        portrayal: The same in the second person, for the `portray` style.
    """

    name: str
    values: tuple[str, ...] = ()
    question: str = ""
    sentence: str = ""
    portrayal: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What a person said in an earlier episode, on another question; "" is not on record.

    Args:
        question: What was discussed.
        position: How far the person agreed with the proposition, as the scale's label.
        opinion: What the person wrote about the question.
        critique: What the person wrote about the group's draft.
    """

    question: str
    position: str = ""
    opinion: str = ""
    critique: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """One simulated person.

    Args:
        id: Unique in its population; seeds derive from it.
        attributes: Trait name to label; a trait that is not known is left out.
        backstory: A life told in the first person; may be empty.
        weight: How many people this one stands for; positive.
        model: The name of the model this persona speaks through, in every condition; empty means the participants'.
        style: How this persona is put before its model, in every condition; empty means the condition's.
        past: What the person said in earlier episodes, in their order; what a representative is told of it.
    """

    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    backstory: str = ""
    weight: float = 1.0
    model: str = ""
    style: str = ""
    past: tuple[Past, ...] = ()

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a persona needs an id")
        if not 0 <= self.weight < float("inf"):
            raise ValueError(f"persona {self.id!r}: the weight {self.weight} is not a number from 0 up")
