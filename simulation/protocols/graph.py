"""The graph of a study's protocol, by name or from its steps."""

from __future__ import annotations

from typing import Any

from langgraph.graph import StateGraph

from ...graphs.protocols import build_protocol, build_steps
from ..conditions import ConditionConfig
from ..plan import Plan


def protocol_graph(plan: Plan, condition: ConditionConfig) -> StateGraph[Any, Any, Any, Any]:
    """The protocol of a study in one of its conditions, uncompiled.

    Raises:
        StepError: A protocol, a step or an option is none.
    """
    config = plan.study.protocol
    assert config is not None
    if config.name is None:
        return build_steps(config.steps, instruments=plan.instruments)
    return build_protocol(config.name, instruments=plan.instruments, **{**config.options, **condition.options})
