"""A study file of kind `backstories`, validated: which stories are told, by which model, and what is looked for in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..loading import read_study, replaced_model, validated
from ..named_models import Model, ModelConfig, check_models, find_model
from ..sections import BudgetConfig, EngineConfig, HumansConfig, PopulationConfig
from ..study import Traits
from .config import PoolConfig, check_pools


class BackstoriesStudy(BaseModel):
    """A study file.

    Args:
        study: Its name; seeds derive from it and `seed`.
        kind: `backstories`.
        data: The folder that `{data}` in a path stands for; the environment variable MINIPUBLIC_DATA by default.
        models: Models by name; `model`, `judge` and `population.models` refer to them.
        model: Who tells the stories.
        judge: Who criticises them and reads traits in them; the same model by default.
        backstories: Pools of stories, by name.
        traits: What is looked for in every story.
        trait_draws: How often a persona is asked for a trait that its story does not state.
        population: Whose attributes prime the pools of method `demographics_primed`.
        humans: Real respondents, where the population is made from them.
        embedding: A model behind an endpoint `/embeddings`, by which it is measured how far stories lie apart.
        duplicates: From which share of common word 5-grams on two stories count as near-duplicates.
        prompts: A folder of prompt texts that replace the package's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: str = Field(min_length=1)
    kind: Literal["backstories"]
    title: str = ""
    seed: int = 0
    data: str | None = None
    models: dict[str, Model] = {}
    model: Model = ModelConfig(spec="synthetic:default")
    judge: Model | None = None
    backstories: dict[str, PoolConfig] = Field(min_length=1)
    traits: Traits = {}
    trait_draws: int = Field(default=40, ge=1)
    population: PopulationConfig | None = None
    humans: HumansConfig | None = None
    embedding: Model | None = None
    duplicates: float = Field(default=0.5, gt=0, le=1)
    budget: BudgetConfig = BudgetConfig()
    engine: EngineConfig = EngineConfig()
    prompts: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> BackstoriesStudy:
        check_models(self.models)
        check_pools(self.backstories)
        for role in ("model", "judge"):
            given = getattr(self, role)
            if given is not None:
                object.__setattr__(self, role, find_model(given, self.models, (role,)))  # frozen only once it is made
        if self.population and self.population.from_humans and self.humans is None:
            raise ValueError("`population.from_humans` needs a section `humans` with `table` and `codebook`")
        return self


def load_backstories(path: Path, overrides: Sequence[str] = (), model: str | None = None) -> BackstoriesStudy:
    """Reads and validates a study file of backstories; see `simulation.loading.load_study`.

    Raises:
        InputError: Something is wrong, at a place the message names.
    """
    data, lines = read_study(path, overrides, "personas generate")
    if model:
        data["model"] = replaced_model(data, model)
    return validated(path, data, lines, BackstoriesStudy)


def as_yaml(study: BackstoriesStudy) -> str:
    """The study as a file that `load_backstories` reads back to the same study."""
    content = study.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    head = "# The study as it was carried out: overrides applied, paths absolute.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
