"""Prompts that start alike are read once: the keys and values of a shared start are kept and put before each rest.

Causal attention makes the keys and values of a token depend on nothing after it, so any kept start serves every prompt
that begins with the same tokens, and a longer one serves in place of a shorter. Each row of a batch takes its own start:

    kept starts, padded on the left      rests, padded on the right
    . . . p p p p p                      q q q q q .
    p p p p p p p p                      q q q . . .
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .cache import NOTHING, Ids, Past, cut, laid_out
from .grouping import SHORTEST, common, grouped

Start = tuple[Past, int]  # and how many of its tokens are used


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens to read.

    Args:
        ids: All of them, at least one.
        first: From which token on the model's prediction of the next one is wanted, in [0, len(ids)).
    """

    ids: Ids
    first: int


class Reader:
    """Reads batches of prompts with one model and one adapter.

    Args:
        model: A transformers model whose cache holds keys and values.
        keep: How many starts are kept for later batches; 0 reads every prompt as a whole.

    Attributes:
        tokens_computed: How many prompt tokens went through the model, padding not counted.
        tokens_reused: How many more would have, had every prompt been read as a whole.
    """

    def __init__(self, model: Any, keep: int) -> None:
        self.model, self._keep = model, keep
        self._kept: list[Past] = []  # the one used last at the end
        self.tokens_computed = 0
        self.tokens_reused = 0

    def clear(self) -> None:
        """Forgets every kept start."""
        self._kept.clear()

    def logits(self, rows: Sequence[Row]) -> list[torch.Tensor]:
        """The wanted predictions of every row.

        Returns:
            Per row (len(ids) - first, vocabulary), float32, before the softmax.
        """
        before = self.tokens_computed
        own = self._read_shared([row.ids[: row.first] for row in rows])
        starts = [self._best(row.ids[: row.first]) for row in rows]
        logits, cache = self._forward(starts, rows)
        for k in own[-self._keep :] if self._keep else ():
            self._store(cut(cache, k, starts, rows[k].ids[: rows[k].first]))
        self._finish(before, sum(len(row.ids) for row in rows))
        return logits

    def pasts(self, prompts: Sequence[Ids]) -> list[Past]:
        """The keys and values of whole prompts; equal ones are read once."""
        before, distinct = self.tokens_computed, list(dict.fromkeys(prompts))
        self._read_shared(distinct)
        held = dict(zip(distinct, self._read(distinct), strict=True))
        self._finish(before, sum(map(len, prompts)))
        return [held[ids] for ids in prompts]

    def _read_shared(self, prompts: Sequence[Ids]) -> list[int]:
        """Reads what several prompts share; returns the places of those that share less than half of themselves."""
        if not self._keep:
            return []
        groups = [(n, places) for n, places in grouped(prompts)]
        self._read([prompts[places[0]][:n] for n, places in groups if n])
        # Such a prompt is worth keeping whole: the next question to the same persona extends it.
        return sorted(k for n, places in groups for k in places if 2 * n < len(prompts[k]) >= SHORTEST)

    def _read(self, prompts: Sequence[Ids]) -> list[Past]:
        starts = {ids: self._best(ids) for ids in prompts}
        missing = [ids for ids, (_, used) in starts.items() if used < len(ids)]
        if missing:
            chosen = [starts[ids] for ids in missing]
            _, cache = self._forward(chosen, [Row(ids, len(ids) - 1) for ids in missing])
            for k, ids in enumerate(missing):
                starts[ids] = (self._store(cut(cache, k, chosen, ids)), len(ids))
        return [starts[ids][0].first(len(ids)) for ids in prompts]

    def _best(self, ids: Ids) -> Start:
        """The kept start that has most in common with these tokens."""
        found = max(((common(past.ids, ids), k) for k, past in enumerate(self._kept)), default=(0, 0))
        if found[0] < min(SHORTEST, len(ids)) or not found[0]:
            return NOTHING, 0
        past = self._kept.pop(found[1])
        self._kept.append(past)
        return past, found[0]

    def _store(self, past: Past) -> Past:
        self._kept = [p for p in self._kept if p.ids != past.ids[: len(p.ids)]]
        self._kept.append(past)
        return past

    def _finish(self, before: int, asked: int) -> None:
        self.tokens_reused += asked - (self.tokens_computed - before)
        self._kept = self._kept[-self._keep :] if self._keep else []

    def _forward(self, starts: Sequence[Start], rows: Sequence[Row]) -> tuple[list[torch.Tensor], Any]:
        rests = [row.ids[used:] for row, (_, used) in zip(rows, starts, strict=True)]
        self.tokens_computed += sum(map(len, rests))
        # (B, S), (B, P + S), (B, S)
        tokens, mask, positions = padded(rests, [used for _, used in starts], self.model.device)
        wanted = [range(row.first - used, len(row.ids) - used) for row, (_, used) in zip(rows, starts, strict=True)]
        places = sorted({place for row in wanted for place in row})  # logits of all would be most of the memory
        out = self.model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=laid_out(starts, self.model.device),
            use_cache=True,
            logits_to_keep=torch.tensor(places, device=tokens.device),
        )
        at = {place: k for k, place in enumerate(places)}
        logits = [out.logits[k, at[row[0]] : at[row[-1]] + 1].float() for k, row in enumerate(wanted)]
        return logits, out.past_key_values


def padded(rests: Sequence[Ids], used: Sequence[int], device: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Tokens padded on the right; the mask over kept starts and rests; the tokens' positions in their prompts."""
    width, left = max(map(len, rests)), max(used)
    tokens = torch.tensor([[*rest, *[0] * (width - len(rest))] for rest in rests], device=device)
    lengths, before = torch.tensor([[len(rest)] for rest in rests]), torch.tensor([[n] for n in used])
    place = torch.arange(left + width)[None, :]
    mask = (place >= left - before) & (place < left + lengths)
    # Padding repeats the last position: one beyond the model's last would be an error in some models.
    positions = before + torch.minimum(torch.arange(width)[None, :], lengths - 1)
    return tokens, mask.long().to(device), positions.to(device)
