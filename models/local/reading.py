"""From a model's predictions to choices and scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..choosing import from_first_token
from ..errors import BadResponseError
from ..protocol import Choice, Score, Usage
from .tokens import letter_tokens, token_text


class Letters:
    """Reads option letters from predictions of the first token of an answer.

    Args:
        tokenizer: Of the model; its whole vocabulary is gone through once.
    """

    def __init__(self, tokenizer: Any) -> None:
        tokens = sorted(token for held in letter_tokens(tokenizer).values() for token in held)
        self._tokenizer, self._tokens = tokenizer, torch.tensor(tokens, dtype=torch.long)
        self._texts = [token_text(tokenizer, token) for token in tokens]

    def choices(
        self, logits: torch.Tensor, options: Sequence[int], usages: Sequence[Usage]
    ) -> list[Choice | BadResponseError]:
        """One choice per row, or why there is none.

        Args:
            logits: (B, vocabulary), float32.
            options: How many options each row's prompt lettered.
            usages: Of every row.
        """
        said = torch.log_softmax(logits, dim=-1)
        tokens = self._tokens.to(said.device)
        of_letters = said[:, tokens].tolist()  # (B, letter tokens)
        others = said.index_fill(1, tokens, -torch.inf).max(dim=-1)
        rows = zip(of_letters, others.values.tolist(), others.indices.tolist(), options, usages, strict=True)
        return [self._choice(held, (other, place), count, usage) for held, other, place, count, usage in rows]

    def _choice(
        self, held: list[float], other: tuple[float, int], options: int, usage: Usage
    ) -> Choice | BadResponseError:
        top = list(zip(self._texts, held, strict=True))
        try:
            return from_first_token([*top, (token_text(self._tokenizer, other[1]), other[0])], options, usage)
        except BadResponseError as error:
            return BadResponseError(f"the model's prediction is no distribution ({error}); load it with dtype=float32")


def score(logits: torch.Tensor, said: Sequence[int], usage: Usage) -> Score | BadResponseError:
    """The log-likelihood of tokens.

    Args:
        logits: (T, vocabulary), float32: the prediction before each of them.
        said: The tokens, T of them.
        usage: Of the call.
    """
    tokens = torch.tensor(said, device=logits.device)
    total = float(torch.log_softmax(logits, dim=-1).gather(1, tokens[:, None]).sum())
    if total != total:
        return BadResponseError("the model's prediction is no number; load it with dtype=float32")
    return Score(min(total, 0.0), len(said), usage)
