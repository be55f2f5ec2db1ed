"""Carries out a study of representatives: what is trained already is kept, what was stopped goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ....personas.representatives.episodes import EpisodeSet
from ....personas.representatives.training.adapters import PeopleProgress, train_adapters
from ....personas.representatives.training.libraries import check_libraries
from ....personas.representatives.training.one_model import train_representative
from ....personas.representatives.training.settings import TrainingError, TrainingSettings
from ...episodes.jsonl import write_jsonl
from ...episodes.reading import Reading
from ...errors import InputError
from ...folder import TrainingFolder, write_json, write_text
from ...yaml_text import nearest_name
from ..payoffs.training import FOLDER, PayoffProgress, train_payoff
from ..study import RepresentativeConfig, as_yaml
from .plan import TrainingPlan, episodes_hash
from .seats import save_seats
from .summary import summary_of_adapters, summary_of_one

COMPLETE, PARTIAL = "complete", "partial"


class Screen(Protocol):
    """Who shows how far a study is."""

    def one(self, name: str, settings: TrainingSettings) -> Any:
        """Who is told of the steps of a representative's training; a `loop.Progress`, or None."""

    def people(self, name: str) -> PeopleProgress | None:
        """Who is told of the adapters of a representative that has one for each person."""

    def payoff(self) -> PayoffProgress | None:
        """Who is told of the steps of the payoff model's training."""


class Silent:
    """Shows nothing."""

    def one(self, name: str, settings: TrainingSettings) -> Any:
        """Nobody."""
        return None

    def people(self, name: str) -> PeopleProgress | None:
        """Nobody."""
        return None

    def payoff(self) -> PayoffProgress | None:
        """Nobody."""
        return None


def train_study(
    plan: TrainingPlan, out: Path, *, only: Sequence[str] = (), screen: Screen | None = None
) -> dict[str, Any]:
    """Trains the representatives of a study into a folder, or goes on with them there.

    Args:
        plan: What is trained.
        out: The folder.
        only: The names of those to train now, `payoff` for the payoff model; all by default.
        screen: Shows how far it is.

    Returns:
        What `training.json` says.

    Raises:
        InputError: The folder holds another study or another training of a representative, another process writes to it,
            no representative has such a name, a library is missing, or a demonstration is too long.
        ModelSpecError: A base does not load.
    """
    chosen = _chosen(plan, only)
    try:
        check_libraries()
    except TrainingError as error:
        raise InputError(str(error)) from error
    folder = TrainingFolder(out)
    with folder.locked():
        identity = plan.identity()
        folder.check_identity(identity)
        record = folder.read_run() or {"representatives": {}}
        record = _described(plan, identity) | {k: record[k] for k in ("representatives", FOLDER) if k in record}
        _save_inputs(plan, folder)
        write_json(folder.run, record)
        for one in chosen:
            record["representatives"][one.name] = _train(plan, one, folder.representative(one.name), screen or Silent())
            record["status"] = _status(plan, record)
            write_json(folder.run, record)
        if plan.study.payoff and (not only or FOLDER in only):
            record[FOLDER] = train_payoff(folder.path, plan, (screen or Silent()).payoff())
            record["status"] = _status(plan, record)
            write_json(folder.run, record)
    return record


def _chosen(plan: TrainingPlan, only: Sequence[str]) -> list[RepresentativeConfig]:
    names = [one.name for one in plan.study.representatives]
    for name in only:
        if name not in names and not (name == FOLDER and plan.study.payoff):
            close = nearest_name(name, names)
            raise InputError(f"--only: no representative is called {name!r}{close} (there are {', '.join(names)})")
    return [one for one in plan.study.representatives if not only or one.name in only]


def _train(plan: TrainingPlan, one: RepresentativeConfig, folder: Path, screen: Screen) -> dict[str, Any]:
    settings = plan.settings(one)
    base, chat = plan.base(one)
    about = {"base": one.base, "variant": one.variant, "per_person": one.per_person}
    try:
        if one.per_person:
            people, pool = plan.personal(one)
            progress = screen.people(one.name)
            made = train_adapters(
                base, people, pool, settings, folder, chat=chat, pool_size=one.pool, progress=progress
            )
            save_seats(plan, one, folder, {p.persona: p.held_out[0].episode for p in people}, made.people)
            return about | summary_of_adapters(made, plan.study.evaluation.bootstrap, plan.study.seed)
        train, validation = plan.demonstrations(one)
        told = screen.one(one.name, settings)
        trained = train_representative(base, train, validation, settings, folder, chat=chat, progress=told)
        save_seats(plan, one, folder)
        return about | summary_of_one(trained, plan.study.evaluation.bootstrap, plan.study.seed)
    except TrainingError as error:
        raise InputError(f"{one.name}: {error}") from error


def _status(plan: TrainingPlan, record: dict[str, Any]) -> str:
    done = all(one.name in record["representatives"] for one in plan.study.representatives)
    return COMPLETE if done and (plan.study.payoff is None or FOLDER in record) else PARTIAL


def _described(plan: TrainingPlan, identity: dict[str, Any]) -> dict[str, Any]:
    study = plan.study
    return {
        "study": study.study,
        "title": study.title or study.study,
        "kind": study.kind,
        "seed": study.seed,
        "status": PARTIAL,
        "left_out": dict(plan.left_out),
        "notes": list(plan.notes),
        "identity": identity,
    }


def _save_inputs(plan: TrainingPlan, folder: TrainingFolder) -> None:
    write_text(folder.study, as_yaml(plan.study))
    sides = {"train": plan.split.train, "validation": plan.split.validation}
    for name, side in sides.items():
        write_jsonl(side, folder.path / f"{name}.jsonl")
    dropped = {"dropped_seats": plan.split.dropped}
    write_json(folder.split, dropped | {name: _described_side(side) for name, side in sides.items()})


def _described_side(side: EpisodeSet) -> dict[str, Any]:
    return {
        "counts": Reading(side).counts(),
        "sha256": episodes_hash(side),
        "episodes": [e.id for e in side.episodes],
        "participants": [p.id for p in side.population],
        "questions": list(side.questions),
    }
