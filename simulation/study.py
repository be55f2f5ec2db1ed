"""A study file, validated: what is run, on whom, with which model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .backstories.config import PoolConfig, TraitConfig, check_pools
from .conditions import ConditionConfig as ConditionConfig
from .conditions import Conditions
from .evaluation import EvaluationConfig
from .humans.config import SeatConfig, check_seats
from .mechanisms import Mechanism
from .named_models import MisplacedError, Model, check_models, find_model, find_named
from .named_models import ModelConfig as ModelConfig
from .protocols.config import ProtocolConfig
from .sections import (
    AskingConfig,
    BudgetConfig,
    ConsensusConfig,
    EngineConfig,
    GroupsConfig,
    HumansConfig,
    PopulationConfig,
    SamplingConfig,
    SurveyConfig,
)
from .yaml_text import nearest_name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_traits(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, list) else value


Traits = Annotated[dict[str, TraitConfig | None], BeforeValidator(_as_traits)]


class Study(_Strict):
    """A study file.

    Args:
        study: Its name; seeds derive from it and `seed`.
        kind: `survey`, `consensus` or `protocol`.
        data: The folder that `{data}` in a path stands for; the environment variable MINIPUBLIC_DATA by default.
        models: Models by name; `model`, `mediator`, `judge`, conditions and personas refer to them.
        model: Who answers for the participants: a name under `models`, a spec, or a section.
        mediator: The model that mediates; the participants' by default.
        mechanism: How a group's statement comes about: a mediator's name, or a section with its options.
        predictor: The model that foretells payoffs and rankings for a mediator; the mediator's by default.
        judge: Who judges texts, where a study has a judge.
        backstories: Pools of stories by name; conditions give people stories out of them.
        traits: What is looked for in the stories, and what people are matched to them by; a list of attributes of the
            population, or, where they are to be asked in other words or with other labels, a section each.
        trait_draws: How often a persona is asked for a trait that its story does not state.
        seats: Seats of a deliberation that people hold, by name (`seat_1`, …).
        conditions: Ways of putting the personas before the model, compared with each other.
        prompts: A folder of prompt texts that replace the package's.
    """

    study: str = Field(min_length=1)
    kind: Literal["survey", "consensus", "protocol"]
    title: str = ""
    seed: int = 0
    data: str | None = None
    models: dict[str, Model] = {}
    model: Model = ModelConfig(spec="synthetic:default")
    mediator: Model | None = None
    mechanism: Mechanism | None = None
    predictor: Model | None = None
    judge: Model | None = None
    population: PopulationConfig
    humans: HumansConfig | None = None
    backstories: dict[str, PoolConfig] = {}
    traits: Traits = {}
    trait_draws: int = Field(default=40, ge=1)
    conditions: Conditions = Field(default=[ConditionConfig(name="qa", style="qa")], min_length=1)
    asking: AskingConfig = AskingConfig()
    sampling: SamplingConfig = SamplingConfig()
    survey: SurveyConfig | None = None
    consensus: ConsensusConfig | None = None
    protocol: ProtocolConfig | None = None
    seats: dict[str, SeatConfig] = {}
    evaluation: EvaluationConfig = EvaluationConfig()
    budget: BudgetConfig = BudgetConfig()
    engine: EngineConfig = EngineConfig()
    prompts: str | None = None

    @model_validator(mode="after")
    def _names_are_known(self) -> Study:
        check_models(self.models)
        check_pools(self.backstories)
        for role in ("model", "mediator", "predictor", "judge"):
            given = getattr(self, role)
            if given is not None:
                self._set(role, find_model(given, self.models, (role,)))
        self._set("conditions", [self._meant(k, c) for k, c in enumerate(self.conditions)])
        for persona, name in self.population.models.items():
            find_named(name, self.models, ("population", "models", persona))
        return self

    def _meant(self, k: int, given: ConditionConfig) -> ConditionConfig:
        pools = list(self.backstories)
        if given.backstories and given.backstories not in pools:
            said = f"no pool is called {given.backstories!r}{nearest_name(given.backstories, pools)}"
            raise MisplacedError(
                ("conditions", str(k), "backstories"), f"{said} (`backstories` has: {', '.join(pools) or 'none'})"
            )
        update: dict[str, Any] = {"mechanism": given.mechanism or self.mechanism}
        if given.model is not None:
            update["model"] = find_model(given.model, self.models, ("conditions", str(k), "model"))
        return given.model_copy(update=update)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # frozen only once it is made

    @model_validator(mode="after")
    def _fits_together(self) -> Study:
        if getattr(self, self.kind) is None:
            raise ValueError(f"`kind: {self.kind}` needs a section `{self.kind}`")
        for other in ("survey", "consensus", "protocol"):
            if other != self.kind and getattr(self, other) is not None:
                raise ValueError(f"`kind: {self.kind}` has no use for the section `{other}`; take one of them out")
        if self.survey and (self.mechanism or any(c.mechanism for c in self.conditions)):
            raise ValueError("`mechanism` says how a group's statement comes about, and a survey has no groups")
        check_seats(self.seats, self.deliberation.seats if self.deliberation else ())
        if any(c.options for c in self.conditions) and (self.protocol is None or self.protocol.name is None):
            raise ValueError("a condition's `options` are those of `protocol.name`, and this study names no protocol")
        if self.population.from_humans and self.humans is None:
            raise ValueError("`population.from_humans` needs a section `humans` with `table` and `codebook`")
        if self.survey and not (self.survey.codebook or self.humans):
            raise ValueError("`survey` needs a `codebook` (its own, or the one under `humans`)")
        if self.survey and self.survey.presentation == "battery" and self.asking.average_orders:
            raise ValueError("`asking.average_orders` needs probabilities, and a battery is answered with one text")
        if any(c.matching not in (None, "own") for c in self.conditions) and not self.traits:
            raise ValueError("`conditions` match people to stories, by `traits`: list the attributes to match by")
        self._check_ablations()
        names = [c.name for c in self.conditions]
        if len(set(names)) != len(names):
            raise ValueError(f"`conditions` share a name: {', '.join(names)}")
        return self

    @property
    def deliberation(self) -> GroupsConfig | None:
        """What groups deliberate on, where the study is no survey."""
        return self.consensus or self.protocol

    def _check_ablations(self) -> None:
        used = {c.backstories for c in self.conditions}
        for title, pools in self.evaluation.ablations.items():
            for pool in pools:
                if pool not in used or not pool:
                    raise ValueError(f"`evaluation.ablations`: {title!r}: no condition has the stories of {pool!r}")


def _by_name(content: dict[str, Any]) -> None:
    """Writes the name of a model in the place of what it stands for."""
    for section in (content, *content["conditions"]):
        for role in ("model", "mediator", "predictor", "judge"):
            names = [name for name, model in content["models"].items() if model == section.get(role)]
            if names:
                section[role] = names[0]


def as_yaml(study: Study) -> str:
    """The study as a file that `load_study` reads back to the same study."""
    content = study.model_dump(mode="json", exclude_none=True)
    # A pool has no use for what is not its kind's, not even at its default.
    pools = study.backstories.items()
    content["backstories"] = {n: p.model_dump(mode="json", exclude_defaults=True, by_alias=True) for n, p in pools}
    _by_name(content)
    head = "# The study as it was run: overrides applied, paths absolute.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
