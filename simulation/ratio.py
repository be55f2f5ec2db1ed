"""From what a pilot's people used to what the people after them will use: a ratio estimate with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of use of one model, per person or group.

    Args:
        used: What each of the pilot's people used.
        size: What the rehearsal says of the size of the same people's prompts.
        rest: The same of people who are still to come, or of a sample of them.
        weight: What one unit of use counts for in the sum, such as its price.
    """

    used: NDArray[np.float64]
    size: NDArray[np.float64]
    rest: NDArray[np.float64]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Predicted:
    """A sum still to come with its 95 % prediction interval; no interval where it rests on one person."""

    value: float
    low: float | None
    high: float | None


def predict(lines: Sequence[Line], left: int) -> Predicted:
    """What `left` people will use in all: the ratio estimate of survey sampling (Cochran 1977, chapter 6).

    For every line, use is taken to be proportional to size, with the pilot's ratio. The interval allows for the
    ratio's error (from the scatter of the pilot's people about it), for the scatter of the people to come, and for
    having rehearsed only a sample of them; Student's t with one degree of freedom less than the pilot has people.
    It takes the people to come to be like the pilot's, apart from the sizes of their prompts.

    Args:
        lines: At least one; all with the same people.
        left: How many are still to come, at least 0.
    """
    if left == 0:
        return Predicted(0.0, 0.0, 0.0)
    people, sample = len(lines[0].used), len(lines[0].rest)
    mean, misfit, spread = 0.0, np.zeros(people), np.zeros(sample)
    for line in lines:
        ratio, correction = _ratio(line)
        expected = ratio * line.rest if correction is not None else np.full(sample, line.used.mean())
        mean += line.weight * float(expected.mean())
        fitted = ratio * line.size if correction is not None else np.full(people, line.used.mean())
        misfit += line.weight * (1.0 if correction is None else correction) * (line.used - fitted)
        spread += line.weight * expected
    if people < 2:
        return Predicted(left * mean, None, None)
    scatter = float(misfit @ misfit) / (people - 1)
    between = float(spread.var(ddof=1)) if sample > 1 else 0.0
    variance = left**2 * scatter / people + left * scatter + left**2 * between / sample * (1 - sample / left)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, people - 1)) * math.sqrt(max(variance, 0.0))
    return Predicted(left * mean, max(left * mean - half, 0.0), left * mean + half)


def _ratio(line: Line) -> tuple[float, float | None]:
    """Use per unit of size, and how the people to come compare in size; None where nothing was rehearsed."""
    size = float(line.size.sum())
    if size <= 0:
        return 0.0, None
    return float(line.used.sum()) / size, float(line.rest.mean() / line.size.mean())
