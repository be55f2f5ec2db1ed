"""Reading a life story: which traits and attitudes it states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .life_facts import Fact, read_facts, theme

Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Life:
    """What a text states of its teller.

    Args:
        traits: The label of each trait that is stated; the last one where it is stated twice.
        attitudes: One number a dimension, in standard deviations; None where nothing is said of it.
        contradictions: The traits and themes that are stated in two different ways, in the order of the second.
    """

    traits: Mapping[str, str] = field(default_factory=dict)
    attitudes: tuple[float | None, ...] = ()
    contradictions: tuple[str, ...] = ()


def read_life(text: str, dimensions: int, known: Mapping[str, Sequence[str]] | None = None) -> Life:
    """What a text states of its teller; nothing where the text is from elsewhere.

    Args:
        text: A backstory, or the answers of an interview one after the other.
        dimensions: How many attitudes the public has; what is said of others is passed over.
        known: The labels of each trait: other traits and labels are passed over, and the text may differ from these
            in case, and in spaces for underscores.
    """
    traits: dict[str, str] = {}
    attitudes: list[float | None] = [None] * dimensions
    contradicted: dict[str, None] = {}
    for fact in read_facts(text):
        if fact.trait:
            name, label = (fact.trait, fact.label) if known is None else spelt(fact, known)
            if not name:
                continue
            if traits.get(name, label) != label:
                contradicted[name] = None
            traits[name] = label
        elif fact.dimension < dimensions:
            if attitudes[fact.dimension] not in (None, fact.value):
                contradicted[theme(fact.dimension)] = None
            attitudes[fact.dimension] = fact.value
    return Life(traits, tuple(attitudes), tuple(contradicted))


def stated(text: str, trait: str, labels: Sequence[str]) -> Fact | None:
    """The last sentence of a text that states one of these labels of a trait, with the label as it is spelt here."""
    for fact in reversed(read_facts(text)):
        name, label = spelt(fact, {trait: labels}) if fact.trait else ("", "")
        if name:
            return Fact(trait=name, label=label, sentence=fact.sentence)
    return None


def spelt(fact: Fact, known: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The trait and the label of a fact as they are spelt in what is known; two empty texts where they are not."""
    name = _same(fact.trait, known)
    label = _same(fact.label, known[name]) if name is not None else None
    return (name, label) if name is not None and label is not None else ("", "")


def _same(said: str, known: Sequence[str] | Mapping[str, Sequence[str]]) -> str | None:
    if said in known:
        return said
    plain = _plain(said)
    return next((name for name in known if _plain(name) == plain), None)


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())
