"""A study file, validated: what is run, on whom, with which model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..models.protocol import ChooseMethod
from .backstories.config import PoolConfig, TraitConfig, check_pools
from .conditions import ConditionConfig as ConditionConfig
from .conditions import Conditions
from .evaluation import EvaluationConfig
from .named_models import MisplacedError, Model, check_models, find_model, find_named
from .named_models import ModelConfig as ModelConfig
from .yaml_text import nearest_name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HumansConfig(_Strict):
    """Real respondents: a table and the codebook that reads it."""

    table: str
    codebook: str


class AttributeConfig(_Strict):
    """How a trait is put into words, and, for a generated population, the shares of its labels."""

    question: str = ""
    sentence: str = ""
    portrayal: str = ""
    shares: dict[str, float] = {}


def _text_keys(value: Any) -> Any:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value


class PopulationConfig(_Strict):
    """Who takes part: exactly one of `file`, `from_humans` and `generate`.

    Args:
        file: A population file.
        from_humans: Make a persona of every human respondent, from the codebook's attributes.
        generate: Draw this many personas from the shares of `attributes`.
        attributes: Wording of traits; for `generate` their shares too. With `from_humans`, which to use.
        sample: Draw this many at random; all when left out.
        models: Which of the study's `models` a persona speaks through, by persona id; more than the file's column
            `model` it counts.
    """

    file: str | None = None
    from_humans: bool = False
    generate: int | None = Field(default=None, ge=1)
    attributes: dict[str, AttributeConfig] = {}
    sample: int | None = Field(default=None, ge=1)
    models: Annotated[dict[str, str], BeforeValidator(_text_keys)] = {}

    @model_validator(mode="after")
    def _one_source(self) -> PopulationConfig:
        if (self.file is not None) + self.from_humans + (self.generate is not None) != 1:
            raise ValueError("give exactly one of `file`, `from_humans: true` and `generate: N`")
        if self.generate and not any(a.shares for a in self.attributes.values()):
            raise ValueError(
                "`generate` needs `attributes` with `shares`, such as {party: {shares: {Democrat: 0.5, …}}}"
            )
        return self


class AskingConfig(_Strict):
    """How closed questions are asked.

    Args:
        method: How probabilities are read: `first_token`, `full_option`, `sampled`, or `structured`.
        draws: Answers drawn for methods that draw.
        reorder_options: Draw the order of the options per person and item.
        average_orders: Ask every question in both orders of its options and answer by the average.
    """

    method: ChooseMethod = "first_token"
    draws: int = Field(default=10, ge=1)
    reorder_options: bool = True
    average_orders: bool = False


class SurveyConfig(_Strict):
    """An opinion survey."""

    codebook: str | None = None
    items: list[str] = []
    presentation: Literal["independent", "series", "battery"] = "independent"
    shuffle_items: bool = True
    replicates: int = Field(default=1, ge=1)


class QuestionConfig(_Strict):
    """A question to deliberate on; a plain text is the question alone."""

    question: str
    proposition: str | None = None


def _as_question(value: Any) -> Any:
    return {"question": value} if isinstance(value, str) else value


class ConsensusConfig(_Strict):
    """Groups that look for a statement they endorse.

    Args:
        questions: What is discussed.
        groups: How many groups.
        group_size: Seats in each; 3 to 5 in the source.
        questions_per_group: How many of the questions every group goes through, in turn (three in the source).
        labels: The agreement scale from lowest to highest; seven points by default.
        closing: A codebook whose items everybody answers at the end.
    """

    questions: list[Annotated[QuestionConfig, BeforeValidator(_as_question)]] = Field(min_length=1)
    groups: int = Field(default=20, ge=1)
    group_size: int = Field(default=5, ge=2, le=26)
    questions_per_group: int = Field(default=1, ge=1)
    labels: list[str] | None = Field(default=None, min_length=2, max_length=26)
    closing: str | None = None

    @model_validator(mode="after")
    def _enough_questions(self) -> ConsensusConfig:
        if self.questions_per_group > len(self.questions):
            raise ValueError(
                f"`questions_per_group` is {self.questions_per_group}, but only {len(self.questions)} questions are given"
            )
        return self


class SamplingConfig(_Strict):
    """How free texts are drawn."""

    temperature: float = Field(default=1.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=400, ge=1)


class PriceConfig(_Strict):
    """What a million tokens cost, in the user's currency."""

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)


def _as_traits(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, list) else value


Traits = Annotated[dict[str, TraitConfig | None], BeforeValidator(_as_traits)]


class BudgetConfig(_Strict):
    """What a run may use in all, earlier runs into the same folder included; no part of a study's identity.

    Args:
        max_calls: Model calls.
        max_tokens: Tokens read and written.
        max_cost: Cost, in the currency of `prices`.
        prices: By model: its name under `models`, or its spec without the address (`openai:NAME`).
    """

    max_calls: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_cost: float | None = Field(default=None, gt=0)
    prices: dict[str, PriceConfig] = {}


class EngineConfig(_Strict):
    """How much runs at once; no part of a study's identity."""

    units_in_flight: int = Field(default=64, ge=1)


class Study(_Strict):
    """A study file.

    Args:
        study: Its name; seeds derive from it and `seed`.
        kind: `survey` or `consensus`.
        data: The folder that `{data}` in a path stands for; the environment variable MINIPUBLIC_DATA by default.
        models: Models by name; `model`, `mediator`, `judge`, conditions and personas refer to them.
        model: Who answers for the participants: a name under `models`, a spec, or a section.
        mediator: Who mediates; the same model by default.
        judge: Who judges texts, where a study has a judge.
        backstories: Pools of stories by name; conditions give people stories out of them.
        traits: What is looked for in the stories, and what people are matched to them by; a list of attributes of the
            population, or, where they are to be asked in other words or with other labels, a section each.
        trait_draws: How often a persona is asked for a trait that its story does not state.
        conditions: Ways of putting the personas before the model, compared with each other.
        prompts: A folder of prompt texts that replace the package's.
    """

    study: str = Field(min_length=1)
    kind: Literal["survey", "consensus"]
    title: str = ""
    seed: int = 0
    data: str | None = None
    models: dict[str, Model] = {}
    model: Model = ModelConfig(spec="synthetic:default")
    mediator: Model | None = None
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
    evaluation: EvaluationConfig = EvaluationConfig()
    budget: BudgetConfig = BudgetConfig()
    engine: EngineConfig = EngineConfig()
    prompts: str | None = None

    @model_validator(mode="after")
    def _names_are_known(self) -> Study:
        check_models(self.models)
        check_pools(self.backstories)
        for role in ("model", "mediator", "judge"):
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
        if given.model is None:
            return given
        place = ("conditions", str(k), "model")
        return given.model_copy(update={"model": find_model(given.model, self.models, place)})

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # frozen only once it is made

    @model_validator(mode="after")
    def _fits_together(self) -> Study:
        other = {"survey": "consensus", "consensus": "survey"}[self.kind]
        if getattr(self, self.kind) is None:
            raise ValueError(f"`kind: {self.kind}` needs a section `{self.kind}`")
        if getattr(self, other) is not None:
            raise ValueError(f"`kind: {self.kind}` has no use for the section `{other}`; take one of them out")
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

    def _check_ablations(self) -> None:
        used = {c.backstories for c in self.conditions}
        for title, pools in self.evaluation.ablations.items():
            for pool in pools:
                if pool not in used or not pool:
                    raise ValueError(f"`evaluation.ablations`: {title!r}: no condition has the stories of {pool!r}")


def _by_name(content: dict[str, Any]) -> None:
    """Writes the name of a model in the place of what it stands for."""
    for section in (content, *content["conditions"]):
        for role in ("model", "mediator", "judge"):
            names = [name for name, model in content["models"].items() if model == section.get(role)]
            if names:
                section[role] = names[0]


def as_yaml(study: Study) -> str:
    """The study as a file that `load_study` reads back to the same study."""
    content = study.model_dump(mode="json", exclude_none=True)
    _by_name(content)
    head = "# The study as it was run: overrides applied, paths absolute.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
