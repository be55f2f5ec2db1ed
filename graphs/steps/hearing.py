"""Who hears whom at a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ...personas.networks import NetworkError, draw_network, hearers

# By seat, whom it hears.
Hears = Mapping[str, Sequence[str]]
TOPOLOGY = "topology"


def who_hears(hears: Any, seats: Sequence[str]) -> Hears | None:
    """By seat, whom it hears; None is everybody.

    Args:
        hears: That mapping; a function from the seats to it; a networkx graph over the seats, or over as many nodes (an
            edge u → v of a directed one lets v hear u); a topology by name, such as `"ring"`, or with its parameters,
            such as `{"topology": "small_world", "neighbours": 4}` (see `personas.networks.draw_network`); or None.
        seats: All of them, in order.

    Raises:
        NetworkError: The graph or mapping does not fit the seats, or there is no such topology or parameter.
    """
    if hears is None:
        return None
    if isinstance(hears, str):
        hears = {TOPOLOGY: hears}
    if isinstance(hears, Mapping) and isinstance(hears.get(TOPOLOGY), str):
        return _named(tuple(sorted(hears.items())), tuple(seats))
    if isinstance(hears, Mapping):
        return _fitting(hears, seats)
    if callable(hears):
        return _fitting(hears(seats), seats)
    if not hasattr(hears, "edges"):
        raise NetworkError(f"who hears whom is a network, a topology or a mapping by seat, not {hears!r}")
    return hearers(hears, seats)


def _fitting(hears: Hears, seats: Sequence[str]) -> Hears:
    """The mapping, where all whom it names are there; the listener "" is a moderator, who is nobody of them."""
    known = {*seats, ""}
    for listener, heard in hears.items():
        if listener not in known or isinstance(heard, str) or not known.issuperset(heard):
            raise NetworkError(
                f"who hears whom: {listener!r} hears {heard!r}: write lists of seats by seat; there are {', '.join(seats)}"
            )
    return hears


@lru_cache(maxsize=256)
def _named(network: tuple[tuple[str, Any], ...], seats: tuple[str, ...]) -> Hears:
    # Every seat of every group asks for it.
    return hearers(draw_network(seats=seats, **dict(network)), seats)


def tables(seats: Sequence[str], size: int | None) -> dict[str, list[str]]:
    """The tables at which seats sit, in their order: `table_1`, …, of at least `size` seats each and nearly equal."""
    count = max(1, len(seats) // size) if size else 1
    cuts = [round(k * len(seats) / count) for k in range(count + 1)]
    return {f"table_{k + 1}": list(seats[a:b]) for k, (a, b) in enumerate(pairwise(cuts))}


def at_tables(size: int | None) -> Callable[[Sequence[str]], Hears]:
    """Everybody hears those at the same table, as `who_hears` takes it."""

    def hear(seats: Sequence[str]) -> Hears:
        return {seat: seated for seated in tables(seats, size).values() for seat in seated}

    return hear
