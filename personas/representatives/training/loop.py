"""The loop of training: TRL's trainer, watched at every step; what it needs to go on after a kill is kept on the way."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

from .history import History, Point
from .lessons import Lesson
from .losses import text_losses
from .settings import TrainingError, TrainingSettings

HISTORY = "history.json"
_BEST = "best-"


class Progress(Protocol):
    """Who is told how far a training is."""

    def __call__(self, point: Point, history: History) -> None:
        """Takes the step just done, and all so far with it."""


@dataclass(frozen=True)
class Task:
    """One training.

    Args:
        model: The base, in float32 where all of it is trained.
        tokenizer: Of the model.
        train: What it learns.
        validation: What it is measured on.
        settings: How.
        dtype: Of products.
        work: The folder for what it takes to go on.
        save: Writes a model into a folder.
        progress: Told after every step.
        brief: Keep the last step whatever it is like, and nothing to go on from.
    """

    model: Any
    tokenizer: Any
    train: Sequence[Lesson]
    validation: Sequence[Lesson]
    settings: TrainingSettings
    dtype: str
    work: Path
    save: Callable[[Any, Path], None]
    progress: Progress | None = None
    brief: bool = False

    def losses(self, model: Any) -> list[float]:
        """The loss of every validation text."""
        return text_losses(model, self.validation, self.settings.rows, self.dtype)

    @property
    def targets(self) -> int:
        """How many tokens the validation texts have."""
        return sum(lesson.targets for lesson in self.validation)


def train(task: Task) -> History:
    """Trains to the end, or from where an earlier call was stopped.

    Afterwards `best_folder` holds what `task.save` wrote of the best step.

    Raises:
        TrainingError: A loss is no number, or the device's memory is too small.
    """
    last = _last_checkpoint(task.work)
    history = History.load(last / HISTORY) if last else History(keep="last" if task.brief else "best")
    if history.done:
        return history
    task.work.mkdir(parents=True, exist_ok=True)
    for stale in task.work.glob("checkpoint-*"):
        if stale != last:
            shutil.rmtree(stale)
    trainer = _trainer(task, _Watch(task, history))
    try:
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    except torch.cuda.OutOfMemoryError as error:
        raise TrainingError(
            f"the GPU's memory is too small ({str(error).splitlines()[0]}); lower device_batch, set checkpointing to "
            "true, or train with method lora; the same command goes on from the last measurement"
        ) from error
    finally:
        # TRL wraps the model's forward: a model that is trained again would be wrapped again.
        task.model.__dict__.pop("forward", None)
        if task.settings.method == "lora":
            trainer.model.unload()
    return history


def best_folder(work: Path, history: History) -> Path:
    """Where the best step's model is kept until training has ended."""
    return work / f"{_BEST}{history.best_point.step}"


def _last_checkpoint(work: Path) -> Path | None:
    """The newest that was written to its end: its history is written last."""
    whole = [path.parent for path in work.glob(f"checkpoint-*/{HISTORY}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def _trainer(task: Task, watch: _Watch) -> Any:
    settings = task.settings
    rows = [{"input_ids": list(lesson.ids), "labels": lesson.labels} for lesson in task.train]
    arguments = SFTConfig(
        output_dir=str(task.work),
        max_steps=settings.max_steps,
        per_device_train_batch_size=settings.rows,
        gradient_accumulation_steps=settings.batch // settings.rows,
        optim="adamw_torch",
        learning_rate=settings.learning_rate,
        lr_scheduler_type="constant",
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.clip,
        seed=settings.seed,
        bf16=task.dtype == "bfloat16",
        use_cpu=task.model.device.type == "cpu",
        gradient_checkpointing=settings.checkpointing,
        max_length=None,  # what is too long was refused or counted before
        dataset_kwargs={"skip_prepare_dataset": True},
        save_strategy="no",  # the watch says when
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # several would each get a batch
    trainer = SFTTrainer(
        model=task.model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=task.tokenizer,
        peft_config=_lora(settings) if settings.method == "lora" else None,
        callbacks=[watch],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _lora(settings: TrainingSettings) -> Any:
    from peft import LoraConfig

    return LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, target_modules=settings.layers, task_type="CAUSAL_LM", bias="none"
    )


class _Watch(TrainerCallback):  # type: ignore[misc]
    """Measures, keeps the best, decides when to stop, and marks what is complete on disk."""

    def __init__(self, task: Task, history: History) -> None:
        self._task, self._history = task, history
        before = history.points[-1] if history.points else Point(0, None, None, 0.0, 0, 0.0)
        self._before, self._started, self._stepping = before, time.monotonic(), 0.0
        self._training_seconds = before.training_seconds

    def on_train_begin(self, args: Any, state: Any, control: Any, **held: Any) -> None:
        """Measures the model as it was: it is a candidate too."""
        if not self._history.points:
            self._add(held["model"], 0, None, 0, measured=True)

    def on_step_begin(self, args: Any, state: Any, control: Any, **held: Any) -> None:
        """Starts the clock of a step."""
        self._stepping = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **held: Any) -> None:
        """After every step, with its loss."""
        if "loss" not in logs:
            return
        self._training_seconds += time.monotonic() - self._stepping
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                f"the loss of step {state.global_step} is no number; lower the rate, or set dtype to float32"
            )
        settings, step = self._task.settings, state.global_step
        due = step % settings.eval_every == 0 or step == settings.max_steps
        self._add(held["model"], step, logs["loss"], int(logs["num_tokens"]), due)
        if due:
            control.should_save = not self._task.brief
            control.should_training_stop |= self._history.waited >= settings.patience

    def on_save(self, args: Any, state: Any, control: Any, **held: Any) -> None:
        """Marks the checkpoint as whole, and removes what it takes the place of."""
        work, history = self._task.work, self._history
        history.done = bool(control.should_training_stop)
        kept = work / f"checkpoint-{state.global_step}"
        history.save(kept / HISTORY)
        for stale in [*work.glob("checkpoint-*"), *work.glob(f"{_BEST}*")]:
            if stale not in (kept, best_folder(work, history)):
                shutil.rmtree(stale)

    def _add(self, model: Any, step: int, loss: float | None, tokens: int, measured: bool) -> None:
        task, before = self._task, self._before
        losses = task.losses(model) if measured else None
        validation = sum(losses) / task.targets if losses else None
        if validation is not None and not math.isfinite(validation):
            raise TrainingError(f"the validation loss at step {step} is no number; set dtype to float32")
        seconds = before.seconds + time.monotonic() - self._started
        point = Point(step, loss, validation, seconds, before.tokens + tokens, self._training_seconds)
        if self._history.add(point, losses):
            folder = best_folder(task.work, self._history)
            shutil.rmtree(folder, ignore_errors=True)
            task.save(model, folder)
        if task.progress:
            task.progress(point, self._history)
