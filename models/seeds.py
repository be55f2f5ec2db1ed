"""Seeds come from names, never from a sequence: order and parallelism change nothing."""

from __future__ import annotations

import hashlib


def derive_seed(*names: str | int) -> int:
    """A seed from the names of what it is for.

    Args:
        names: The study's name and seed, then the unit's own names: persona, item, replicate, step. Leave out
            the mechanism, the model and the folder, so that two mechanisms see the same draws.

    Returns:
        An integer in [0, 2**31), which every model server takes.
    """
    return _digest(names) % 2**31


def derive_uniform(*names: str | int) -> float:
    """A draw from the uniform distribution on [0, 1) that these names alone decide."""
    return (_digest(names) >> 11) / 2**53


def _digest(names: tuple[str | int, ...]) -> int:
    # repr keeps the string "1" and the number 1, and ("a", "bc") and ("ab", "c"), apart.
    return int.from_bytes(hashlib.blake2b(repr(names).encode(), digest_size=8).digest(), "big")
