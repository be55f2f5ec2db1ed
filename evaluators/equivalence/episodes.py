"""Collecting payoffs of replicated episodes, whatever plays them: a tabular process, or a protocol with real models."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .process import Floats

# Plays one episode, (mechanism, profile, episode, replicate), and gives each seat's payoff: shape (n,), NaN where missing.
Rollout = Callable[[str, str, str, int], Awaitable[ArrayLike]]
Call = tuple[str, str, str, int]


@dataclass(frozen=True, eq=False)
class EpisodePayoffs:
    """Payoffs of every seat in every episode, under all mechanisms and profiles.

    Attributes:
        mechanisms: Names.
        profiles: Names of who sits there, such as the people and their representatives.
        episodes: Shape (rows,), the episode of each row.
        seats: Shape (rows,), the seat of each row, from 0.
        groups: Shape (rows,), the group of each row: the cluster of intervals.
        values: Shape (mechanisms, profiles, rows, replicates); NaN is missing.
    """

    mechanisms: tuple[str, ...]
    profiles: tuple[str, ...]
    episodes: NDArray[np.str_]
    seats: NDArray[np.intp]
    groups: NDArray[np.str_]
    values: Floats

    def under(self, profile: str) -> dict[str, Floats]:
        """One profile's payoffs by mechanism, (rows, replicates), as `representativity` takes them.

        Raises:
            ValueError: There is no such profile.
        """
        if profile not in self.profiles:
            raise ValueError(f"there is no profile {profile!r}; there are {', '.join(self.profiles)}")
        k = self.profiles.index(profile)
        return {m: self.values[j, k] for j, m in enumerate(self.mechanisms)}

    def by_mechanism(self, rows: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
        """An array (rows,) for every mechanism alike, such as `groups` or a mask."""
        return dict.fromkeys(self.mechanisms, rows)


async def collect_payoffs(
    rollout: Rollout,
    *,
    mechanisms: Sequence[str],
    profiles: Sequence[str],
    episodes: Mapping[str, str],
    replicates: int,
    concurrency: int = 16,
) -> EpisodePayoffs:
    """Play every episode so many times under each mechanism and profile.

    The rollout must make replicates independent of each other; those of two profiles or mechanisms may share their draws.

    Args:
        rollout: Plays one episode, called as `rollout(mechanism, profile, episode, replicate)`, replicates from 0. It gives the
            payoff of each seat in order, shape (n,), NaN where there is none.
        mechanisms: Names.
        profiles: Names.
        episodes: The group of each episode, by the episode's name.
        replicates: How often each is played; 2 at least for anything unbiased, 4 for a noise floor with means in it.
        concurrency: How many episodes are played at a time.

    Returns:
        The payoffs, a row per episode and seat.

    Raises:
        ValueError: Nothing is to be played, or an episode has payoffs of another shape or an infinite one.
    """
    calls = list(product(mechanisms, profiles, episodes, range(replicates)))
    if not calls or concurrency < 1:
        raise ValueError(
            "mechanisms, profiles and episodes must each name one, replicates and concurrency be 1 or more"
        )
    found: dict[Call, Floats] = {}
    waiting = iter(calls)

    async def play() -> None:
        for call in waiting:
            found[call] = _checked(call, await rollout(*call))

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(concurrency, len(calls))):
                tasks.create_task(play())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return _gathered(found, mechanisms, profiles, episodes, replicates)


def _gathered(
    found: dict[Call, Floats],
    mechanisms: Sequence[str],
    profiles: Sequence[str],
    episodes: Mapping[str, str],
    replicates: int,
) -> EpisodePayoffs:
    seats = {e: len(found[mechanisms[0], profiles[0], e, 0]) for e in episodes}
    for call, payoffs in found.items():
        if len(payoffs) != seats[call[2]]:
            raise ValueError(f"{_name(call)} has {len(payoffs)} payoffs, and {seats[call[2]]} when first played")
    values = np.array(
        [
            [
                np.concatenate([np.stack([found[m, p, e, r] for r in range(replicates)], axis=1) for e in episodes])
                for p in profiles
            ]
            for m in mechanisms
        ]
    )
    counts = list(seats.values())
    return EpisodePayoffs(
        tuple(mechanisms),
        tuple(profiles),
        np.repeat(np.array(list(episodes)), counts),
        np.concatenate([np.arange(n) for n in counts]),
        np.repeat(np.array(list(episodes.values())), counts),
        values,
    )


def _checked(call: Call, payoffs: ArrayLike) -> Floats:
    found = np.asarray(payoffs, dtype=float)
    if found.ndim != 1 or not len(found) or np.isinf(found).any():
        raise ValueError(f"{_name(call)} must give a finite payoff or NaN for each seat, shape (n,), not {payoffs!r}")
    return found


def _name(call: Call) -> str:
    mechanism, profile, episode, replicate = call
    return f"episode {episode!r} under {mechanism!r} and {profile!r}, replicate {replicate},"
