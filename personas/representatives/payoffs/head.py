"""A transformer with one number at its end: opening it, and reading many texts at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ....models.local.weights import tokenizer_of
from .cases import PayoffError

Floats = NDArray[np.float64]
Ids = tuple[int, ...]
HEADS = ("score", "classifier", "classification_head")  # what transformers calls the layer that a base model lacks


def open_head(folder: str | Path, device: str, adapter: Path | None = None) -> tuple[Any, Any]:
    """A model with one number at its end, in float32, and its tokeniser.

    Args:
        folder: A language model, whose head is then drawn anew, or one that a payoff was trained into.
        device: Of torch.
        adapter: A LoRA adapter that was trained on it, with the head in it.

    Raises:
        PayoffError: The folder holds no model that can carry such a head, or lacks weights.
        ModelSpecError: There is no tokeniser.
    """
    from transformers import AutoModelForSequenceClassification

    tokenizer = tokenizer_of(str(adapter if adapter and (adapter / "tokenizer_config.json").is_file() else folder))
    if tokenizer.pad_token_id is None:
        if tokenizer.eos_token is None:
            raise PayoffError(f"{folder}: the tokeniser has neither a pad nor an end token; give it one")
        tokenizer.pad_token = tokenizer.eos_token
    try:
        with _quiet():
            model, report = AutoModelForSequenceClassification.from_pretrained(
                str(folder), num_labels=1, dtype=torch.float32, output_loading_info=True
            )
    except (OSError, ValueError, KeyError) as error:
        said = str(error).strip().splitlines()[0][:300]
        raise PayoffError(f"{folder} carries no payoff head ({said}); give a language model's folder") from error
    lacking = sorted(key for key in report["missing_keys"] if not key.startswith(HEADS))
    if lacking:
        raise PayoffError(f"{folder} lacks weights its config.json names ({', '.join(lacking[:3])}); write it anew")
    # Where a text ends is found by the pad token.
    model.config.get_text_config().pad_token_id = model.config.pad_token_id = tokenizer.pad_token_id
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, str(adapter))
    return model.to(device), tokenizer


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps transformers from warning that a base has no head yet; what else is lacking is looked at."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def longest_text(model: Any, most: int | None = None) -> int:
    """The most tokens the model reads, or fewer where `most` says so."""
    reads = int(getattr(model.config.get_text_config(), "max_position_embeddings", None) or 2**62)
    return min(reads, most or reads)


def text_ids(tokenizer: Any, texts: Sequence[str]) -> list[Ids]:
    """The tokens of every text, none of them cut."""
    return [tuple(ids) for ids in tokenizer(list(texts), verbose=False)["input_ids"]] if texts else []


def forward(model: Any, pad: int, rows: Sequence[Ids], dtype: str) -> Any:
    """The head's number for every text. Shape (B,), float32, on the model's device."""
    width = max(map(len, rows))
    device = next(model.parameters()).device
    ids = torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows], device=device)  # (B, T)
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
        return model(input_ids=ids, attention_mask=mask).logits[:, 0].float()


def read_texts(model: Any, pad: int, rows: Sequence[Ids], size: int, dtype: str) -> Floats:
    """The head's number for every text, in order, texts of about one length together. Shape (n,).

    Args:
        model: With one number at its end; what it was doing, training or not, it does afterwards.
        pad: The token that fills short rows.
        rows: The texts' tokens.
        size: The most texts at once.
        dtype: Of products.
    """
    found = np.empty(len(rows))
    order = sorted(range(len(rows)), key=lambda k: len(rows[k]))
    training = model.training
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            found[chosen] = forward(model, pad, [rows[k] for k in chosen], dtype).cpu().numpy()
    model.train(training)
    return found
