"""The ballots as every rule reads them: checked, with one meaning of unranked, and with weights that say which sums tie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNRANKED = ("tied_last", "no_comparison")
SLACK = 1e-9  # of the total weight: what rounding may do to sums of weights that are no whole numbers, and no more
LARGEST_WHOLE = 2.0**53  # up to here every whole number is a float
LARGEST_WEIGHT = 1e100  # no sum of these overflows


class ChoiceError(ValueError):
    """Ballots, weights or an option that a rule cannot count."""


@dataclass(frozen=True)
class Ballots:
    """What the voters said, in one election or in many.

    Attributes:
        ranks: Shape (voters, candidates) or (voters, candidates, elections), lower is better; an unranked candidate is
            infinity where it is tied last and NaN where it is not compared.
        weights: Shape (voters,) or (voters, elections): whole numbers, or else shares of the total.
        slack: Shape () or (elections,): sums of weights no further apart are equal; 0 for whole numbers, which are exact.
    """

    ranks: Floats
    weights: Floats
    slack: Floats

    @classmethod
    def of(cls, ranks: ArrayLike, unranked: str, weights: ArrayLike | None, many: bool = False) -> Ballots:
        """Checks ranks of shape (voters, candidates), or with `many` (elections, voters, candidates), NaN for unranked."""
        choose("unranked", unranked, UNRANKED)
        given = _numbers(ranks, many)
        weighed = _weights(weights, given.shape[:-1])
        read = np.where(np.isnan(given), np.inf, given) if unranked == "tied_last" else given
        total = weighed.sum(axis=-1)
        exact = (weighed == np.floor(weighed)).all(axis=-1) & (total <= LARGEST_WHOLE)
        shares = weighed / np.where(exact, 1.0, total)[..., None]
        # Elections come last inside: numpy is fast along a long last axis.
        return cls(
            np.ascontiguousarray(np.moveaxis(read, 0, -1)) if many else read,
            shares.T if many else shares,
            np.where(exact, 0.0, SLACK),
        )

    @property
    def candidates(self) -> int:
        """How many candidates there are."""
        return int(self.ranks.shape[1])

    @property
    def ranked(self) -> Bools:
        """Whom each ballot ranks, in the shape of `ranks`."""
        return np.isfinite(self.ranks)


def choose(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuses a value that is none of the choices, and names them."""
    if value not in choices:
        *others, last = choices
        raise ChoiceError(f"{name}: {value!r} is not {', '.join(others)} or {last}")


def _numbers(ranks: ArrayLike, many: bool) -> Floats:
    wanted = ("elections", "voters", "candidates") if many else ("voters", "candidates")
    try:
        given = np.asarray(ranks, dtype=float)
    except (TypeError, ValueError) as error:
        raise ChoiceError(f"ranks must be numbers in the shape ({', '.join(wanted)}): {error}") from error
    if given.ndim != len(wanted):
        raise ChoiceError(f"ranks must have the shape ({', '.join(wanted)}), not {given.shape}")
    for name, size in zip(wanted, given.shape, strict=True):
        if size == 0 and name != "elections":
            raise ChoiceError(
                f"ranks must have the shape ({', '.join(wanted)}), and there are no {name}: {given.shape}"
            )
    if np.isinf(given).any():
        where = np.argwhere(np.isinf(given))[0]
        place = ", ".join(f"{name[:-1]} {k}" for name, k in zip(wanted, where, strict=True))
        raise ChoiceError(f"a rank is infinite ({place}); leave an unranked candidate NaN")
    return given


def _weights(weights: ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    if weights is None:
        return np.ones(shape)
    try:
        given = np.asarray(weights, dtype=float)
    except (TypeError, ValueError) as error:
        raise ChoiceError(f"weights must be one number per ballot: {error}") from error
    if given.shape not in (shape, shape[-1:]):
        raise ChoiceError(f"weights must have the shape {shape}, one per ballot, not {given.shape}")
    bad = given[~(np.isfinite(given) & (given >= 0))]
    if len(bad):
        raise ChoiceError(f"weights are finite numbers from 0 up, not {bad[0]}")
    if given.max(initial=0) > LARGEST_WEIGHT:
        raise ChoiceError(f"weights are at most {LARGEST_WEIGHT:g}, not {given.max()}")
    return np.broadcast_to(given, shape)
