"""Writes texts, several at once; every text is drawn by a generator of its own, so that no other row changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import BadResponseError, ModelSpecError
from ..protocol import Generation, Sampling, Usage
from .cache import Ids, Past, laid_out


@dataclass(frozen=True, slots=True)
class Draw:
    """A text to write: after which tokens (at least one), how, and from which seed (None: a fresh one)."""

    ids: Ids
    sampling: Sampling
    seed: int | None


def check_sampling(how: Sampling) -> None:
    """Refuses what cannot be.

    Raises:
        ModelSpecError: A number is out of its range.
    """
    if how.max_tokens < 1 or how.temperature < 0 or not 0 < how.top_p <= 1:
        raise ModelSpecError(f"{how} cannot be: max_tokens is at least 1, temperature at least 0, top_p in (0, 1]")


class _Writing:
    """One text while it is written."""

    def __init__(self, draw: Draw, tokenizer: Any, ends: frozenset[int]) -> None:
        self._draw, self._tokenizer, self._ends = draw, tokenizer, ends
        self._generator = torch.Generator()
        if draw.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(draw.seed % 2**63)
        self._ids: list[int] = []
        self.done: Generation | BadResponseError | None = None

    @property
    def last(self) -> int:
        return self._ids[-1] if self._ids else self._draw.ids[-1]

    def uniform(self) -> float:
        return float(torch.rand((), generator=self._generator, dtype=torch.float64))

    def take(self, token: int) -> None:
        if token < 0:
            self.done = BadResponseError("the model's prediction is no number; load it with dtype=float32")
            return
        self._ids.append(token)
        if token in self._ends:
            self._finish(self._text(self._ids[:-1]), "stop")
            return
        text = self._text(self._ids) if self._draw.sampling.stop else ""
        places = [place for stop in self._draw.sampling.stop if stop and (place := text.find(stop)) >= 0]
        if places:
            self._finish(text[: min(places)], "stop")
        elif len(self._ids) >= self._draw.sampling.max_tokens:
            self._finish(self._text(self._ids), "length")

    def _text(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _finish(self, text: str, reason: str) -> None:
        self.done = Generation(text, reason, Usage(len(self._draw.ids), len(self._ids)))


def write(
    model: Any, tokenizer: Any, ends: frozenset[int], draws: Sequence[Draw], pasts: Sequence[Past]
) -> list[Generation | BadResponseError]:
    """Writes the texts.

    Args:
        model: A transformers model.
        tokenizer: Of the model.
        ends: Tokens that end a text.
        draws: What to write, B of them.
        pasts: What the model keeps of every prompt but its last token.

    Returns:
        One per draw; an error where the model predicts no numbers.
    """
    rows = [_Writing(draw, tokenizer, ends) for draw in draws]
    alive = list(range(len(rows)))
    lengths = torch.tensor([[len(past.ids)] for past in pasts])
    left = int(lengths.max())
    cache = laid_out([(past, len(past.ids)) for past in pasts], model.device)
    mask = torch.arange(left)[None, :] >= left - lengths  # (B, P), grows by a column a step
    while alive:
        mask = torch.cat([mask, torch.ones(len(alive), 1, dtype=torch.bool)], dim=1)
        logits = model(
            input_ids=torch.tensor([[rows[k].last] for k in alive], device=model.device),
            attention_mask=mask.long().to(model.device),
            position_ids=lengths.to(model.device),
            past_key_values=cache,
            use_cache=True,
        ).logits[:, -1]
        lengths = lengths + 1
        tokens = next_tokens(
            logits.float(), [draws[k].sampling for k in alive], [rows[k].uniform() for k in alive]
        ).tolist()
        for k, token in zip(alive, tokens, strict=True):
            rows[k].take(token)
        staying = [place for place, k in enumerate(alive) if rows[k].done is None]
        if len(staying) < len(alive):
            alive, mask, lengths = [alive[place] for place in staying], mask[staying], lengths[staying]
            if alive:
                cache.batch_select_indices(torch.tensor(staying, device=model.device))
    return [row.done for row in rows if row.done is not None]


def next_tokens(logits: torch.Tensor, how: Sequence[Sampling], uniforms: Sequence[float]) -> torch.Tensor:
    """Draws a token per row.

    Args:
        logits: (B, vocabulary).
        how: Temperature (0 takes the likeliest) and nucleus of every row.
        uniforms: A uniform draw on [0, 1) for every row.

    Returns:
        (B,) token ids; -1 where the logits are no numbers.
    """
    device = logits.device
    heat = torch.tensor([s.temperature for s in how], device=device)[:, None]
    nucleus = torch.tensor([s.top_p for s in how], device=device)[:, None]
    shares = torch.softmax(logits / torch.where(heat > 0, heat, 1.0), dim=-1)
    if any(s.top_p < 1 for s in how):
        ranked = shares.sort(dim=-1, descending=True).values
        inside = ranked.cumsum(dim=-1) - ranked < nucleus
        rarest = torch.where(inside, ranked, 1.0).amin(dim=-1, keepdim=True)
        shares = torch.where((shares >= rarest) | (nucleus >= 1), shares, 0.0)
    # In the vocabulary's order: by rank, rounding would swap equals and so change what a uniform draw picks.
    reached = shares.double().cumsum(dim=-1)
    drawn = torch.tensor(uniforms, dtype=torch.float64, device=device)[:, None] * reached[:, -1:]
    found = torch.searchsorted(reached, drawn, right=True).clamp(max=logits.shape[-1] - 1).squeeze(1)
    chosen = torch.where(heat.squeeze(1) > 0, found, logits.argmax(dim=-1))
    return torch.where(reached[:, -1] > 0, chosen, -1)
