"""The folder of a training run, as the evaluation reads it: who was trained, on what, and what is held out.

study.yaml  validation.jsonl  representatives/NAME/{checkpoint, training.json, …}  payoff/{payoff.json, …}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...graphs.context import graph_prompts
from ...models.registry import ModelSpec
from ...models.templates import PromptBook, TemplateError
from ...personas.representatives.episodes import EpisodeError, EpisodeSet, load_episodes
from ...personas.representatives.prompting import Step
from ...personas.representatives.settings import TrainingError
from ...personas.representatives.training import Trained
from ...personas.representatives.variant import Variant, VariantError
from ..errors import InputError
from ..named_models import MisplacedError, Model, ModelConfig, check_models, find_model
from ..yaml_text import load_yaml
from .evaluation_config import RepresentativesEvaluation

PER_PERSON = "not measured: an adapter for each person speaks for that person alone; its losses are in adapters.csv"
STUDY, HELD_OUT, REPRESENTATIVES, PAYOFF = "study.yaml", "validation.jsonl", "representatives", "payoff"


class _Declared(BaseModel):
    """One representative, as the study declares it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    base: str
    variant: str = "base"
    per_person: bool = False


class _Written(BaseModel):
    """What the evaluation needs of a study; training reads the rest."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    study: str
    seed: int = 0
    steps: list[Step] = Field(default=["critique"], min_length=1)
    models: dict[str, Model] = {}
    bases: dict[str, Model]
    prompts: str | None = None
    representatives: list[_Declared] = Field(min_length=1)
    evaluation: RepresentativesEvaluation = RepresentativesEvaluation()


@dataclass(frozen=True)
class TrainedRun:
    """A training run that is to be evaluated.

    Args:
        folder: Where it lies.
        study: The study's name.
        seed: The study's seed.
        steps: In which steps the representatives were trained to speak.
        representatives: Name, base and variant of each, in the study's order.
        evaluation: How they are measured; models that were named are given by their specs.
        bases: What they were made from, by name.
        episodes: Held out.
        prompts: The prompt texts they were trained with.
        left_out: Who is not measured, and why.
    """

    folder: Path
    study: str
    seed: int
    steps: tuple[Step, ...]
    representatives: tuple[tuple[str, str, Variant], ...]
    evaluation: RepresentativesEvaluation
    bases: Mapping[str, ModelConfig]
    episodes: EpisodeSet
    prompts: PromptBook
    left_out: tuple[str, ...] = ()

    def base(self, name: str) -> ModelConfig:
        """The model that representatives were made from, as it was before."""
        served = self.evaluation.served.get(name)
        return served or self._read(self.bases[name], ModelSpec.parse(self.bases[name].spec).name)

    def representative(self, name: str, base: str) -> ModelConfig:
        """A representative's model.

        Raises:
            InputError: It was not trained to the end.
        """
        if name in self.evaluation.served:
            return self.evaluation.served[name]
        try:
            trained = Trained.load(self.folder / REPRESENTATIVES / name)
        except TrainingError as error:
            raise InputError(f"{error}; finish the training: minipublic train {self.folder / STUDY}") from error
        adapter = str(trained.adapter.resolve()) if trained.adapter else None
        weights = Path(trained.weights)
        return self._read(self.bases[base], str(weights.resolve()) if weights.is_dir() else trained.weights, adapter)

    def _read(self, base: ModelConfig, weights: str, adapter: str | None = None) -> ModelConfig:
        settings = self.evaluation
        options = base.options | settings.options
        return ModelConfig(spec=f"{settings.engine}:{weights}", adapter=adapter, options=options)


def open_trained_run(folder: Path, changes: dict[str, Any] | None = None) -> TrainedRun:
    """Reads what an evaluation needs of a run folder.

    Args:
        folder: The run folder.
        changes: Of settings under `evaluation`.

    Raises:
        InputError: A file is missing or damaged, or a setting is wrong.
    """
    path = folder / STUDY
    if not path.is_file():
        raise InputError(f"{folder}: not the folder of a training run (there is no {STUDY} in it)")
    data, _ = load_yaml(path, text_only=False)
    data["evaluation"] = (data.get("evaluation") or {}) | (changes or {})
    try:
        written = _Written.model_validate(data)
        evaluation = _settled(written)
        chosen = [(r.name, r.base, Variant.parse(r.variant)) for r in _compared(written)]
        episodes = load_episodes(folder / HELD_OUT)
        prompts = graph_prompts(Path(written.prompts) if written.prompts else None)
    except (ValidationError, MisplacedError, VariantError, EpisodeError, TemplateError) as error:
        raise InputError(f"{path}: {_said(error)}") from error
    return TrainedRun(
        folder=folder,
        study=written.study,
        seed=written.seed,
        steps=tuple(written.steps),
        representatives=tuple(chosen),
        evaluation=evaluation,
        bases=written.bases,
        episodes=episodes,
        prompts=prompts,
        left_out=tuple(f"{r.name}: {PER_PERSON}" for r in written.representatives if r.per_person),
    )


def _compared(written: _Written) -> list[_Declared]:
    names = [r.name for r in written.representatives if not r.per_person]
    wanted = written.evaluation.compare or names
    unknown = [name for name in wanted if name not in names]
    if unknown:
        said = f"no representative is called {unknown[0]!r} (there are {', '.join(names)})"
        raise MisplacedError(("evaluation", "compare"), said)
    return [r for r in written.representatives if r.name in wanted]


def _settled(written: _Written) -> RepresentativesEvaluation:
    """The evaluation with every model that is named under `models` in the place of its name."""
    check_models(written.models)
    given = written.evaluation

    def found(model: ModelConfig, *place: str) -> ModelConfig:
        return find_model(model, written.models, ("evaluation", *place))

    changes: dict[str, Any] = {
        place: {name: found(m, place, name) for name, m in getattr(given, place).items()}
        for place in ("mediators", "served")
    }
    for role in ("judge", "truth", "payoff"):
        model = getattr(given, role)
        changes[role] = found(model, role) if isinstance(model, ModelConfig) else model
    if given.payoff == "truth" and given.truth is None:
        raise MisplacedError(("evaluation", "payoff"), "`truth` needs a model that knows it: evaluation.truth")
    return given.model_copy(update=changes)


def _said(error: Exception) -> str:
    if isinstance(error, MisplacedError):
        return f"{'.'.join(error.place)}: {error}"
    if isinstance(error, ValidationError):
        return "\n  ".join(
            f"{'.'.join(map(str, p['loc']))}: {p['msg'].removeprefix('Value error, ')}" for p in error.errors()
        )
    return str(error)
