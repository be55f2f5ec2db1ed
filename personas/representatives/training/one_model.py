"""Trains a model to stand in for people: on what they wrote, given what was put before them (eq. 18).

The folder it leaves: `checkpoint/` (the weights with their tokeniser, or a peft adapter), `loss.csv` and `loss.png`,
`validation.csv` (how likely the model finds every validation text, before and after), and `training.json`.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....models.weights import content_hash
from ..demonstration import Demonstration
from .curve import save_curve
from .history import History
from .lessons import Lessons, data_hash, make_lessons
from .libraries import check_libraries, versions
from .settings import TrainingError, TrainingSettings

if TYPE_CHECKING:
    from .base import Base
    from .loop import Progress

RECORD = "training.json"
IDENTITY = "identity.json"
CHECKPOINT = "checkpoint"
WORK = "unfinished"
NO_INTERVAL = "these choose the step, and are points; validation.csv has the loss of every text, to resample by session"


@dataclass(frozen=True)
class Trained:
    """A trained representative.

    Args:
        folder: Where everything about it lies.
        record: What `training.json` says.
    """

    folder: Path
    record: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path | str) -> Trained:
        """One that was trained before.

        Raises:
            TrainingError: There is none, or its training is not finished.
        """
        path = Path(folder) / RECORD
        if not path.is_file():
            raise TrainingError(f"{folder} holds no trained representative: there is no {RECORD} in it")
        return cls(Path(folder), json.loads(path.read_text(encoding="utf-8")))

    @property
    def checkpoint(self) -> Path:
        """The weights, or the adapter."""
        return self.folder / CHECKPOINT

    @property
    def adapter(self) -> Path | None:
        """The adapter's folder, where one was trained."""
        return self.checkpoint if self.record["method"] == "lora" else None

    @property
    def weights(self) -> str:
        """The folder of the weights, or, for an adapter, the folder or hub id of its base."""
        return str(self.record["base"]["name"] if self.adapter else self.checkpoint)

    @property
    def best_step(self) -> int:
        """How many steps the kept model was trained for; 0 is the model as it was."""
        return int(self.record["best"]["step"])

    @property
    def perplexity(self) -> tuple[float, float]:
        """Per token on the validation texts, before training and of the kept model; lower is better."""
        return float(self.record["start"]["perplexity"]), float(self.record["best"]["perplexity"])


def train_representative(
    base: Path | str,
    train: Sequence[Demonstration],
    validation: Sequence[Demonstration],
    settings: TrainingSettings,
    folder: Path | str,
    *,
    chat: bool = False,
    progress: Progress | None = None,
) -> Trained:
    """Trains one model on many people's texts; it knows them by what its prompts tell of them.

    A training that was stopped or killed goes on when it is called again; one that is finished is returned as it is.

    Args:
        base: The folder of a causal language model, or its hub id.
        train: What it is trained on.
        validation: Texts of other people and questions: when to stop, and which step is kept.
        settings: How.
        folder: Where everything goes.
        chat: Write prompts by the model's chat template.
        progress: Told after every step.

    Raises:
        TrainingError: A library is missing, the folder holds another training, a demonstration is too long, or a loss is
            no number.
        ModelSpecError: The base does not load.
    """
    check_libraries()
    from .base import Base

    folder = Path(folder)
    identity = _identity(Base.name_of(base), train, validation, settings, chat)
    if check_identity(folder, identity):
        return Trained.load(folder)
    return _train(Base.load(base, settings, chat), train, validation, settings, folder, identity, progress)


def check_identity(folder: Path, identity: Mapping[str, Any]) -> bool:
    """Whether this very training is finished in the folder.

    Raises:
        TrainingError: The folder holds another training.
    """
    finished = (folder / RECORD).is_file()
    path = folder / (RECORD if finished else IDENTITY)
    if not path.is_file():
        return False
    held = json.loads(path.read_text(encoding="utf-8"))
    held = held["identity"] if finished else held
    changed = [key for key in {**held, **identity} if held.get(key) != identity.get(key)]
    if changed:
        said = "; ".join(f"{key} was {held.get(key)!r} and is {identity.get(key)!r}" for key in changed[:8])
        raise TrainingError(
            f"{folder} holds another training ({said}); undo the change, choose another folder, or move this one away"
        )
    return finished


def _identity(
    base: str,
    train: Sequence[Demonstration],
    validation: Sequence[Demonstration],
    settings: TrainingSettings,
    chat: bool,
) -> dict[str, Any]:
    data = {"base": base, "chat": chat, "train": data_hash(train), "validation": data_hash(validation)}
    return {**data, **settings.identity()}


def _train(
    base: Base,
    train: Sequence[Demonstration],
    validation: Sequence[Demonstration],
    settings: TrainingSettings,
    folder: Path,
    identity: Mapping[str, Any],
    progress: Progress | None,
) -> Trained:
    learned, measured = (
        make_lessons(d, base.tokenizer, base.ends, base.chat, base.longest(settings), settings.too_long == "drop")
        for d in (train, validation)
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / IDENTITY, identity)
    started = time.monotonic()
    history = base.train(learned.lessons, measured.lessons, settings, folder / WORK, progress)
    record = _record(base, learned, measured, settings, history, identity)
    record["seconds_of_this_call"] = round(time.monotonic() - started, 3)
    return finish(folder, history, record, measured)


def finish(folder: Path, history: History, record: dict[str, Any], measured: Lessons) -> Trained:
    """Puts the best checkpoint and the tables in their places; `training.json` comes last."""
    from .loop import best_folder

    best = best_folder(folder / WORK, history)
    if best.is_dir():  # else an earlier call was killed after this
        shutil.rmtree(folder / CHECKPOINT, ignore_errors=True)
        os.replace(best, folder / CHECKPOINT)
    record["sha256"]["checkpoint"] = content_hash(folder / CHECKPOINT)
    history.save_table(folder / "loss.csv")
    _save_validation(folder / "validation.csv", history, measured)
    counts = (record["demonstrations"]["train"], record["demonstrations"]["validation"])
    save_curve(history, folder / "loss.png", folder.name, *counts, record["settings"]["batch"])
    write_json(folder / RECORD, record)
    (folder / IDENTITY).unlink(missing_ok=True)
    shutil.rmtree(folder / WORK, ignore_errors=True)
    return Trained(folder, record)


def _record(
    base: Base,
    learned: Lessons,
    measured: Lessons,
    settings: TrainingSettings,
    history: History,
    identity: Mapping[str, Any],
) -> dict[str, Any]:
    start, best, last = history.measured[0], history.best_point, history.points[-1]
    sides = {"train": learned, "validation": measured}
    tokens_per_second = last.tokens / last.training_seconds if last.training_seconds else None
    return {
        "method": settings.method,
        "base": {"name": base.path, "sha256": identity["base"], "parameters": base.parameters},
        "chat": base.chat,
        "settings": identity_of(settings),
        "demonstrations": {side: len(held.lessons) for side, held in sides.items()},
        "dropped_as_too_long": {side: held.dropped for side, held in sides.items()},
        "first_token_begins_in_prompt": {side: held.merged for side, held in sides.items()},
        "target_tokens": {side: held.targets for side, held in sides.items()},
        "start": {"step": 0, "loss": start.validation_loss, "perplexity": start.perplexity},
        "best": {"step": best.step, "loss": best.validation_loss, "perplexity": best.perplexity},
        "steps": last.step,
        "stopped": "patience" if history.waited >= settings.patience else "max_steps",
        "interval": NO_INTERVAL,
        "tokens": last.tokens,
        "tokens_per_second": tokens_per_second,
        "seconds": round(last.seconds, 3),
        "device": base.device_name(),
        "dtype": base.dtype,
        "peak_memory": base.peak_memory(),
        "sha256": {"base": identity["base"], "train": identity["train"], "validation": identity["validation"]},
        "seed": settings.seed,
        "versions": versions(),
        "identity": dict(identity),
    }


def identity_of(settings: TrainingSettings) -> dict[str, Any]:
    """All settings as they were used, as plain data."""
    return settings.identity() | {"device_batch": settings.rows, "checkpointing": settings.checkpointing}


def _save_validation(path: Path, history: History, measured: Lessons) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["episode", "session", "persona", "step", "tokens", "loss_start", "loss_best"])
        rows = zip(measured.demonstrations, measured.lessons, history.start, history.best, strict=True)
        for d, lesson, start, best in rows:
            table.writerow([d.episode, d.session, d.persona, d.step, lesson.targets, start, best])


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Writes a JSON object, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")
    os.replace(partial, path)
