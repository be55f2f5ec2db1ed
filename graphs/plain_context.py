"""A context as plain JSON, in the words of a study file: what LangGraph's server and Studio can send.

    {"model": "synthetic:default", "population": "people.csv", "seats": 5, "seed": 7}

`GroupContext` seats a group and `PersonContext` one person; `graphs.opening` makes the `Context` of either. API keys stand in
the server's environment, never here: a model names the variable (`api_key_env`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from ..models.protocol import ChooseMethod
from ..models.registry import ModelSpec
from ..personas.conditioning import check_style
from .humans import Otherwise

_SECRET = re.compile(r"(^|_)(key|secret|password|token|credentials?)$", re.IGNORECASE)
ROLES = ("participant", "mediator", "predictor", "judge")
_SPEC = (
    "KIND:NAME[@BASE_URL], such as synthetic:default or openai:NAME@http://localhost:8000/v1; or a name under `models`"
)


class _Strict(BaseModel):
    # What was sent is not shown again: it may hold a key that somebody put in the wrong place.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


def _keys(given: Any) -> Iterator[str]:
    """Every key in a nest of plain data."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(given, list):
        for value in given:
            yield from _keys(value)


class NamedModel(_Strict):
    """A model with settings of its own."""

    spec: str
    """KIND:NAME[@BASE_URL]."""
    api_key_env: str | None = None
    """The environment variable of the server with the key; MINIPUBLIC_KEYS there says which may be sent where."""
    max_in_flight: int | None = Field(default=None, ge=1)
    """The most calls at once."""
    timeout_s: float | None = Field(default=None, gt=0)
    """How long one try may take, in seconds."""
    retries: int | None = Field(default=None, ge=0)
    """How often a failed try is repeated."""
    adapter: str | None = None
    """A LoRA adapter's folder, for kinds that take one."""
    options: dict[str, Any] = {}
    """What this kind takes besides."""

    @field_validator("spec")
    @classmethod
    def _is_a_spec(cls, spec: str) -> str:
        ModelSpec.parse(spec)
        return spec

    @field_validator("options")
    @classmethod
    def _no_secrets(cls, options: dict[str, Any]) -> dict[str, Any]:
        for name in _keys(options):
            if _SECRET.search(name):
                raise ValueError(
                    f"{name!r} looks like a secret, and contexts are stored and shown; put it into the server's "
                    "environment and name the variable in `api_key_env`"
                )
        for name in options:
            if name == "provider_options":
                raise ValueError("`provider_options` could send a key elsewhere; make such a model in Python")
            if name in cls.model_fields:
                raise ValueError(f"{name!r} stands beside `spec`, not under `options`")
        return options


class PlainPersona(_Strict):
    """One person, written out; a population's file can tell more of a person (see `Population.load`)."""

    id: str = Field(min_length=1)
    """Unique in the group; seeds derive from it."""
    attributes: dict[str, str] = {}
    """Trait name to label."""
    backstory: str = ""
    """A life told in the first person."""
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """How many people this one stands for."""
    model: str = ""
    """A name under `models` through which this person speaks; the participants' model where it is empty."""
    style: str = ""
    """How this person is put before the model, where not as the others."""


class Wording(_Strict):
    """How a trait is put into words."""

    question: str = ""
    """Asked in the `qa` style."""
    sentence: str = ""
    """Said in the first person in the `bio` style, with {value}."""
    portrayal: str = ""
    """The same in the second person, for the `portray` style."""

    @field_validator("sentence", "portrayal")
    @classmethod
    def _has_its_slot(cls, text: str) -> str:
        if text and "{value}" not in text:
            raise ValueError(f"{text!r} has no slot {{value}}")
        return text


class PlainAsking(_Strict):
    """How closed questions are asked."""

    method: ChooseMethod = "first_token"
    """How probabilities are read."""
    draws: int = Field(default=10, ge=1)
    """Answers drawn, for methods that draw."""
    reorder_options: bool = True
    """Draw the order of the options per person and item."""
    average_orders: bool = False
    """Ask every question in both orders of its options and answer by the average."""


class PlainSampling(_Strict):
    """How free texts are drawn."""

    temperature: float = Field(default=1.0, ge=0)
    """0 is greedy; 1 is the model's own distribution."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """The nucleus's mass."""
    max_tokens: int = Field(default=512, ge=1)
    """The longest text, in tokens."""


class PlainHuman(_Strict):
    """A person who holds a seat."""

    name: str = ""
    """Told in the records; without one they say `human`."""
    deadline_s: float | None = Field(default=None, gt=0)
    """How long each reply may take, in seconds; without one they are waited for."""
    otherwise: Otherwise = "missing"
    """What stands for a reply that does not come in time: `missing`, or what the seat's persona says through its model."""


class Mechanism(_Strict):
    """How a group statement comes about; its options stand beside its name."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    name: str
    """A mediator's name."""

    @property
    def options(self) -> dict[str, Any]:
        """What the mechanism takes besides."""
        return dict(self.model_extra or {})


def _as_mechanism(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


class PlainContext(_Strict):
    """What the people of a protocol are asked with."""

    model: str = Field(examples=["synthetic:default"], description=f"Who answers for the participants: {_SPEC}.")
    models: dict[str, NamedModel] = {}
    """Models with settings, by names that roles and personas refer to."""
    judge: str = ""
    """The model that judges texts, where a protocol has a judge; the participants' where it is empty."""
    population: str = Field(default="", examples=["people.csv"])
    """The people: a .parquet, .csv or .jsonl file, from the folder in which the server runs; or `personas`."""
    personas: list[PlainPersona] = []
    """The people, written out; or `population`."""
    attributes: dict[str, Wording] = {}
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
    people: list[str] = []
    """The ids of those who sit down, in this order; in the place of `seats`."""
    humans: dict[str, PlainHuman] = {}
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
