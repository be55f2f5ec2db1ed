"""Makes the mechanisms and the protocol of a study ready, before anything is asked."""

from __future__ import annotations

from pathlib import Path

from ...graphs.steps import StepError
from ..errors import InputError
from ..loading import resolve
from ..mechanisms import mediator_of, settled_mechanism
from ..plan import Plan
from ..study import Study
from .graph import protocol_graph


def with_mechanisms(study: Study, path: Path) -> Study:
    """The study with the files of its mechanisms absolute.

    Raises:
        InputError: A mechanism's file is missing, or a mechanism is none; the message names the condition.
    """
    conditions = []
    for c in study.conditions:
        if c.mechanism is not None:
            place = f"{path}: conditions: {c.name}: mechanism"
            try:
                mechanism = settled_mechanism(c.mechanism, lambda given: resolve(path, study.data, given))
            except InputError as error:
                raise InputError(f"{place}: {str(error).removeprefix(f'{path}: ')}") from error
            mediator_of(mechanism, place)
            c = c.model_copy(update={"mechanism": mechanism})
        conditions.append(c)
    return study.model_copy(update={"conditions": conditions, "mechanism": None})


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
        except (StepError, ValueError) as error:
            where = f"conditions: {c.name}" if c.options else "protocol"
            raise InputError(f"{path}: {where}: {error}") from error
