"""Option-order and label bias: one question asked in both orders, and what the difference says.

Reversing the options moves each to another place and gives it another letter, so the two effects are measured, and by
averaging removed, together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..models.protocol import Choice
from .questions import Option


@dataclass(frozen=True, slots=True)
class BothOrders:
    """What two orders of the same options say.

    Args:
        choice: The average of both, its options in forward order.
        asymmetry: Total variation distance between the two distributions, in [0, 1]; 0 is no effect of order.
        primacy: How much likelier the options at the two ends of the scale are where they stand first than where they
            stand last, in [-1, 1]; positive favours what stands first.
    """

    choice: Choice
    asymmetry: float
    primacy: float


def reversed_options(options: Sequence[Option]) -> tuple[Option, ...]:
    """The options from last to first; those that count as no answer stay at the end."""
    asked = [o for o in options if not o.missing]
    return (*asked[::-1], *(o for o in options if o.missing))


def average_orders(forward: Choice, backward: Choice, options: Sequence[Option]) -> BothOrders:
    """Averages the answers to a question and to the same one with its options reversed.

    Args:
        forward: The answer to `options` as they stand.
        backward: The answer to `reversed_options(options)`.
        options: In forward order.
    """
    ahead = dict(zip([o.code for o in options], forward.probabilities, strict=True))
    behind = dict(zip([o.code for o in reversed_options(options)], backward.probabilities, strict=True))
    mean = tuple([(ahead[o.code] + behind[o.code]) / 2 for o in options])
    asked = [o.code for o in options if not o.missing]
    first, last = asked[0], asked[-1]
    masses = [m for m in (forward.captured_mass, backward.captured_mass) if m is not None]
    return BothOrders(
        choice=Choice(
            mean,
            sum(masses) / 2 if len(masses) == 2 else None,
            raw="\n".join(filter(None, (forward.raw, backward.raw))),
        ),
        asymmetry=_total_variation(ahead, behind),
        primacy=((ahead[first] - behind[first]) + (behind[last] - ahead[last])) / 2 if len(asked) > 1 else 0.0,
    )


def _total_variation(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    return sum(abs(a[code] - b[code]) for code in a) / 2
