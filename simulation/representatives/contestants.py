"""Who is compared: representatives, the models they were made from, and the truth where it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...models.protocol import LanguageModel
from ...personas.representatives.variant import Variant

Kind = Literal["fine-tuned", "vanilla", "truth"]
TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Contestant:
    """Somebody who speaks in people's places.

    Args:
        name: As tables name it.
        kind: `fine-tuned`, `vanilla` (the same model before training, with the same prompt) or `truth`.
        base: The model it was made from: its size; "" for the truth.
        variant: What it is told of the person.
        model: By which key its model is known.
        vanilla: The name of its vanilla counterpart; "" where it has none.
    """

    name: str
    kind: Kind
    base: str
    variant: Variant
    model: str
    vanilla: str = ""


def line_up(representatives: Sequence[tuple[str, str, Variant]], truth: bool) -> tuple[Contestant, ...]:
    """Every representative after its vanilla counterpart, by size and variant in the order given; the truth last.

    Models are known by `base NAME` and `representative NAME`, the truth's by `truth`.

    Args:
        representatives: Name, base and variant of each.
        truth: Whether the true policy is known.
    """
    found: dict[str, Contestant] = {}
    for name, base, variant in representatives:
        plain = f"{base} vanilla {variant}"
        found.setdefault(plain, Contestant(plain, "vanilla", base, variant, f"base {base}"))
        found[name] = Contestant(name, "fine-tuned", base, variant, f"representative {name}", plain)
    if truth:
        found[TRUTH] = Contestant(TRUTH, "truth", "", Variant(), TRUTH)
    return tuple(found.values())


def check_names(contestants: Sequence[Contestant], models: Mapping[str, LanguageModel]) -> None:
    """Looks whether names differ and every contestant has a model.

    Raises:
        ValueError: Two share a name, or a model is missing.
    """
    names = [c.name for c in contestants]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise ValueError(f"two contestants are called {twice!r}; give the representative another name")
    lacking = next((c for c in contestants if c.model not in models), None)
    if lacking:
        raise ValueError(f"there is no model {lacking.model!r} for {lacking.name!r} (there are: {', '.join(models)})")
