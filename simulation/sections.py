"""The sections of a study file, each by itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..models.protocol import ChooseMethod


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
    """An opinion survey.

    Args:
        codebook: What is asked: a codebook, or the name of an instrument that ships with the package; the humans'
            codebook by default.
        items: Only these of its items.
        presentation: `independent` (each item by itself), `series` (one after the other) or `battery` (all at once).
        shuffle_items: Draw the order of the items per persona.
        replicates: How often everybody is asked.
    """

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


class GroupsConfig(_Strict):
    """Groups that deliberate.

    Args:
        questions: What is discussed.
        groups: How many groups.
        group_size: Seats in each.
        questions_per_group: How many of the questions every group goes through, in turn.
    """

    questions: list[Annotated[QuestionConfig, BeforeValidator(_as_question)]] = Field(min_length=1)
    groups: int = Field(default=20, ge=1)
    group_size: int = Field(default=5, ge=2, le=1000)
    questions_per_group: int = Field(default=1, ge=1)

    @property
    def seats(self) -> tuple[str, ...]:
        """The seats of a group."""
        return tuple(f"seat_{k}" for k in range(1, self.group_size + 1))

    @model_validator(mode="after")
    def _enough_questions(self) -> GroupsConfig:
        if self.questions_per_group > len(self.questions):
            raise ValueError(
                f"`questions_per_group` is {self.questions_per_group}, but only {len(self.questions)} questions are given"
            )
        return self


class ConsensusConfig(GroupsConfig):
    """Groups that look for a statement they endorse; 3 to 5 people and three questions each in the source.

    Args:
        questions: What is discussed.
        groups: How many groups.
        group_size: Seats in each.
        questions_per_group: How many of the questions every group goes through, in turn.
        labels: The agreement scale from lowest to highest; seven points by default.
        closing: A codebook whose items everybody answers at the end.
    """

    group_size: int = Field(default=5, ge=2, le=26)
    labels: list[str] | None = Field(default=None, min_length=2, max_length=26)
    closing: str | None = None


class SamplingConfig(_Strict):
    """How free texts are drawn."""

    temperature: float = Field(default=1.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=400, ge=1)


class PriceConfig(_Strict):
    """What a million tokens cost, in the user's currency."""

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)


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
