"""Where the mediator's statements stand: at the group's weighted centre, but for a small error."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

from .stance import stance_of

# Standard deviations of the errors, in stances: a draft is written before anybody could object to it.
DRAFT_ERROR, REVISION_ERROR = 0.3, 0.1
# How much of the way to the centre a revision goes, and how much more a critic counts for each unit of distance.
REVISION_STEP, CRITICS_PULL = 0.8, 0.5


def drafted(context: Mapping[str, Any], draw: random.Random) -> float:
    """The stance of a draft: the weighted mean of the opinions' stances, and an error."""
    return _mean(_stances(context, "opinions"), _weights(context)) + draw.gauss(0, DRAFT_ERROR)


def revised(context: Mapping[str, Any], draw: random.Random) -> float:
    """The stance of a revision: from the previous statement towards the group, critics pulling by their distance.

    A critique says where its author stands; who wrote none stands where the opinion stood.
    """
    before = stance_of(_text(context.get("statement")))
    critiques = _stances(context, "critiques")
    weights = _weights(context)
    pull = {s: weights.get(s, 1.0) * (1 + CRITICS_PULL * abs(at - before)) for s, at in critiques.items()}
    centre = _mean({**_stances(context, "opinions"), **critiques}, {**weights, **pull}, otherwise=before)
    return before + REVISION_STEP * (centre - before) + draw.gauss(0, REVISION_ERROR)


def texts(context: Mapping[str, Any], *keys: str) -> list[str]:
    """All texts under these keys of a context, whoever wrote them."""
    return [text for key in keys for text in _by_seat(context, key).values() if isinstance(text, str)]


def _stances(context: Mapping[str, Any], key: str) -> dict[str, float]:
    held = _by_seat(context, key).items()
    # What is no text is a seat that was lost.
    return {str(seat): stance_of(text) for seat, text in held if isinstance(text, str) and text.strip()}


def _weights(context: Mapping[str, Any]) -> dict[str, float]:
    held = _by_seat(context, "weights").items()
    return {str(s): float(w) for s, w in held if isinstance(w, int | float) and 0 <= w < math.inf}


def _by_seat(context: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
    held = context.get(key)
    return held if isinstance(held, Mapping) else {}


def _mean(stances: Mapping[str, float], weights: Mapping[str, float], otherwise: float = 0.0) -> float:
    pairs = [(stance, weights.get(seat, 1.0)) for seat, stance in stances.items()]
    total = sum(w for _, w in pairs)
    return sum(s * w for s, w in pairs) / total if total > 0 else otherwise


def _text(held: Any) -> str:
    return held if isinstance(held, str) else ""
