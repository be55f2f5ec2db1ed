"""How a study file says which model it means: a name under `models`, a spec, or a section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from ..models.errors import ModelSpecError
from ..models.registry import ModelSpec
from .yaml_text import nearest_name

ROLES = ("participant", "mediator", "predictor", "judge")
_FORM = "write KIND:NAME or KIND:NAME@http://HOST:PORT/v1"


class MisplacedError(ValueError):
    """A mistake that only shows once the whole study is read.

    Args:
        place: The keys that lead to it.
        said: What is wrong, and what would be right.
    """

    def __init__(self, place: tuple[str, ...], said: str) -> None:
        super().__init__(said)
        self.place = place


class ModelConfig(BaseModel):
    """Which model answers, and how it is reached; a plain text is the spec, or a name under `models`, alone.

    Args:
        spec: `KIND:NAME[@BASE_URL]`.
        api_key_env: The environment variable with the key.
        max_in_flight: The most calls at once.
        timeout_s: How long one try may take, in seconds.
        retries: How often a failed try is repeated.
        adapter: A LoRA adapter's folder, for kinds that take one.
        options: What this kind takes besides.
        options_file: A YAML file of options, relative to the study file; `options` go before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    spec: str
    api_key_env: str | None = None
    max_in_flight: int | None = Field(default=None, ge=1)
    timeout_s: float | None = Field(default=None, gt=0)
    retries: int | None = Field(default=None, ge=0)
    adapter: str | None = None
    options: dict[str, Any] = {}
    options_file: str | None = None

    @property
    def kind_and_name(self) -> str:
        """The spec without the address."""
        spec = ModelSpec.parse(self.spec)
        return f"{spec.kind}:{spec.name}"

    @field_validator("options")
    @classmethod
    def _no_option_twice(cls, options: dict[str, Any]) -> dict[str, Any]:
        own = [name for name in options if name in cls.model_fields]
        if own:
            raise ValueError(f"`{own[0]}` stands beside `spec`, not under `options`")
        return options


def _as_spec(value: Any) -> Any:
    return {"spec": value} if isinstance(value, str) else value


Model = Annotated[ModelConfig, BeforeValidator(_as_spec)]


def check_models(models: Mapping[str, ModelConfig], section: str = "models") -> None:
    """Looks whether every entry of a section of models has a name that can be referred to, and a spec.

    Raises:
        MisplacedError: One has not.
    """
    for name, model in models.items():
        place = (section, name)
        if name in ROLES:
            raise MisplacedError(
                place, f"{name!r} is a role; give the model another name ({', '.join(ROLES)} are taken)"
            )
        if not name or ":" in name:
            raise MisplacedError(place, f"a model's name has letters and no `:`, so that it is no spec; got {name!r}")
        _check_spec(model.spec, place)


def find_model(given: ModelConfig, models: Mapping[str, ModelConfig], place: tuple[str, ...]) -> ModelConfig:
    """The model that was meant, by name or by spec.

    Args:
        given: What the study file says.
        models: The study's models by name.
        place: Where it says so.

    Raises:
        MisplacedError: No model has this name, or the spec is none.
    """
    if given.spec not in models and ":" in given.spec:
        _check_spec(given.spec, place)
        return given
    named = find_named(given.spec, models, place, or_spec=True)
    if given != ModelConfig(spec=given.spec):
        said = f"{given.spec!r} is a name under `models`; write the name alone, and its settings under `models`"
        raise MisplacedError(place, said)
    return named


def find_named(
    name: str, models: Mapping[str, ModelConfig], place: tuple[str, ...], or_spec: bool = False
) -> ModelConfig:
    """The model of this name.

    Args:
        name: The name.
        models: The study's models by name.
        place: Where it stands.
        or_spec: A spec could stand there too.

    Raises:
        MisplacedError: No model has this name.
    """
    if name not in models:
        raise MisplacedError(place, f"{unknown_model(name, models)}{f'; or {_FORM}' if or_spec else ''}")
    return models[name]


def unknown_model(name: str, known: Iterable[str]) -> str:
    """Says that no model has this name, and which have one."""
    names = list(known)
    said = f"no model is called {name!r}{nearest_name(name, names)}"
    return f"{said} (`models` has: {', '.join(names) or 'none'})"


def _check_spec(spec: str, place: tuple[str, ...]) -> None:
    try:
        ModelSpec.parse(spec)
    except ModelSpecError as error:
        raise MisplacedError(place, str(error)) from error
