"""A study of representatives made ready: episodes read and parted, bases found; nothing trained yet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....graphs.context import graph_prompts
from ....models.registry import ModelSpec
from ....models.seeds import derive_seed
from ....models.templates import PromptBook, TemplateError
from ....personas.representatives.demonstration import Demonstration, demonstrations
from ....personas.representatives.episodes import EpisodeSet, episode_lines
from ....personas.representatives.splits import Split, SplitError, split_blocks, split_components
from ....personas.representatives.training.libraries import INSTALL, missing_libraries
from ....personas.representatives.training.personal import Personal, personal_texts
from ....personas.representatives.training.settings import TrainingSettings
from ....personas.representatives.variant import Variant
from ...episodes import FORMATS, Reading, read
from ...errors import InputError
from ...loading import resolve
from ...named_models import ModelConfig
from ...weights import with_files_read
from ..payoffs.training import check_payoff
from ..study import EpisodesConfig, RepresentativeConfig, RepresentativesStudy, over_models

_SEEDS = 2**31  # numpy takes no larger ones


@dataclass(frozen=True)
class TrainingPlan:
    """Everything a training needs besides the weights.

    Args:
        study: The study, its paths absolute.
        split: What is trained on, and what is held out.
        left_out: How much of the source is not among the episodes, by reason.
        prompts: The prompt texts.
        notes: What was noticed while reading, for the user.
    """

    study: RepresentativesStudy
    split: Split
    left_out: Mapping[str, int]
    prompts: PromptBook
    notes: tuple[str, ...]

    def demonstrations(self, one: RepresentativeConfig) -> tuple[list[Demonstration], list[Demonstration]]:
        """What a representative is trained on, and what it is validated on."""
        variant = Variant.parse(one.variant)
        train, validation = (
            demonstrations(side, variant, self.study.steps, self.prompts)
            for side in (self.split.train, self.split.validation)
        )
        return train, validation

    def personal(self, one: RepresentativeConfig) -> tuple[list[Personal], list[Personal]]:
        """Who gets an adapter, and the pool on whom the number of steps is chosen."""
        variant = Variant.parse(one.variant)
        people, pool = (
            list(personal_texts(side, variant, self.study.steps, self.prompts))
            for side in (self.split.validation, self.split.train)
        )
        return people, pool

    def settings(self, one: RepresentativeConfig) -> TrainingSettings:
        """How a representative is trained; all of a study see the demonstrations in the same order."""
        return self.study.settings(one, derive_seed(self.study.study, self.study.seed, "training") % _SEEDS)

    def base(self, one: RepresentativeConfig) -> tuple[str, bool]:
        """The folder or hub id of a representative's base, and whether prompts are written by its chat template."""
        config = self.study.bases[one.base]
        return ModelSpec.parse(config.spec).name, bool(config.options.get("chat", False))

    def identity(self) -> dict[str, Any]:
        """What makes two run folders the same study; each representative has an identity of its own besides."""
        return {
            "study": self.study.study,
            "seed": self.study.seed,
            "steps": list(self.study.steps),
            "split": self.study.split.model_dump(mode="json"),
            "train": episodes_hash(self.split.train),
            "validation": episodes_hash(self.split.validation),
            "prompts": self.prompts.hashes(),
        }


def make_training_plan(study: RepresentativesStudy, path: Path) -> TrainingPlan:
    """Reads what a study names, and parts people and questions.

    Args:
        study: As `load_representatives` gives it.
        path: Its file, from whose folder relative paths start.

    Raises:
        InputError: A file or folder is missing or wrong, the episodes cannot be parted, or there is nothing to learn.
    """
    study = study.model_copy(update=_settled(study, path))
    reading = _read(study.episodes, path)
    prompts = _prompts(study, path)
    split = _split(study, reading.episodes, path)
    plan = TrainingPlan(study, split, reading.left_out, prompts, _notes(study))
    for one in study.representatives:
        _check_texts(plan, one, path)
    try:
        check_payoff(plan)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return plan


def _settled(study: RepresentativesStudy, path: Path) -> dict[str, Any]:
    """The fields that name files, absolute."""

    def settled(place: str, model: ModelConfig) -> ModelConfig:
        return with_files_read(model, place, path, study.data)

    bases = {name: settled(f"bases.{name}", model) for name, model in study.bases.items()}
    episodes = study.episodes
    if episodes.format not in FORMATS or FORMATS[episodes.format].from_files:
        where = str(resolve(path, study.data, episodes.path).resolve())
        episodes = episodes.model_copy(update={"path": where})
    prompts = study.prompts and str(resolve(path, study.data, study.prompts).resolve())
    evaluation = over_models(study.evaluation, lambda place, model: settled(".".join(place), model))
    models = {name: settled(f"models.{name}", model) for name, model in study.models.items()}
    payoff = study.payoff and study.payoff.settled(lambda given: str(resolve(path, study.data, given).resolve()))
    found = {"models": models, "bases": bases, "episodes": episodes, "prompts": prompts, "payoff": payoff}
    return found | {"evaluation": evaluation}


def _read(config: EpisodesConfig, path: Path) -> Reading:
    try:
        return read(config.format, config.path, config.options)
    except InputError as error:
        raise InputError(f"{path}: episodes: {error}") from error


def _prompts(study: RepresentativesStudy, path: Path) -> PromptBook:
    try:
        return graph_prompts(Path(study.prompts) if study.prompts else None)
    except TemplateError as error:
        raise InputError(f"{path}: prompts: {error}") from error


def _split(study: RepresentativesStudy, episodes: EpisodeSet, path: Path) -> Split:
    config, seed = study.split, derive_seed(study.study, study.seed, "split")
    try:
        if config.by == "components":
            return split_components(episodes, config.validation, seed)
        return split_blocks(episodes, config.people, config.questions, seed, config.stratify)
    except SplitError as error:
        raise InputError(f"{path}: split: {error}") from error


def _check_texts(plan: TrainingPlan, one: RepresentativeConfig, path: Path) -> None:
    said = f"{path}: representatives: {one.name}"
    if one.per_person:
        people, pool = plan.personal(one)
        if not people or not pool:
            raise InputError(f"{said}: nobody on one side of the split has texts in two episodes; train one for all")
        return
    for side, texts in zip(("training", "validation"), plan.demonstrations(one), strict=True):
        if not texts:
            steps = " or ".join(plan.study.steps)
            raise InputError(f"{said}: no {steps} with what its prompt needs is on the {side} side of the split")


def _notes(study: RepresentativesStudy) -> tuple[str, ...]:
    used = {one.base for one in study.representatives} | ({study.payoff.base} if study.payoff else set())
    idle = [name for name in study.bases if name not in used]
    notes = [f"nothing is made from {', '.join(idle)} (under `bases`)"] if idle else []
    if study.payoff:
        notes.append("the section `payoff` is left alone: this command trains representatives")
    missing = missing_libraries()
    notes += [f"training needs {', '.join(missing)}: {INSTALL}"] if missing else []
    return tuple(notes)


def episodes_hash(episodes: EpisodeSet) -> str:
    """SHA-256 of episodes as they are saved."""
    whole = hashlib.sha256()
    for line in episode_lines(episodes):
        whole.update(line.encode())
    return whole.hexdigest()
