"""The folder of a training run, as the evaluation reads it: who was trained, on what, and what is held out.

study.yaml  validation.jsonl  representatives/NAME/{checkpoint, training.json, …}  payoff/{payoff.json, …}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ....graphs.context import graph_prompts
from ....models.registry import ModelSpec
from ....models.templates import PromptBook, TemplateError
from ....personas.representatives.episodes import EpisodeError, EpisodeSet, load_episodes
from ....personas.representatives.prompting import Step
from ....personas.representatives.training.one_model import Trained
from ....personas.representatives.training.settings import TrainingError
from ....personas.representatives.variant import Variant
from ...errors import InputError
from ...folder import TrainingFolder
from ...named_models import ModelConfig
from ..study import RepresentativesStudy, load_representatives
from .config import RepresentativesEvaluation

PAYOFF = "payoff"
PER_PERSON = "not measured: an adapter for each person speaks for that person alone; its losses are in adapters.csv"


@dataclass(frozen=True)
class TrainedRun:
    """A training run that is to be evaluated.

    Args:
        folder: Where it lies.
        study: The study's name.
        seed: The study's seed.
        steps: In which steps the representatives were trained to speak.
        representatives: Name, base and variant of each, in the study's order.
        evaluation: How they are measured.
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
        files = TrainingFolder(self.folder)
        try:
            trained = Trained.load(files.representative(name))
        except TrainingError as error:
            raise InputError(
                f"{error}; finish the training: minipublic train {files.study} --out {files.path}"
            ) from error
        adapter = str(trained.adapter.resolve()) if trained.adapter else None
        weights = Path(trained.weights)
        return self._read(self.bases[base], str(weights.resolve()) if weights.is_dir() else trained.weights, adapter)

    def _read(self, base: ModelConfig, weights: str, adapter: str | None = None) -> ModelConfig:
        settings = self.evaluation
        options = base.options | settings.options
        return ModelConfig(spec=f"{settings.engine}:{weights}", adapter=adapter, options=options)


def open_trained_run(folder: Path, overrides: Sequence[str] = ()) -> TrainedRun:
    """Reads what an evaluation needs of a run folder.

    Args:
        folder: The run folder.
        overrides: Of its study file, as `key=value` (`evaluation.limit=20`).

    Raises:
        InputError: A file is missing or damaged, or a setting is wrong.
    """
    files = TrainingFolder(folder)
    if not files.study.is_file():
        raise InputError(f"{folder}: not the folder of a training run (there is no {files.study.name} in it)")
    study = load_representatives(files.study, overrides)
    try:
        episodes = load_episodes(files.validation)
        prompts = graph_prompts(Path(study.prompts) if study.prompts else None)
    except (EpisodeError, TemplateError) as error:
        raise InputError(str(error)) from error
    return TrainedRun(
        folder=folder,
        study=study.study,
        seed=study.seed,
        steps=tuple(study.steps),
        representatives=_compared(study),
        evaluation=study.evaluation,
        bases=study.bases,
        episodes=episodes,
        prompts=prompts,
        left_out=tuple(f"{one.name}: {PER_PERSON}" for one in study.representatives if one.per_person),
    )


def _compared(study: RepresentativesStudy) -> tuple[tuple[str, str, Variant], ...]:
    wanted = study.evaluation.compare or [one.name for one in study.representatives]
    chosen = [one for one in study.representatives if one.name in wanted and not one.per_person]
    return tuple((one.name, one.base, Variant.parse(one.variant)) for one in chosen)
