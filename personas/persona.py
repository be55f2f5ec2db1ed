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
class Turn:
    """One question of an interview, and what the person answered."""

    question: str
    answer: str


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
        interview: A life told in answer to questions, in their order; a persona has a backstory or an interview.
        traits: Who the person may be, as its story lets one tell: by trait, the probability in [0, 1] of each label,
            summing to 1 (see `personas.traits`). What is known for certain stands in `attributes`.
    """

    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    backstory: str = ""
    weight: float = 1.0
    model: str = ""
    style: str = ""
    past: tuple[Past, ...] = ()
    interview: tuple[Turn, ...] = ()
    traits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a persona needs an id")
        if not 0 <= self.weight < float("inf"):
            raise ValueError(f"persona {self.id!r}: the weight {self.weight} is not a number from 0 up")
        if self.backstory and self.interview:
            raise ValueError(f"persona {self.id!r} has a backstory and an interview; give one of them")
        for name, distribution in self.traits.items():
            total = sum(distribution.values())
            if any(p < 0 for p in distribution.values()) or abs(total - 1) > 1e-6:
                raise ValueError(
                    f"persona {self.id!r}: the probabilities of the trait {name!r} are not numbers from 0 up that sum to 1"
                )

    @property
    def story(self) -> str:
        """The life as one text: the backstory, or the interview's answers with a blank line between them."""
        return self.backstory or "\n\n".join(turn.answer for turn in self.interview)
