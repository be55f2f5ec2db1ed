"""Which prompts of a batch share a start that is worth reading once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

SHORTEST = 16  # tokens; what is shorter is sooner read again than kept


def common(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """With how many equal tokens two texts start."""
    longest = min(len(a), len(b))
    # Slices compare far faster than a loop over tokens.
    return bisect_left(range(longest), True, key=lambda n: a[: n + 1] != b[: n + 1])


def grouped(prompts: Sequence[tuple[int, ...]]) -> list[tuple[int, list[int]]]:
    """Parts prompts into groups with a common start, so that most tokens are read once instead of often.

    Args:
        prompts: Token ids, N of them.

    Returns:
        For every group the length of the start its prompts share (0 where it is one prompt, or less than `SHORTEST`
        is shared), and its prompts' places. Takes time in N².
    """
    order = sorted(range(len(prompts)), key=lambda k: prompts[k])
    beside = [common(prompts[a], prompts[b]) for a, b in pairwise(order)]
    # After sorting, the best groups are runs: for every end, the most that can be saved and where the last run starts.
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(order) + 1):
        options, shared = [(best[end - 1][0], end - 1, 0)], len(prompts[order[end - 1]])
        for start in range(end - 2, -1, -1):
            shared = min(shared, beside[start])
            if shared < SHORTEST:
                break
            options.append((best[start][0] + (end - start - 1) * shared, start, shared))
        best.append(max(options))
    groups, end = [], len(order)
    while end:
        _, start, shared = best[end]
        groups.append((shared, order[start:end]))
        end = start
    return groups[::-1]
