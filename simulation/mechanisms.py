"""Mechanisms in study files: which mediator makes the group's statement."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ..graphs.mediators import Mediator, find_mediator
from .errors import InputError

DEFAULT = "summary"


class MechanismConfig(BaseModel):
    """A mechanism; a plain text is the name alone.

    Args:
        name: Of a mediator that ships with the package, or a function of the user's own: `FILE.py:FUNCTION`.

    Everything else in the section is an option of that mediator.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str

    @property
    def options(self) -> dict[str, Any]:
        """The mediator's options."""
        return dict(self.model_extra or {})

    @property
    def label(self) -> str:
        """How conditions and reports name it: the function's name, and the options that are given."""
        name = self.name.rpartition(":")[2]
        told = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"{name} ({told})" if told else name

    def identity(self) -> dict[str, Any]:
        """What makes it this mechanism: a user's file counts by its content."""
        file, colon, function = self.name.rpartition(":")
        if colon and Path(file).is_file():
            return {"function": function, "file": hashlib.sha256(Path(file).read_bytes()).hexdigest(), **self.options}
        return {"name": self.name, **self.options}


def as_mechanism(value: Any) -> Any:
    """A name as a section."""
    return {"name": value} if isinstance(value, str) else value


Mechanism = Annotated[MechanismConfig, BeforeValidator(as_mechanism)]


def settled_mechanism(config: MechanismConfig, resolve: Callable[[str], Path]) -> MechanismConfig:
    """The mechanism with the path of a user's file absolute, as `resolve` finds it."""
    file, colon, function = config.name.rpartition(":")
    if not colon or not file.endswith(".py"):  # a name of ours, or `module:function`
        return config
    return config.model_copy(update={"name": f"{resolve(file).resolve()}:{function}"})


def with_mediators(
    options: Mapping[str, Any], change: Callable[[MechanismConfig], Mapping[str, Any] | MechanismConfig]
) -> dict[str, Any]:
    """Options of a step or a protocol with the `mediator` that they may name changed."""
    given = options.get("mediator")
    if not isinstance(given, str | Mapping) or not (isinstance(given, str) or isinstance(given.get("name"), str)):
        return dict(options)
    changed = change(MechanismConfig(**as_mechanism(given)))
    return {**options, "mediator": changed.model_dump() if isinstance(changed, MechanismConfig) else dict(changed)}


def mediator_of(config: MechanismConfig | None, place: str = "mechanism") -> Mediator:
    """The mediator that a mechanism names.

    Raises:
        InputError: There is none of this name, or it does not take an option.
    """
    chosen = config or MechanismConfig(name=DEFAULT)
    try:
        return find_mediator(chosen.name, **chosen.options)
    except ValueError as error:
        raise InputError(f"{place}: {error}") from error
