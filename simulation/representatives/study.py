"""A study file of kind `representatives`, validated: whose words are learned, by which models, told what of the people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ...models.registry import ModelSpec
from ...personas.representatives.prompting import Step
from ...personas.representatives.training.settings import TrainingSettings
from ...personas.representatives.variant import Variant
from ..loading import read_study, validated
from ..named_models import ROLES, MisplacedError, Model, ModelConfig, check_models, find_model
from ..yaml_text import nearest_name
from .evaluation.config import RepresentativesEvaluation
from .payoffs.config import PayoffConfig
from .training.config import TrainingConfig

_NAME = re.compile(r"\w[\w.+-]*")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EpisodesConfig(_Strict):
    """The deliberations on record.

    Args:
        format: A layout that `minipublic episodes` reads.
        path: The file or folder.
        options: The format's, by name.
    """

    format: str = "jsonl"
    path: str
    options: dict[str, Any] = {}


class SplitConfig(_Strict):
    """How people and questions are parted; nobody and no question is on both sides.

    Args:
        by: `components` keeps together what shares a person or a question, and drops nothing; `blocks` parts people and
            questions each by themselves, and drops the seats that cross.
        validation: The share of episodes held out, of `components`.
        people: The share of people held out, of `blocks`.
        questions: The share of questions held out, of `blocks`.
        stratify: An attribute whose labels `blocks` parts alike.
    """

    by: Literal["components", "blocks"] = "components"
    validation: float = Field(default=0.2, gt=0, lt=1)
    people: float = Field(default=0.3, gt=0, lt=1)
    questions: float = Field(default=0.4, gt=0, lt=1)
    stratify: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> SplitConfig:
        others = {"components": ("people", "questions", "stratify"), "blocks": ("validation",)}[self.by]
        given = [name for name in others if name in self.model_fields_set and getattr(self, name) is not None]
        if given:
            raise ValueError(f"`by: {self.by}` has no use for `{given[0]}`; take it out, or part by the other way")
        return self


class RepresentativeConfig(_Strict):
    """A representative that is trained.

    Args:
        name: Its name, and its folder's.
        base: What it is made from: a name under `bases`.
        variant: What it is told of the person: `base`, then any of `+D`, `+O3`, `+C3`, `+P3`.
        per_person: Train an adapter for each held-out person on their own texts but the last episode's, instead of one
            model for everybody.
        pool: On how many people of the training side the number of steps of such adapters is chosen, at most.
        training: What is different from the study's `training`.
    """

    name: str
    base: str
    variant: str = "base"
    per_person: bool = False
    pool: int = Field(default=20, ge=1)
    training: TrainingConfig = TrainingConfig()

    @field_validator("name")
    @classmethod
    def _can_be_a_folder(cls, name: str) -> str:
        if not _NAME.fullmatch(name) or name in ROLES:
            raise ValueError(f"a name has letters, digits and . _ + - alone, and is none of {', '.join(ROLES)}")
        return name

    @field_validator("variant")
    @classmethod
    def _is_a_variant(cls, text: str) -> str:
        return str(Variant.parse(text))


class RepresentativesStudy(_Strict):
    """A study file.

    Args:
        study: Its name; seeds derive from it and `seed`.
        kind: `representatives`.
        data: The folder that `{data}` in a path stands for; the environment variable MINIPUBLIC_DATA by default.
        episodes: Whose words are learned.
        split: How people and questions are parted.
        prompts: A folder of prompt texts that replace the package's.
        steps: In which steps the representatives speak.
        models: Models by name, which `evaluation` may refer to.
        bases: The models they are made from, by name; each is `hf:FOLDER_OR_HUB_ID`.
        representatives: What is trained.
        training: How.
        payoff: The payoff model that is trained beside them.
        evaluation: How they are measured.
    """

    study: str = Field(min_length=1)
    kind: Literal["representatives"]
    title: str = ""
    seed: int = 0
    data: str | None = None
    episodes: EpisodesConfig
    split: SplitConfig = SplitConfig()
    prompts: str | None = None
    steps: list[Step] = Field(default=["critique"], min_length=1)
    models: dict[str, Model] = {}
    bases: dict[str, Model] = Field(min_length=1)
    representatives: list[RepresentativeConfig] = Field(min_length=1)
    training: TrainingConfig = TrainingConfig()
    payoff: PayoffConfig | None = None
    evaluation: RepresentativesEvaluation = RepresentativesEvaluation()

    @model_validator(mode="after")
    def _names_are_known(self) -> RepresentativesStudy:
        check_models(self.models)
        object.__setattr__(self, "evaluation", self._meant(self.evaluation))  # frozen only once it is made
        check_models(self.bases, "bases")
        for name, model in self.bases.items():
            _check_base(model, ("bases", name))
        self._checked(None, ("training",))
        for k, one in enumerate(self.representatives):
            self._check_representative(("representatives", str(k)), one)
        if self.payoff:
            _check_known(self.payoff.base, list(self.bases), ("payoff", "base"), "base")
            self._checked(self.payoff.training, ("payoff", "training"))
        names = [one.name for one in self.representatives]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise MisplacedError(("representatives", str(k), "name"), f"two representatives are called {name!r}")
        for k, name in enumerate(self.evaluation.compare):
            _check_known(name, names, ("evaluation", "compare", str(k)), "representative")
        needed = {"trained": ("payoff", self.payoff), "truth": ("evaluation.truth", self.evaluation.truth)}
        for said, (section, given) in needed.items():
            if self.evaluation.payoff == said and given is None:
                raise MisplacedError(("evaluation", "payoff"), f"`{said}` needs the section `{section}`")
        if len(set(self.steps)) < len(self.steps):
            raise MisplacedError(("steps",), "a step stands twice")
        return self

    def _meant(self, given: RepresentativesEvaluation) -> RepresentativesEvaluation:
        """The evaluation with every model that is named under `models` in the place of its name."""
        return over_models(given, lambda place, model: find_model(model, self.models, place))

    def _check_representative(self, place: tuple[str, ...], one: RepresentativeConfig) -> None:
        _check_known(one.base, list(self.bases), (*place, "base"), "base")
        settings = self._checked(one.training, (*place, "training"))
        if one.per_person and settings.method != "lora":
            raise MisplacedError((*place, "per_person"), "trains adapters; add `training: {method: lora}`")

    def _checked(self, own: TrainingConfig | None, place: tuple[str, ...]) -> TrainingSettings:
        try:
            return self.training.settings(own)
        except ValueError as error:
            raise MisplacedError(place, str(error)) from error

    def settings(self, one: RepresentativeConfig, seed: int = 0) -> TrainingSettings:
        """How a representative is trained."""
        return self.training.settings(one.training, seed)

    def representative(self, name: str) -> RepresentativeConfig:
        """The representative of this name.

        Raises:
            KeyError: There is none.
        """
        return {one.name: one for one in self.representatives}[name]


def over_models(
    given: RepresentativesEvaluation, change: Callable[[tuple[str, ...], ModelConfig], ModelConfig]
) -> RepresentativesEvaluation:
    """The evaluation with its models changed.

    Args:
        given: The section `evaluation`.
        change: Takes the place of a model in the study file, and the model.
    """
    single = {
        role: model for role in ("judge", "truth", "payoff") if isinstance(model := getattr(given, role), ModelConfig)
    }
    several = {section: getattr(given, section) for section in ("mediators", "served")}
    found: dict[str, Any] = {role: change(("evaluation", role), model) for role, model in single.items()}
    for section, models in several.items():
        found[section] = {name: change(("evaluation", section, name), model) for name, model in models.items()}
    return given.model_copy(update=found)


def _check_base(model: ModelConfig, place: tuple[str, ...]) -> None:
    spec = ModelSpec.parse(model.spec)
    if spec.kind != "hf" or spec.base_url:
        raise MisplacedError(place, f"{model.spec} cannot be trained; write hf:FOLDER, or hf: and a hub id")
    if model.adapter is not None:
        raise MisplacedError(place, "a base has no adapter; merge it into the weights, and give their folder")


def _check_known(name: str, known: Sequence[str], place: tuple[str, ...], what: str) -> None:
    if name not in known:
        close = nearest_name(name, list(known))
        raise MisplacedError(place, f"no {what} is called {name!r}{close} (there are {', '.join(known)})")


def load_representatives(path: Path, overrides: Sequence[str] = ()) -> RepresentativesStudy:
    """Reads and validates a study file of representatives; see `simulation.loading.load_study`.

    Raises:
        InputError: Something is wrong, at a place the message names.
    """
    data, lines = read_study(path, overrides, "train")
    return validated(path, data, lines, RepresentativesStudy)


def as_yaml(study: RepresentativesStudy) -> str:
    """The study as a file that `load_representatives` reads back to the same study."""
    content: Mapping[str, Any] = study.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    head = "# The study as it was carried out: overrides applied, paths absolute.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
