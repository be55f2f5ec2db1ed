"""How well closed answers could be read: captured probability, and the effect of the options' order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .clusters import mean_with_interval

ONE_ORDER = "no question was answered in both orders (asking.average_orders)"
NONE_KNOWN = {
    "captured_mass": "no answer came with probabilities",
    "order_asymmetry": ONE_ORDER,
    "primacy": ONE_ORDER,
}


def reading_quality(
    captured_mass: ArrayLike,
    order_asymmetry: ArrayLike,
    primacy: ArrayLike,
    personas: ArrayLike,
    *,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Means over answers, with 95 % intervals clustered by persona.

    Args:
        captured_mass: Shape (n,), probability on the options at all, in [0, 1]; NaN where none is known.
        order_asymmetry: Shape (n,), total variation distance between the answers to both orders of the options, in
            [0, 1]; NaN where one order was asked. Lower is better.
        primacy: Shape (n,), how much likelier the ends of the scale are where they stand first, in [-1, 1]; 0 is best.
        personas: Shape (n,), who answered: the cluster of the intervals.
        bootstrap: Resamples of personas.
        seed: Of the resamples.

    Returns:
        `captured_mass`, `order_asymmetry` and `primacy`, each `{value, ci}` with `n` answers, or a `reason`.

    Raises:
        ValueError: The arrays differ in length.
    """
    who = np.asarray(personas)
    columns = {"captured_mass": captured_mass, "order_asymmetry": order_asymmetry, "primacy": primacy}
    arrays = {name: np.asarray(values, dtype=float) for name, values in columns.items()}
    if any(len(values) != len(who) for values in arrays.values()):
        raise ValueError("captured_mass, order_asymmetry, primacy and personas must have one row per answer")
    return {
        name: {**_within(name, mean_with_interval(values, who, bootstrap, seed)), "n": int(np.isfinite(values).sum())}
        for name, values in arrays.items()
    }


def _within(name: str, found: dict[str, Any]) -> dict[str, Any]:
    # Widening for few personas can push an interval over the ends of what there can be.
    lowest = -1.0 if name == "primacy" else 0.0
    ci = found["ci"]
    why = {"reason": NONE_KNOWN[name]} if found["value"] is None else {}
    return found | why | {"ci": ci and [max(ci[0], lowest), min(ci[1], 1.0)]}
