"""Stage 2: the persona itself is asked, many times; what it says becomes a distribution over the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...models.protocol import DRAWING, LETTERS, ChooseMethod
from ...models.templates import PromptBook
from ..answers import Answer, Missing
from ..persona import Attribute
from ..questions import Option, Question

DECLINED = "declined"


class TraitError(ValueError):
    """A trait cannot be asked about."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a persona said of itself.

    Args:
        distribution: Label to probability, summing to 1; uniform where nothing was said; empty where `missing`.
        counts: Label to how often it was drawn; empty where probabilities were read instead.
        declined: How many draws preferred not to say.
        unparseable: How many draws named no option.
        uniform: Whether the distribution is uniform because nothing was said.
        missing: Why the call failed; None where it did not.
    """

    distribution: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    declined: int = 0
    unparseable: int = 0
    uniform: bool = False
    missing: Missing | None = None


def trait_question(trait: Attribute, prompts: PromptBook, ordinal: bool = False) -> Question:
    """The question put to the persona: the labels, which are their own codes, and a last option not to say.

    Raises:
        TraitError: The trait has no labels that can be told apart.
    """
    return attribute_question(trait, prompts, Option(DECLINED, prompts.fill("trait_declined"), missing=True), ordinal)


def attribute_question(trait: Attribute, prompts: PromptBook, last: Option, ordinal: bool) -> Question:
    """A trait's question with its labels as options and one more that counts as no answer.

    Args:
        trait: Its `question`, or one made from its name, and its `values`.
        prompts: The prompt texts.
        last: The option that counts as no answer.
        ordinal: The labels are in order: they are reversed at most, never shuffled.

    Raises:
        TraitError: There are not 2 to 25 labels, two read alike, or one reads like the last option.
    """
    check_labels(trait)
    if {last.code.casefold(), last.text.casefold()} & {_read(label) for label in trait.values}:
        raise TraitError(
            f"trait {trait.name!r}: the label {last.text!r} is offered besides the labels; leave it out of the values"
        )
    text = trait.question or prompts.fill("qa_question", name=trait.name.replace("_", " "))
    options = tuple(Option(label, label) for label in trait.values)
    return Question(trait.name, text, (*options, last), ordinal=ordinal)


def check_labels(trait: Attribute) -> None:
    """Looks whether a trait can be asked about.

    Raises:
        TraitError: There are not 2 to 25 labels, or two read alike.
    """
    most = len(LETTERS) - 1
    if not 2 <= len(trait.values) <= most:
        raise TraitError(f"trait {trait.name!r} has {len(trait.values)} labels; give it from 2 to {most} values")
    read = [_read(label) for label in trait.values]
    if len(set(read)) < len(read) or not all(read):
        raise TraitError(f"trait {trait.name!r}: a label is blank, or two read alike: {list(trait.values)}")


def _read(label: str) -> str:
    return label.strip().rstrip(".").casefold()


def read_draws(answer: Answer, labels: Sequence[str], method: ChooseMethod = "sampled", draws: int = 40) -> Drawn:
    """The distribution over the labels: what declined or named none is dropped, the rest normalised.

    Args:
        answer: To `trait_question`.
        labels: The trait's, in order.
        method: How the answer was had.
        draws: How many were drawn, where the method draws.
    """
    if not answer.probabilities:
        gone = answer.answer
        if isinstance(gone, Missing) and gone.reason != "no_option":
            return Drawn(missing=gone)
        return Drawn(_uniform(labels), dict.fromkeys(labels, 0), unparseable=_all(method, draws), uniform=True)
    if method not in DRAWING:
        distribution = normalised(dict(zip(labels, answer.probabilities, strict=False)))
        return Drawn(distribution or _uniform(labels), uniform=not distribution)
    heard = draws if answer.captured_mass is None else round(draws * answer.captured_mass)
    *said, declined = [round(p * heard) for p in answer.probabilities]
    counts = dict(zip(labels, said, strict=True))
    distribution = normalised(counts)
    return Drawn(distribution or _uniform(labels), counts, declined, draws - heard, not distribution)


def normalised(mass: Mapping[str, float]) -> dict[str, float]:
    """The shares of a mass from 0 up; empty where there is none."""
    total = sum(mass.values())
    return {label: m / total for label, m in mass.items()} if total > 0 else {}


def _uniform(labels: Sequence[str]) -> dict[str, float]:
    return {label: 1 / len(labels) for label in labels}


def _all(method: ChooseMethod, draws: int) -> int:
    return draws if method in DRAWING else 0
