"""The parts of a context as plain JSON: models, people, mechanisms, and how they are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..models.protocol import ChooseMethod
from ..models.registry import ModelSpec
from .humans import Otherwise

_SECRET = re.compile(r"(^|_)(key|secret|password|token|credentials?)$", re.IGNORECASE)


class Strict(BaseModel):
    """Data that has the fields it should have, and no others."""

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


class NamedModel(Strict):
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


class PlainPersona(Strict):
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


class Wording(Strict):
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


class PlainAsking(Strict):
    """How closed questions are asked."""

    method: ChooseMethod = "first_token"
    """How probabilities are read."""
    draws: int = Field(default=10, ge=1)
    """Answers drawn, for methods that draw."""
    reorder_options: bool = True
    """Draw the order of the options per person and item."""
    average_orders: bool = False
    """Ask every question in both orders of its options and answer by the average."""


class PlainSampling(Strict):
    """How free texts are drawn."""

    temperature: float = Field(default=1.0, ge=0)
    """0 is greedy; 1 is the model's own distribution."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """The nucleus's mass."""
    max_tokens: int = Field(default=512, ge=1)
    """The longest text, in tokens."""


class PlainHuman(Strict):
    """A person who holds a seat."""

    name: str = ""
    """Told in the records; without one they say `human`."""
    deadline_s: float | None = Field(default=None, gt=0)
    """How long each reply may take, in seconds; without one they are waited for."""
    otherwise: Otherwise = "missing"
    """What stands for a reply that does not come in time: `missing`, or what the seat's persona says through its model."""


class Mechanism(Strict):
    """How a group statement comes about; its options stand beside its name."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    name: str
    """A mediator's name."""

    @property
    def options(self) -> dict[str, Any]:
        """What the mechanism takes besides."""
        return dict(self.model_extra or {})
