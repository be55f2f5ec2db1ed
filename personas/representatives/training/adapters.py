"""A LoRA adapter for each person, all on one base that is loaded once.

Nobody has texts enough to say when to stop, so other people do: a pool of them is trained one by one, each measured on
the last episode they spoke in, which their own training leaves out. The step at which the pool's held-out texts together
are likeliest is how long everybody is trained. Every adapter is then measured once on its person's own last episode, which
neither its training nor that choice has seen.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from .history import perplexity
from .lessons import data_hash, make_lessons
from .libraries import check_libraries, versions
from .one_model import IDENTITY, RECORD, WORK, check_identity, identity_of, write_json
from .personal import Personal
from .settings import TrainingError, TrainingSettings

if TYPE_CHECKING:
    from .base import Base

FOLDER = "adapters"


class PeopleProgress(Protocol):
    """Who is told how far the training of adapters is."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Takes how many trainings are done, the pool's included, and of how many."""


@dataclass(frozen=True)
class Adapters:
    """Trained adapters.

    Args:
        folder: Where everything about them lies.
        record: What `training.json` says.
    """

    folder: Path
    record: Mapping[str, Any]

    @property
    def people(self) -> dict[str, Path]:
        """Every person's adapter."""
        return {persona: self.folder / FOLDER / folder_name(persona) for persona in self.record["people"]}


def folder_name(persona: str) -> str:
    """What a person's folder is called: the id, with what no file can be called written as %XX."""
    return quote(persona, safe=" +@=,").replace(".", "%2E")


def train_adapters(
    base: Path | str,
    people: Sequence[Personal],
    pool: Sequence[Personal],
    settings: TrainingSettings,
    folder: Path | str,
    *,
    chat: bool = False,
    pool_size: int = 20,
    progress: PeopleProgress | None = None,
) -> Adapters:
    """Trains an adapter for each person; what was finished in an earlier call is kept.

    Args:
        base: The folder of a causal language model, or its hub id.
        people: Who gets an adapter.
        pool: Other people, on whom the number of steps is chosen.
        settings: How; `max_steps` and `eval_every` say which numbers of steps are tried.
        folder: Where everything goes: `adapters/PERSON/`, `adapters.csv` and `training.json`.
        chat: Write prompts by the model's chat template.
        pool_size: How many of the pool are drawn, at most.
        progress: Told after every training.

    Raises:
        TrainingError: The method is not `lora`, nobody is there, the pool holds one of the people, the folder holds another
            training, a library is missing, or a demonstration is too long.
        ModelSpecError: The base does not load.
    """
    _check(people, pool, settings)
    check_libraries()
    from .base import Base

    folder = Path(folder)
    drawn = _drawn(pool, pool_size, settings.seed)
    identity = _identity(Base.name_of(base), people, drawn, settings, chat)
    if check_identity(folder, identity):
        return Adapters(folder, json.loads((folder / RECORD).read_text(encoding="utf-8")))
    workshop = _Workshop(Base.load(base, settings, chat), settings, folder, len(drawn) + len(people), progress)
    write_json(folder / IDENTITY, identity)
    tried = [workshop.try_steps(person) for person in drawn]
    table = _pooled(tried)
    steps = min(table[1:], key=lambda row: row["loss"])["step"]
    found = [workshop.make(person, steps) for person in people]
    return workshop.finish(found, table, steps, identity)


class _Workshop:
    """Trains one person after another, and remembers on disk who is done."""

    def __init__(
        self, base: Base, settings: TrainingSettings, folder: Path, total: int, progress: PeopleProgress | None
    ) -> None:
        self._base, self._settings, self._folder = base, settings, folder
        self._total, self._done, self._progress = total, 0, progress
        self._work = folder / WORK
        self._work.mkdir(parents=True, exist_ok=True)

    def try_steps(self, person: Personal) -> dict[str, Any]:
        """Trains one of the pool to the end, for the losses on the way."""
        return self._once(person, "pool", self._settings, None)

    def make(self, person: Personal, steps: int) -> dict[str, Any]:
        """Trains one person's adapter for so many steps."""
        settings = replace(self._settings, max_steps=steps, eval_every=steps)
        return self._once(person, "person", settings, self._folder / FOLDER / folder_name(person.persona))

    def _once(self, person: Personal, what: str, settings: TrainingSettings, kept: Path | None) -> dict[str, Any]:
        path = self._work / f"{what} {folder_name(person.persona)}.json"
        if not path.exists():
            write_json(path, self._train(person, settings, kept))
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total, f"{what} {person.persona}")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _train(self, person: Personal, settings: TrainingSettings, kept: Path | None) -> dict[str, Any]:
        from .loop import best_folder

        base = self._base
        learned, measured = (
            make_lessons(d, base.tokenizer, base.ends, base.chat, base.longest(settings), settings.too_long == "drop")
            for d in (person.train, person.held_out)
        )
        work = self._work / "current"
        shutil.rmtree(work, ignore_errors=True)
        history = base.train(learned.lessons, measured.lessons, settings, work, None, brief=True)
        if kept:
            shutil.rmtree(kept, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            os.replace(best_folder(work, history), kept)
        shutil.rmtree(work)
        return {
            "persona": person.persona,
            "texts": len(learned.lessons),
            "held_out_texts": len(measured.lessons),
            "dropped_as_too_long": learned.dropped + measured.dropped,
            "tokens": measured.targets,
            "losses": {str(p.step): (p.validation_loss or 0.0) * measured.targets for p in history.measured},
            "read": history.points[-1].tokens,
            "training_seconds": history.points[-1].training_seconds,
        }

    def finish(
        self,
        found: Sequence[Mapping[str, Any]],
        table: Sequence[Mapping[str, Any]],
        steps: int,
        identity: Mapping[str, Any],
    ) -> Adapters:
        """Writes the tables; `training.json` comes last."""
        rows = list(_rows(found, steps))
        with (self._folder / "adapters.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([list(rows[0]), *(list(row.values()) for row in rows)])
        record = self._record(rows, found, table, steps, identity)
        write_json(self._folder / RECORD, record)
        (self._folder / IDENTITY).unlink(missing_ok=True)
        shutil.rmtree(self._work)
        return Adapters(self._folder, record)

    def _record(
        self,
        rows: Sequence[Mapping[str, Any]],
        found: Sequence[Mapping[str, Any]],
        table: Sequence[Mapping[str, Any]],
        steps: int,
        identity: Mapping[str, Any],
    ) -> dict[str, Any]:
        base, settings = self._base, self._settings
        tokens = sum(row["tokens"] for row in rows)
        start, last = (sum(row[which] for row in rows) / tokens for which in ("loss_start", "loss_last"))
        seconds = sum(one["training_seconds"] for one in found)
        return {
            "method": "lora",
            "per_person": True,
            "people": [row["persona"] for row in rows],
            "base": {"name": base.path, "sha256": identity["base"], "parameters": base.parameters},
            "chat": base.chat,
            "settings": identity_of(settings),
            "steps": steps,
            "pool": {"people": identity["pool_people"], "measured": list(table)},
            "demonstrations": {
                "train": sum(row["texts"] for row in rows),
                "held_out": sum(row["held_out_texts"] for row in rows),
            },
            "dropped_as_too_long": sum(one["dropped_as_too_long"] for one in found),
            "target_tokens": {"held_out": tokens},
            "start": {"loss": start, "perplexity": perplexity(start)},
            "last": {"loss": last, "perplexity": perplexity(last)},
            "interval": "points; adapters.csv has every person's loss, to resample by person",
            "tokens_per_second": sum(one["read"] for one in found) / seconds if seconds else None,
            "device": base.device_name(),
            "dtype": base.dtype,
            "peak_memory": base.peak_memory(),
            "seed": settings.seed,
            "versions": versions(),
            "identity": dict(identity),
        }


def _check(people: Sequence[Personal], pool: Sequence[Personal], settings: TrainingSettings) -> None:
    if settings.method != "lora":
        raise TrainingError("adapters are trained by the method lora; set method to lora")
    if not people:
        raise TrainingError("nobody has texts in two episodes, one to train on and one to measure on")
    both = {p.persona for p in people} & {p.persona for p in pool}
    if both:
        raise TrainingError(f"{sorted(both)[0]!r} is in the pool too; the number of steps is chosen on other people")
    if not pool:
        raise TrainingError("nobody in the pool has texts in two episodes, so the number of steps cannot be chosen")


def _drawn(pool: Sequence[Personal], most: int, seed: int) -> list[Personal]:
    if len(pool) <= most:
        return list(pool)
    places = random.Random(seed).sample(range(len(pool)), most)
    return [pool[k] for k in sorted(places)]


def _identity(
    base: str, people: Sequence[Personal], pool: Sequence[Personal], settings: TrainingSettings, chat: bool
) -> dict[str, Any]:
    return {
        "base": base,
        "chat": chat,
        "people": data_hash(d for p in people for d in (*p.train, *p.held_out)),
        "pool": data_hash(d for p in pool for d in (*p.train, *p.held_out)),
        "pool_people": [p.persona for p in pool],
        **settings.identity(),
    }


def _pooled(tried: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By number of steps, the pool's mean loss per token."""
    tokens = sum(one["tokens"] for one in tried)
    losses = {int(step): sum(one["losses"][step] for one in tried) / tokens for step in tried[0]["losses"]}
    return [{"step": step, "loss": loss, "perplexity": perplexity(loss)} for step, loss in losses.items()]


def _rows(found: Sequence[Mapping[str, Any]], steps: int) -> Iterator[dict[str, Any]]:
    for one in found:
        counts = {key: one[key] for key in ("persona", "texts", "held_out_texts", "tokens")}
        yield {**counts, "loss_start": one["losses"]["0"], "loss_last": one["losses"][str(steps)]}
