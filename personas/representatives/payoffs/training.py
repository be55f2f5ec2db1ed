"""Training a payoff model: a transformer's last state to one number, on votes or ratings.

The number is the log odds of the outcome's share of the scale, and the loss the cross-entropy with that share. It is lowest
where the predicted share is the expected one, for votes and for ratings alike (Gneiting and Raftery 2007).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ....models.local.naming import base_name
from ....models.local.weights import chosen_device, chosen_dtype
from ....models.templates import PromptBook
from ...payoffs import persona_prompts
from ..training.libraries import versions
from ..training.settings import TrainingSettings
from ..variant import Variant
from .cases import PayoffError, PayoffSet, render_payoff
from .head import Ids, forward, longest_text, open_head, read_texts, text_ids
from .history import PayoffPoint, best_point, save_curve, save_table, waited
from .keeping import Keeping
from .model import RECORD, PayoffModel, load_record, payoff_hashes
from .seen import Seen

WORK = "training"
Progress = Callable[[PayoffPoint], None]


@dataclass(frozen=True)
class _Lessons:
    """Cases as tokens, their targets in [0, 1], and how many were too long."""

    rows: list[Ids]
    targets: list[float]
    dropped: int


def train_payoff_model(
    base: Path | str,
    train: PayoffSet,
    validation: PayoffSet,
    settings: TrainingSettings,
    out: Path | str,
    *,
    variant: Variant = Variant(),
    prompts: PromptBook | None = None,
    progress: Progress | None = None,
) -> PayoffModel:
    """Trains until the validation loss has not fallen for a while, and keeps the best.

    Called again after an interruption it goes on from the last measurement; on a finished folder it opens what is there.

    Args:
        base: A language model's folder or hub id.
        train: What is learned.
        validation: Other people's; what tells when to stop. What is reported should rest on a third set.
        settings: How; a batch is of cases.
        out: The folder for weights, tokeniser, `payoff.json`, `loss.csv` and `loss.png`.
        variant: What the model is told of the person, besides their own answer to the question.
        prompts: Other prompt texts than the package's.
        progress: Told after every step.

    Raises:
        PayoffError: The two sets share a person or differ in scale, a case is too long, or the folder holds another model.
        TrainingError: A library is missing.
    """
    book, out = prompts or persona_prompts(), Path(out)
    _check(train, validation)
    shown, hash = base_name(str(base))
    identity = {
        "base": {
            "name": shown,
            "hash": hash,
            "folder": str(Path(base).resolve()) if Path(base).is_dir() else str(base),
        },
        "method": settings.method,
        "scale": asdict(train.scale),
        "variant": str(variant),
        "attributes": [a.name for a in train.attributes],
        "prompts": payoff_hashes(book),
        "settings": settings.identity(),
        "data": {"train": train.data_hash(), "validation": validation.data_hash()},
        "seen": Seen.of(train, validation).record(),
    }
    identity = json.loads(json.dumps(identity))
    if not _finished(out, identity):
        _Training(base, train, validation, settings, out, variant, book, identity, progress).run()
    return PayoffModel.load(out, device=settings.device, dtype=settings.dtype, prompts=prompts)


def _check(train: PayoffSet, validation: PayoffSet) -> None:
    if not len(train) or not len(validation):
        raise PayoffError("there is no case to train on, or none to validate on")
    if train.scale != validation.scale:
        raise PayoffError(f"training is on {train.scale.unit}, validation on {validation.scale.unit}; use one scale")
    shared = sorted(set(train.people) & set(validation.people))
    if shared:
        raise PayoffError(f"{shared[0]!r} is trained on and validated on ({len(shared)} people are); split by people")


def _finished(out: Path, identity: Mapping[str, Any]) -> bool:
    if not (out / RECORD).is_file():
        return False
    record = load_record(out)
    changed = [key for key, value in identity.items() if record.get(key) != value]
    if changed:
        raise PayoffError(f"{out} holds a payoff model with other {', '.join(changed)}; choose another folder")
    return True


class _Training:
    """One training, from its data to its folder."""

    def __init__(
        self,
        base: Path | str,
        train: PayoffSet,
        validation: PayoffSet,
        settings: TrainingSettings,
        out: Path,
        variant: Variant,
        prompts: PromptBook,
        identity: Mapping[str, Any],
        progress: Progress | None,
    ) -> None:
        self._settings, self._out, self._identity, self._progress = settings, out, identity, progress
        device = chosen_device(settings.device)
        self._dtype = chosen_dtype(settings.dtype, device)
        torch.manual_seed(settings.seed)  # the head's first weights
        model, self._tokenizer = open_head(str(base), device)
        self._pad: int = self._tokenizer.pad_token_id
        self._most = longest_text(model, settings.max_length)
        self._model = _with_adapter(model, settings) if settings.method == "lora" else model
        sides = [(s, self._lessons(s, variant, prompts)) for s in (train, validation)]
        self._train, self._validation = (lessons for _, lessons in sides)
        mean = float(np.clip(np.mean(self._train.targets), 0.01, 0.99))
        # The head starts from the average outcome, and learns what departs from it.
        self._offset = float(np.log(mean / (1 - mean)))
        self._counts = {
            side: {"cases": len(lessons.rows), "people": len(set(s.people)), "dropped": lessons.dropped}
            | {"left_out": dict(s.left_out)}
            for side, (s, lessons) in zip(("train", "validation"), sides, strict=True)
        }
        self._optimizer = torch.optim.AdamW(
            [p for p in self._model.parameters() if p.requires_grad],
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        self._keep = Keeping(out / WORK, self._model, self._tokenizer, self._optimizer, identity)
        self._points: list[PayoffPoint] = []

    def run(self) -> None:
        """Trains to the end and writes the folder; `payoff.json` is written last."""
        self._points = self._keep.resume()
        settings, started = self._settings, time.monotonic()
        before = self._points[-1].seconds if self._points else 0.0
        if not self._points:
            self._add(PayoffPoint(0, None, self._validation_loss(), 0.0))
        self._model.train()
        while self._points[-1].step < settings.max_steps and waited(self._points) < settings.patience:
            step = self._points[-1].step + 1
            loss = self._step(step)
            due = step % settings.eval_every == 0 or step == settings.max_steps
            validation = self._validation_loss() if due else None
            self._add(PayoffPoint(step, loss, validation, before + time.monotonic() - started))
        self._finish()

    def _lessons(self, cases: PayoffSet, variant: Variant, prompts: PromptBook) -> _Lessons:
        texts = [render_payoff(case, variant, prompts, cases.attributes).text for case in cases.cases]
        rows = text_ids(self._tokenizer, texts)
        fits = [k for k, row in enumerate(rows) if len(row) <= self._most]
        if len(fits) < len(rows) and self._settings.too_long == "error":
            raise PayoffError(
                f"{len(rows) - len(fits)} of {len(rows)} cases are longer than {self._most} tokens (the longest has "
                f"{max(map(len, rows))}); show less of the person, or set too_long to drop"
            )
        if not fits:
            raise PayoffError(f"all {len(rows)} cases are longer than {self._most} tokens; show less of the person")
        return _Lessons([rows[k] for k in fits], [cases.targets[k] for k in fits], len(rows) - len(fits))

    def _step(self, step: int) -> float:
        settings = self._settings
        chosen = batch_of(len(self._train.rows), settings.batch, step, settings.seed)
        chosen.sort(key=lambda k: len(self._train.rows[k]))  # rows of about one length on the device together
        torch.manual_seed(settings.seed * 1_000_003 + step)  # dropout does not depend on an interruption
        total = 0.0
        for start in range(0, len(chosen), settings.rows):
            part = chosen[start : start + settings.rows]
            odds = forward(self._model, self._pad, [self._train.rows[k] for k in part], self._dtype) + self._offset
            targets = torch.tensor([self._train.targets[k] for k in part], device=odds.device)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, targets, reduction="sum") / len(chosen)
            loss.backward()
            total += float(loss.detach())
        if not np.isfinite(total):
            raise PayoffError(f"the loss of step {step} is no number; lower the rate, or set dtype to float32")
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total

    def _validation_loss(self) -> float:
        rows, targets = self._validation.rows, np.array(self._validation.targets)
        odds = read_texts(self._model, self._pad, rows, self._settings.rows, self._dtype) + self._offset
        return float((np.logaddexp(0, odds) - targets * odds).mean())

    def _add(self, point: PayoffPoint) -> None:
        self._points.append(point)
        if point.validation_loss is not None:
            self._keep.measured(self._points)
        if self._progress:
            self._progress(point)

    def _finish(self) -> None:
        best = best_point(self._points)
        for file in self._keep.best_folder(self._points).iterdir():
            shutil.copy2(file, self._out / file.name)
        save_table(self._points, self._out / "loss.csv")
        counts = (len(self._train.rows), len(self._validation.rows), self._settings.batch)
        save_curve(self._points, self._out / "loss.png", *counts)
        losses = {"start": self._points[0].validation_loss, "best": best.validation_loss}
        record = {
            **self._identity,
            "offset": self._offset,
            "max_length": self._settings.max_length,
            "loss": {"unit": "nats per case, cross-entropy", **losses, "best_step": best.step},
            "steps": self._points[-1].step,
            "n": self._counts,
            "versions": versions(),
        }
        partial = self._out / f"{RECORD}.partial"
        partial.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        os.replace(partial, self._out / RECORD)
        shutil.rmtree(self._out / WORK)


def batch_of(n: int, size: int, step: int, seed: int) -> list[int]:
    """Which of n cases make the batch of a step, from 1: every case once, in an order drawn anew, before any comes again."""
    places = range((step - 1) * size, step * size)
    orders: dict[int, Sequence[int]] = {}
    for epoch in {place // n for place in places}:
        orders[epoch] = random.Random(f"{seed} {epoch}").sample(range(n), n)
    return [orders[place // n][place % n] for place in places]


def _with_adapter(model: Any, settings: TrainingSettings) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, target_modules=settings.layers, task_type="SEQ_CLS", bias="none"
    )
    return get_peft_model(model, config)
