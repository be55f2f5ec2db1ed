"""How likely a model in memory finds texts, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .lessons import IGNORED, Lesson


def text_losses(model: Any, lessons: Sequence[Lesson], rows: int, dtype: str) -> list[float]:
    """The negative log-likelihood of every text and its end, in nats; lower is better.

    Args:
        model: A causal language model of transformers, with or without an adapter.
        lessons: The texts.
        rows: The most at once.
        dtype: Of products, as in training.

    Returns:
        One number per lesson, in order.
    """
    found = [0.0] * len(lessons)
    by_length = sorted(range(len(lessons)), key=lambda k: len(lessons[k].ids))
    was_training = model.training
    model.eval()
    with torch.no_grad(), _products(model.device, dtype):
        for start in range(0, len(by_length), rows):
            chosen = by_length[start : start + rows]
            for k, loss in zip(chosen, _batch_losses(model, [lessons[k] for k in chosen]), strict=True):
                found[k] = loss
    model.train(was_training)
    return found


def _batch_losses(model: Any, lessons: Sequence[Lesson]) -> list[float]:
    width = max(len(lesson.ids) for lesson in lessons)
    pads = [width - len(lesson.ids) for lesson in lessons]
    rows = list(zip(lessons, pads, strict=True))
    device = model.device
    ids = torch.tensor([[*lesson.ids, *[0] * pad] for lesson, pad in rows], device=device)  # (B, T)
    mask = torch.tensor([[1] * len(lesson.ids) + [0] * pad for lesson, pad in rows], device=device)
    labels = torch.tensor([lesson.labels + [IGNORED] * pad for lesson, pad in rows], device=device)[:, 1:]
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1]
    counts = labels != IGNORED  # (B, T - 1)
    said = torch.nn.functional.cross_entropy(logits[counts].float(), labels[counts], reduction="none")
    losses = torch.zeros(labels.shape, dtype=torch.float64, device=device)
    losses[counts] = said.double()
    return [float(loss) for loss in losses.sum(dim=1)]


def _products(device: Any, dtype: str) -> Any:
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=dtype == "bfloat16")
