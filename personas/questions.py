"""What personas are asked: questions with options, and instruments that put them in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .parties import Parties

Perspective = Literal["self", "ingroup", "outgroup", "meta"]
PERSPECTIVES: tuple[Perspective, ...] = ("self", "ingroup", "outgroup", "meta")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a person can give.

    Args:
        code: As in the codebook, always text ("1", "Yes").
        text: As the respondent reads it.
        missing: True where the option is offered but counts as no answer ("Don't know", "Refused").
    """

    code: str
    text: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One item of an instrument.

    Args:
        code: The item's name in every table.
        text: As the respondent reads it.
        options: In codebook order.
        ordinal: The options are ordered: the order may be reversed, never shuffled.
        reversed: The item counts against the direction of its scale (only Cronbach's alpha uses this).
        proposition: The declarative form, for agreement scales.
        perspective: Whom it asks about: oneself, one's own side, the other side, or what the other side thinks.
        target: The group it is about, as the codebook calls it; "" where it is about nobody in particular.
    """

    code: str
    text: str
    options: tuple[Option, ...]
    ordinal: bool = True
    reversed: bool = False
    proposition: str = ""
    perspective: Perspective = "self"
    target: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every option's code, in codebook order, options that count as no answer included."""
        return tuple(o.code for o in self.options)


@dataclass(frozen=True, slots=True)
class Instrument:
    """Ordered questions asked from one perspective.

    Args:
        name: Names it in seeds and records.
        questions: In the codebook's order; the order asked is drawn per persona and recorded.
        perspective: About oneself, one's own side, the other side, or what the other side thinks.
        scales: Items that measure one thing, for Cronbach's alpha: name to item codes.
        parties: Whose words fill the slots of the questions, for each respondent (see `perspectives.worded_for`);
            None asks everybody in the same words.
    """

    name: str
    questions: tuple[Question, ...]
    perspective: Perspective = "self"
    scales: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parties: Parties | None = None


AGREEMENT = (
    "Strongly disagree",
    "Disagree",
    "Somewhat disagree",
    "Neither agree nor disagree",
    "Somewhat agree",
    "Agree",
    "Strongly agree",
)


def likert(code: str, text: str, labels: tuple[str, ...] = AGREEMENT, proposition: str = "") -> Question:
    """A question answered on a scale of labels coded 1, 2, ... from lowest to highest."""
    options = tuple(Option(str(k), label) for k, label in enumerate(labels, start=1))
    return Question(code=code, text=text, options=options, proposition=proposition or text)
