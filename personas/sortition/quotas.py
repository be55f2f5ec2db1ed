"""Quotas: how many people of each label a panel needs, and the pool seen through them.

People who are alike in all that the quotas name are of one kind, and a panel is how many it has of each kind: the people of a
kind are drawn alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..persona import Persona

Floats = NDArray[np.float64]
# By attribute and label: the least and the most people of the panel.
Bounds = Mapping[str, Mapping[str, tuple[int, int]]]
# Shares that sum to 1 within this are taken for shares of the whole.
ROUNDING = 0.01
NOT_KNOWN = "(not known)"


class SortitionError(ValueError):
    """Quotas are wrong, or no panel meets them; the message says which of them would have to give."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """A pool as the quotas see it: T kinds of people under Q quotas.

    Args:
        ids: Of everybody, in the pool's order (n).
        kind: The kind of each (n,), from 0.
        count: How many people there are of each kind (T,), 1 at least.
        quotas: The attribute and label of each quota (Q).
        has: 1 where a kind has a quota's label (Q, T), else 0.
        low: The fewest of each label (Q,).
        high: The most of each label (Q,).
        size: How many people a panel has.
    """

    ids: tuple[str, ...]
    kind: NDArray[np.int64]
    count: Floats
    quotas: tuple[tuple[str, str], ...]
    has: Floats
    low: Floats
    high: Floats
    size: int


def see_pool(pool: Iterable[Persona], quotas: Mapping[str, Any], size: int) -> Kinds:
    """The pool's kinds under these quotas.

    Args:
        pool: Everybody who can be drawn.
        quotas: As `read_quotas`.
        size: How many people the panel has.

    Raises:
        SortitionError: The size is no whole number from 1 to that of the pool, two people share an id, nobody has an attribute
            that the quotas name, or the quotas are wrong.
    """
    people = list(pool)
    ids = tuple([person.id for person in people])
    if type(size) is not int or not 1 <= size <= len(people):
        raise SortitionError(f"size: a panel out of {len(people)} people has 1 to {len(people)} of them, got {size!r}")
    if len(set(ids)) < len(ids):
        twice = next(one for k, one in enumerate(ids) if one in ids[:k])
        raise SortitionError(f"two people of the pool share the id {twice!r}; ids must be unique")
    if not isinstance(quotas, Mapping):
        raise SortitionError(f"quotas must be a mapping of attributes, got {quotas!r}")
    labels = {name: _labels(people, name) for name in quotas}
    bounds = read_quotas(quotas, size, labels)
    seen = list(zip(*labels.values(), strict=True)) if labels else [()] * len(people)
    kinds = {key: k for k, key in enumerate(dict.fromkeys(seen))}
    kind = np.array([kinds[key] for key in seen])
    rows = [(a, name, label) for a, name in enumerate(bounds) for label in bounds[name]]
    has = np.array([[float(key[a] == label) for key in kinds] for a, _, label in rows]).reshape(len(rows), len(kinds))
    ends = np.array([bounds[name][label] for _, name, label in rows], dtype=float).reshape(len(rows), 2)
    named = tuple([(name, label) for _, name, label in rows])
    return Kinds(ids, kind, np.bincount(kind).astype(float), named, has, ends[:, 0], ends[:, 1], size)


def read_quotas(quotas: Mapping[str, Any], size: int, labels: Mapping[str, Iterable[str]]) -> Bounds:
    """Quotas as bounds.

    Args:
        quotas: By attribute, either `{label: (least, most)}`, where None leaves an end open and a label that is not
            named has none, or `{label: share}` with shares that sum to 1: the panel then has the share's number rounded down or
            up, and nobody of another label, or of whom it is not known.
        size: How many people the panel has.
        labels: By attribute, the label of each person of the pool.

    Raises:
        SortitionError: An attribute's quotas are neither.
    """
    read: dict[str, dict[str, tuple[int, int]]] = {}
    for name, given in quotas.items():
        if not isinstance(given, Mapping) or not given:
            raise SortitionError(
                f"quotas: {name}: write a mapping from label to [least, most] or to a share, got {given!r}"
            )
        values = {str(label): value for label, value in given.items()}
        if all(_is_number(value) for value in values.values()):
            read[name] = _of_shares(name, values, size, labels[name])
        else:
            read[name] = {label: _ends(f"quotas: {name}: {label}", value, size) for label, value in values.items()}
    return read


def _of_shares(name: str, shares: Mapping[str, float], size: int, labels: Iterable[str]) -> dict[str, tuple[int, int]]:
    total = sum(shares.values())
    if abs(total - 1) > ROUNDING or min(shares.values()) < 0:
        raise SortitionError(
            f"quotas: {name}: the shares {', '.join(f'{s:g}' for s in shares.values())} are not numbers from 0 up that sum to 1; "
            "numbers of people are written [least, most]"
        )
    near = 1e-9 * size  # 0.3 · 10 is 3 and not a little less
    wanted = {label: share / total * size for label, share in shares.items()}
    bounds = {label: (math.floor(x + near), math.ceil(x - near)) for label, x in wanted.items()}
    return bounds | dict.fromkeys(sorted(set(labels) - set(bounds)), (0, 0))


def _ends(where: str, value: Any, size: int) -> tuple[int, int]:
    ends = list(value) if isinstance(value, list | tuple) else []
    low, high = (
        [0 if ends[0] is None else ends[0], size if ends[1] is None else ends[1]] if len(ends) == 2 else [-1, -1]
    )
    if type(low) is not int or type(high) is not int or not 0 <= low <= high:
        raise SortitionError(f"{where}: write [least, most], two whole numbers from 0 up in this order, got {value!r}")
    return low, high


def _labels(people: list[Persona], name: str) -> list[str]:
    found = [person.attributes.get(name) for person in people]
    if all(label is None for label in found):
        known = sorted({attribute for person in people for attribute in person.attributes})
        raise SortitionError(
            f"quotas: nobody in the pool has the attribute {name!r}; there are {', '.join(known) or 'none'}"
        )
    return [NOT_KNOWN if label is None else str(label) for label in found]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
