"""The conditions of a study: ways of putting the same people before a model, compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from ..personas.asking import tells_story
from .mechanisms import Mechanism, MechanismConfig, as_mechanism
from .named_models import Model

Matching = Literal["greedy", "max_weight", "random", "own"]
_LISTED = ("style", "backstories", "matching", "model", "mechanism")


class ConditionConfig(BaseModel):
    """One way of putting the same people before a model; a plain text is a style.

    Where `style`, `backstories`, `matching`, `model` or `mechanism` is a list, the entry stands for every combination.

    Args:
        name: Its name; made of what it says where it is left out.
        style: How personas are put before the model.
        model: Answers in the place of the participants' model; a persona that has a model of its own keeps it.
        backstories: The pool whose stories the people are given.
        matching: Who gets which story: `greedy`, `max_weight` or `random` (see `personas.matching`), or `own`, the story
            of the same id, as those primed by a person's demographics have.
        options: Of the study's protocol, in the place of those it has there.
        mechanism: Which mediator makes the statement of a deliberation's groups; the study's by default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    style: str
    model: Model | None = None
    backstories: str = ""
    matching: Matching | None = None
    mechanism: Mechanism | None = None
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _goes_together(self) -> ConditionConfig:
        if bool(self.backstories) != (self.matching is not None):
            given, lacks = ("backstories", "matching") if self.backstories else ("matching", "backstories")
            raise ValueError(f"`{given}` needs `{lacks}` beside it: which pool, and who gets which of its stories")
        if self.backstories and not tells_story(self.style):
            raise ValueError(
                f"the style {self.style!r} tells no story; choose backstory, backstory_with_traits or another"
            )
        return self

    @property
    def conditioning(self) -> str:
        """What is told of a person: the style, and the pool its story comes from."""
        return f"{self.style} ({self.backstories})" if self.backstories else self.style


def expanded(conditions: Any) -> Any:
    """The list of conditions with every entry that holds lists in the place of the combinations it stands for."""
    if not isinstance(conditions, list):
        return conditions
    return [one for entry in conditions for one in _expanded(entry)]


def _expanded(entry: Any) -> list[Any]:
    if isinstance(entry, str):
        return [{"name": entry, "style": entry}]
    if not isinstance(entry, Mapping):
        return [entry]
    listed = [key for key in _LISTED if isinstance(entry.get(key), list)]
    found = []
    for chosen in product(*(entry[key] for key in listed)):
        one = {**entry, **dict(zip(listed, chosen, strict=True))}
        one["name"] = _named(entry, one, listed)
        found.append(one)
    return found


def _named(entry: Mapping[str, Any], one: Mapping[str, Any], listed: list[str]) -> Any:
    """The name given, and what tells the combinations apart; without a name all that the entry says."""
    keys = listed if "name" in entry else [key for key in _LISTED if one.get(key)]
    told = [_said(key, one[key]) for key in keys]
    return " / ".join([entry["name"], *told] if "name" in entry else told)


def _said(key: str, value: Any) -> str:
    if key == "mechanism":
        named = isinstance(value, str) or (isinstance(value, Mapping) and isinstance(value.get("name"), str))
        return MechanismConfig.model_validate(as_mechanism(value)).label if named else str(value)
    return str(value["spec"]) if isinstance(value, Mapping) else str(value)


Conditions = Annotated[list[ConditionConfig], BeforeValidator(expanded)]
