"""Answers about one's own side, about the other side, and about what the other side thinks.

One latent value of hostility, in logits, stands behind them all: people judge their own side (and themselves) kindly and the
other side harshly, and believe that the other side does so more than it does. The defaults come near the gaps published for
Americans (see docs/methods.md); a public's dials make them larger, smaller or too even.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from . import dials
from .derivation import normals
from .graded import Vector, even_thresholds, graded_probabilities

# The codes of the instruments that ship with the package. In the warm ones a high code is warm, in all others hostile.
WARM = ("warmth_", "meta_their_warmth_")
SHIPPED = ("traits_", "subversion_", *WARM)
# A target as seen from the respondent, where it is no party's name.
US, THEM = ("us", "own", "ingroup"), ("them", "other", "outgroup")
# The thresholds of K answers cut this range on either side of 0 into equal parts, in logits.
REACH = 4.0


@dataclass(frozen=True, slots=True)
class Parties:
    """How partisan a public is; all in logits but `exaggeration`.

    Args:
        hostility: How harshly the other side is judged; 0 is neither way.
        loyalty: How kindly one's own side is judged, oneself included.
        exaggeration: How many times as hostile and as loyal the other side is believed to be; 1 is as much as oneself.
        spread: Standard deviation of the latent value over respondents.

    Raises:
        ValueError: A number is out of range.
    """

    hostility: float = 1.55
    loyalty: float = 1.55
    exaggeration: float = 1.85
    spread: float = 1.3

    def __post_init__(self) -> None:
        for field, low in zip(fields(self), (-20, -20, 0, 0), strict=True):
            value = dials.number(f"parties: {field.name}", getattr(self, field.name), low, 20)
            object.__setattr__(self, field.name, value)

    def numbers(self) -> list[float]:
        """The parameters in their order."""
        return [getattr(self, field.name) for field in fields(self)]


def read_parties(given: Any) -> Parties:
    """The parameters from a mapping.

    Raises:
        ValueError: It is none, or has an unknown name.
    """
    if isinstance(given, Parties):
        return given
    names = [field.name for field in fields(Parties)]
    if not isinstance(given, Mapping) or set(given) - set(names):
        raise ValueError(f"parties must be a mapping of {', '.join(names)}, got {given!r}")
    return Parties(**given)


def is_partisan(context: Mapping[str, Any]) -> bool:
    """Whether a question is answered by taking sides: by its perspective, or because an instrument that ships has it."""
    return _perspective(context) != "self" or _code(context).startswith(SHIPPED)


def answers(
    parties: Parties, public: str, context: Mapping[str, Any], party: str, options: int, fidelity: float = 1.0
) -> Vector:
    """The probabilities of the ordered answers (K,), lowest code first.

    Args:
        parties: How partisan the public is.
        public: Its name.
        context: The question's, with `question` (its code), `perspective` and `target`, and the `persona`.
        party: The respondent's own; "" where it is not known, and no side is taken.
        options: K.
        fidelity: How much of the side taken reaches the answer, in [0, 1].
    """
    side = _side(context, party)
    latent = fidelity * _level(parties, side)
    if parties.spread:
        latent += parties.spread * normals(1, public, "side", str(context.get("persona") or ""), side)[0]
    probabilities = graded_probabilities(latent, even_thresholds(options, REACH))
    return probabilities[::-1] if _code(context).startswith(WARM) else probabilities


def _level(parties: Parties, side: str) -> float:
    hostile, loyal = parties.hostility, -parties.loyalty
    levels = {
        "own": loyal,
        "other": hostile,
        "theirs of us": parties.exaggeration * hostile,
        "theirs of them": parties.exaggeration * loyal,
    }
    return levels.get(side, 0.0)


def _side(context: Mapping[str, Any], party: str) -> str:
    """Whom an answer is about, seen from the respondent: own, other, theirs of us, theirs of them; "" is unknown."""
    if not party:
        return ""
    perspective, target = _perspective(context), str(context.get("target") or "").strip().casefold()
    if target:
        about_us = target in US or (target not in THEM and _same(target, party))
    elif perspective == "meta":
        about_us = not _code(context).endswith("_to_them")
    else:
        about_us = perspective != "outgroup"
    if perspective == "meta":
        return "theirs of us" if about_us else "theirs of them"
    return "own" if about_us else "other"


def _same(target: str, party: str) -> bool:
    """Whether both name one party, however capitalised, in the singular or the plural."""
    return target.removesuffix("s") == party.strip().casefold().removesuffix("s")


def _perspective(context: Mapping[str, Any]) -> str:
    return str(context.get("perspective") or "self")


def _code(context: Mapping[str, Any]) -> str:
    return str(context.get("question") or "")
