"""Makes the mechanisms and the protocol of a study ready, before anything is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...graphs.steps import StepError
from ...graphs.steps.hearing import who_hears
from ..conditions import ConditionConfig
from ..errors import InputError
from ..loading import resolve
from ..mechanisms import MechanismConfig, mediator_of, settled_mechanism, with_mediators
from ..plan import Plan
from ..study import Study
from .graph import protocol_graph


def with_mechanisms(study: Study, path: Path) -> Study:
    """The study with the files of its mechanisms absolute.

    Raises:
        InputError: A mechanism's file is missing, or a mechanism is none; the message names the condition.
    """

    def absolute(config: MechanismConfig) -> MechanismConfig:
        return settled_mechanism(config, lambda given: resolve(path, study.data, given))

    conditions = []
    for c in study.conditions:
        c = c.model_copy(update={"options": with_mediators(c.options, absolute)})
        if c.mechanism is not None:
            place = f"{path}: conditions: {c.name}: mechanism"
            try:
                mechanism = absolute(c.mechanism)
            except InputError as error:
                raise InputError(f"{place}: {str(error).removeprefix(f'{path}: ')}") from error
            mediator_of(mechanism, place)
            c = c.model_copy(update={"mechanism": mechanism})
        conditions.append(c)
    changes: dict[str, Any] = {"conditions": conditions, "mechanism": None}
    if study.protocol:
        parts = {
            "steps": [with_mediators(step, absolute) for step in study.protocol.steps],
            "options": with_mediators(study.protocol.options, absolute),
        }
        changes["protocol"] = study.protocol.model_copy(update=parts)
    return study.model_copy(update=changes)


def _networks(plan: Plan, condition: ConditionConfig) -> list[Any]:
    """Who hears whom, wherever the protocol says it."""
    config = plan.study.protocol
    assert config is not None
    options = {**config.options, **condition.options}
    return [step.get("hears") for step in config.steps] + ([options["network"]] if "network" in options else [])


def check_protocol(plan: Plan, path: Path) -> None:
    """Looks whether the study's protocol can be built.

    Raises:
        InputError: A protocol, a step or an option is none; the message names the place.
    """
    if plan.study.protocol is None:
        return
    if plan.study.protocol.quotas:
        try:
            _ = plan.seating
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
    for c in plan.study.conditions:
        try:
            protocol_graph(plan, c).compile()
            for network in _networks(plan, c):
                who_hears(network, plan.study.protocol.seats)
        except (StepError, ValueError) as error:
            where = f"conditions: {c.name}" if c.options else "protocol"
            raise InputError(f"{path}: {where}: {error}") from error
