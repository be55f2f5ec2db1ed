"""Who is compared: representatives, the models they were made from, and the truth where it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ....personas.representatives.variant import Variant

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

    Raises:
        ValueError: Two contestants would have one name.
    """
    found: dict[str, Contestant] = {}
    taken = {TRUTH, *(f"{base} vanilla {variant}" for _, base, variant in representatives)}
    for name, base, variant in representatives:
        if name in taken:
            raise ValueError(f"a representative is called {name!r}, as another contestant is; give it another name")
        taken.add(name)
        plain = f"{base} vanilla {variant}"
        found.setdefault(plain, Contestant(plain, "vanilla", base, variant, f"base {base}"))
        found[name] = Contestant(name, "fine-tuned", base, variant, f"representative {name}", plain)
    if truth:
        found[TRUTH] = Contestant(TRUTH, "truth", "", Variant(), TRUTH)
    return tuple(found.values())
