"""The section `protocol` of a study file."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from ..sections import GroupsConfig


class ProtocolConfig(GroupsConfig):
    """Groups that go through a protocol: one that ships with the package, by name, or a list of steps.

    Args:
        questions: What is discussed.
        groups: How many groups.
        group_size: Seats in each.
        questions_per_group: How many of the questions every group goes through, in turn.
        name: Of a shipped protocol, such as `jury`.
        options: Of that protocol.
        steps: What happens, in order; each is a mapping whose first key is the kind of step.
        instruments: Codebooks, or instruments that ship with the package, by the names under which options and steps
            ask them.
        quotas: Seats are filled by lot so that these hold in every group: by attribute and label, the least and the most
            people, or a share (see `personas.sortition`).
    """

    name: str | None = None
    options: dict[str, Any] = Field(default={})
    steps: list[dict[str, Any]] = Field(default=[])
    instruments: dict[str, str] = Field(default={})
    quotas: dict[str, dict[str, Any]] = Field(default={})

    @model_validator(mode="after")
    def _one_way(self) -> ProtocolConfig:
        if (self.name is None) == (not self.steps):
            raise ValueError("give either the `name` of a protocol or its `steps`")
        if self.options and self.name is None:
            raise ValueError("`options` are those of a protocol with a `name`; a step's options stand in the step")
        return self
