"""The keys and values of read tokens: cut out of a batch's cache, and laid out as the cache of another batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import pad
from transformers import DynamicCache

Ids = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Past:
    """What a model keeps of a text it has read.

    Args:
        ids: The text's tokens, P of them.
        layers: Every layer's keys and values, each (heads, P, width).
    """

    ids: Ids
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]

    def first(self, length: int) -> Past:
        """Of its first tokens only; shares their memory."""
        if length == len(self.ids):
            return self
        return Past(self.ids[:length], tuple((k[:, :length], v[:, :length]) for k, v in self.layers))


NOTHING = Past((), ())


def cut(cache: Any, row: int, starts: Sequence[tuple[Past, int]], ids: Ids) -> Past:
    """One row of a batch's cache as memory of its own.

    Args:
        cache: After the batch was read.
        row: Which.
        starts: The starts the batch was given, with how many of their tokens were used.
        ids: The row's tokens up to where it is cut.
    """
    begin = max(used for _, used in starts) - starts[row][1]
    part = slice(begin, begin + len(ids))
    # A view would keep the whole batch in memory.
    return Past(ids, tuple((x.keys[row, :, part].clone(), x.values[row, :, part].clone()) for x in cache.layers))


def laid_out(starts: Sequence[tuple[Past, int]], device: Any) -> DynamicCache:
    """A cache whose rows are these starts, padded on the left to the same length.

    Args:
        starts: One per row, with how many of its tokens are used.
        device: Of the model.
    """
    # Without the model's config every layer keeps all tokens; the mask alone limits those that look back less far.
    cache, width = DynamicCache(), max(used for _, used in starts)
    if not width:
        return cache
    places = {(id(past), used): (past, used) for past, used in starts}
    order = {key: k for k, key in enumerate(places)}
    index = torch.tensor([order[id(past), used] for past, used in starts], device=device)
    like = next(past for past, used in starts if used).layers
    for layer, (keys, values) in enumerate(like):
        both = [
            torch.stack([_left_padded(past, used, layer, kind, empty, width) for past, used in places.values()])
            for kind, empty in enumerate((keys[:, :0], values[:, :0]))
        ]
        cache.update(*(x.index_select(0, index.to(x.device)) for x in both), layer)
    return cache


def _left_padded(past: Past, used: int, layer: int, kind: int, empty: torch.Tensor, width: int) -> torch.Tensor:
    held = past.layers[layer][kind][:, :used] if used else empty
    return pad(held, (0, 0, width - used, 0))
