"""The section `evaluation` of a study of representatives: who judges, who mediates, what payoffs rest on, how much."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from ....models.protocol import ChooseMethod
from ....personas.representatives.variant import Variant
from ...named_models import Model, ModelConfig

PAYOFF_WORDS = ("trained", "truth")


def _as_payoff(value: Any) -> Any:
    return {"spec": value} if isinstance(value, str) and value not in PAYOFF_WORDS else value


PayoffChoice = Annotated[Literal["trained", "truth"] | ModelConfig, BeforeValidator(_as_payoff)]


class RepresentativesEvaluation(BaseModel):
    """How representatives are measured; what is left out is reported as not measured.

    Args:
        judge: Compares texts. Without it there are no win rates.
        judge_told: What the judge is told of a person besides the matter at hand, as a variant.
        method: How the judge's choices, and a model's ratings, are read (see `models.protocol.ChooseRequest`).
        draws: Answers drawn, for methods that draw.
        margin: A judge's probability this close to 1/2 is no verdict.
        mediators: The family of mediators over which discrepancies are averaged (eq. 16), by name. Without one there is
            no consensus to measure.
        truth: A model that knows the people's true policy, where there is one: its log-likelihood is the ceiling, and
            people drawn from it again are the noise floor.
        payoff: How far people agree with statements: `trained` (the run's payoff model), `truth`, or a model that is
            asked for its agreement on a scale. Without it there is no discrepancy.
        texts: At most so many held-out texts are scored and written, drawn by seed; all by default.
        limit: At most so many episodes are played again, drawn by seed; all by default.
        replicates: How often every text is drawn, and every episode played.
        temperature: At which representatives write and mediators revise.
        max_tokens: The longest text of a representative.
        statement_tokens: The longest statement of a mediator.
        stop: A text ends before any of these; by default where another section of the prompt would begin.
        bootstrap: Resamples for intervals.
        cluster: What is resampled as a whole: `session` (a group with all its episodes), `episode`, or `person`, where
            everybody speaks in every episode. A statement of a group belongs to its session then.
        compare: The representatives that are measured; all by default.
        served: By base or representative, the model that answers for it where its weights are not to be read from the run
            folder, such as one on a server.
        engine: Reads weights from the run folder: `hf` or `vllm_engine`.
        options: Of the engine, such as `dtype` or `batch_size`.
        samples: How many texts are shown side by side.
        calls_in_flight: How many calls are under way at once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: Model | None = None
    judge_told: str = "base+D+O3+C3"
    method: ChooseMethod = "first_token"
    draws: int = Field(default=10, ge=1)
    margin: float = Field(default=0.0, ge=0, lt=0.5)
    mediators: dict[str, Model] = {}
    truth: Model | None = None
    payoff: PayoffChoice | None = None
    texts: int | None = Field(default=None, ge=1)
    limit: int | None = Field(default=None, ge=1)
    replicates: int = Field(default=1, ge=1)
    temperature: float = Field(default=1.0, ge=0)
    max_tokens: int = Field(default=200, ge=1)
    statement_tokens: int = Field(default=400, ge=1)
    stop: list[str] = ["\n\n"]
    bootstrap: int = Field(default=1000, ge=0)
    cluster: Literal["session", "episode", "person"] = "session"
    compare: list[str] = []
    served: dict[str, Model] = {}
    engine: Literal["hf", "vllm_engine"] = "hf"
    options: dict[str, Any] = {}
    samples: int = Field(default=12, ge=0)
    calls_in_flight: int = Field(default=64, ge=1)

    @field_validator("judge_told")
    @classmethod
    def _is_a_variant(cls, text: str) -> str:
        return str(Variant.parse(text))
