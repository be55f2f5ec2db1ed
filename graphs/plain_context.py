"""A context as plain JSON, in the words of a study file: what LangGraph's server and Studio can send.

    {"model": "synthetic:default", "population": "people.csv", "seats": 5, "seed": 7}

`GroupContext` seats a group and `PersonContext` one person; `graphs.opening` makes the `Context` of either. API keys stand in
the server's environment, never here: a model names the variable (`api_key_env`).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from ..models.registry import ModelSpec
from ..personas.conditioning import check_style
from .plain_parts import Mechanism, NamedModel, PlainAsking, PlainHuman, PlainPersona, PlainSampling, Strict, Wording

ROLES = ("participant", "mediator", "predictor", "judge")
_SPEC = (
    "KIND:NAME[@BASE_URL], such as synthetic:default or openai:NAME@http://localhost:8000/v1; or a name under `models`"
)


def _as_mechanism(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


class PlainContext(Strict):
    """What the people of a protocol are asked with."""

    model: str = Field(examples=["synthetic:default"], description=f"Who answers for the participants: {_SPEC}.")
    models: dict[str, NamedModel] = Field(default={})
    """Models with settings, by names that roles and personas refer to."""
    judge: str = ""
    """The model that judges texts, where a protocol has a judge; the participants' where it is empty."""
    population: str = Field(default="", examples=["people.csv"])
    """The people: a .parquet, .csv or .jsonl file, from the folder in which the server runs; or `personas`."""
    personas: list[PlainPersona] = Field(default=[])
    """The people, written out; or `population`."""
    attributes: dict[str, Wording] = Field(default={})
    """How traits are put into words."""
    style: str = "qa"
    """How people are put before the model: qa, bio, portray, backstory, none ... (docs/conditioning.md)."""
    study: str = Field(default="study", min_length=1)
    """The study's name; seeds derive from it and from `seed`."""
    seed: int = 0
    """The study's seed."""
    replicate: int = Field(default=0, ge=0)
    """Which independent draw this is."""
    asking: PlainAsking = PlainAsking()
    """How closed questions are asked."""
    sampling: PlainSampling = PlainSampling()
    """How free texts are drawn."""
    prompts: str = ""
    """A folder of prompt texts that replace the package's."""

    _opening: Any = PrivateAttr(
        default=None
    )  # `graphs.opening` keeps what it made of this, for the run's nodes to share

    @field_validator("style")
    @classmethod
    def _is_a_style(cls, style: str) -> str:
        check_style(style)
        return style

    @field_validator("models")
    @classmethod
    def _names_are_free(cls, models: dict[str, NamedModel]) -> dict[str, NamedModel]:
        for name in models:
            if name in ROLES or not name or ":" in name:
                raise ValueError(f"{name!r} is no name for a model: roles ({', '.join(ROLES)}) and specs are taken")
        return models

    @model_validator(mode="after")
    def _models_are_known(self) -> PlainContext:
        for role, meant in self.roles().items():
            if meant in self.models:
                continue
            if ":" not in meant:
                names = ", ".join(self.models) or "none"
                raise ValueError(f"`{role}`: no model is called {meant!r} (`models` has: {names}); or write {_SPEC}")
            try:
                ModelSpec.parse(meant)
            except ValueError as error:
                raise ValueError(f"`{role}`: {error}") from error
        return self

    @model_validator(mode="after")
    def _one_source(self) -> PlainContext:
        if bool(self.population) == bool(self.personas):
            raise ValueError("give `population` (a file) or `personas` (people written out), and one of them only")
        return self

    def roles(self) -> dict[str, str]:
        """The spec or name of every field that names a model."""
        return {"model": self.model} | ({"judge": self.judge} if self.judge else {})


class GroupContext(PlainContext):
    """A group that deliberates."""

    mediator: str = Field(
        default="", description="The model that writes statements; the participants' where it is empty."
    )
    predictor: str = ""
    """The model that foretells rankings and payoffs for the mechanism; the mediator's where it is empty."""
    mechanism: Annotated[
        Mechanism | None, BeforeValidator(_as_mechanism, json_schema_input_type=str | Mechanism | None)
    ] = None
    """How a group statement comes about: a mediator's name, or {"name": ..., and its options}; else the protocol's own way."""
    seats: int | None = Field(default=None, ge=1)
    """Draw a group of this many, by study and seed; without it, and without `people`, all `personas` sit down."""
    group: int = Field(default=0, ge=0)
    """Which of the groups drawn, counted from 0: those of a study with this name, seed, size and population."""
    people: list[str] = Field(default=[])
    """The ids of those who sit down, in this order; in the place of `seats`."""
    humans: dict[str, PlainHuman] = Field(default={})
    """The seats that people hold, such as {"seat_2": {}}: the run is interrupted where they are asked, and resumed."""
    unit: str = ""
    """Names the episode, for the mediator's seeds; a study's groups are g0, g1 ..."""

    @model_validator(mode="after")
    def _says_who(self) -> GroupContext:
        if self.people and self.seats is not None:
            raise ValueError("give `seats` (how many are drawn) or `people` (their ids), and one of them only")
        if len(set(self.people)) != len(self.people):
            raise ValueError(f"`people` names somebody twice: {', '.join(self.people)}")
        if self.population and not self.people and self.seats is None:
            raise ValueError(
                "who of the `population` sits down? Give `seats` (how many are drawn) or `people` (their ids)"
            )
        if self.group and self.seats is None:
            raise ValueError("`group` needs `seats`: how many sit in each of the groups drawn")
        return self

    def roles(self) -> dict[str, str]:
        """The spec or name of every field that names a model."""
        foretold = {"predictor": self.predictor} if self.predictor else {}
        return super().roles() | {"mediator": self.mediator or self.model} | foretold


class PersonContext(PlainContext):
    """One person who is asked."""

    person: str = ""
    """The person's id; may be left out where there is only one."""
