"""Protocols from plain data: the steps of a study file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from langgraph.graph import END, START, StateGraph

from ..personas.questions import Instrument
from .context import Context
from .mediators import find_mediator
from .references import check_references, check_values, left_by
from .state import Agenda, DeliberationState
from .steps import StepError, ask, brief, chain, collect, discuss, mediate, position, propose, rank, rate, vote
from .steps.step import Part

_BUILDERS: dict[str, Callable[..., Part]] = {
    "ask": ask,
    "brief": brief,
    "collect": collect,
    "discuss": discuss,
    "mediate": mediate,
    "position": position,
    "propose": propose,
    "rank": rank,
    "rate": rate,
    "vote": vote,
}


def build_steps(
    steps: Sequence[Mapping[str, Any]], instruments: Mapping[str, Instrument] | None = None
) -> StateGraph[Any, Any, Any, Any]:
    """A protocol from a list of steps, uncompiled.

    Args:
        steps: Each a mapping with the kind of step and its name, and what the step's builder takes besides:
            `{"collect": "opinion", "instruction": "..."}`.
        instruments: What `ask` asks, by name.

    Raises:
        StepError: A step is none, or lacks something; the message names its place, from 1.
    """
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    left: dict[str, str] = {}
    parts = [_part(k, step, instruments or {}, left) for k, step in enumerate(steps, start=1)]
    chain(graph, START, *parts, END)
    return graph


def _part(k: int, step: Mapping[str, Any], instruments: Mapping[str, Instrument], left: dict[str, str]) -> Part:
    """A step's part of the graph; what it leaves is added to what those before it leave."""
    kinds = [key for key in step if key in _BUILDERS]
    if len(kinds) != 1:
        near = next((n for key in step if (n := nearest(str(key), _BUILDERS))), "")
        raise StepError(f"steps.{k}: a step has one kind as its key{near}; the kinds are {', '.join(_BUILDERS)}")
    (kind,) = kinds
    options = {key: value for key, value in step.items() if key != kind}
    place, name = f"steps.{k} ({kind})", step[kind]
    if not isinstance(name, str) or not name.strip():
        raise StepError(f"{place}: a step's kind is followed by its name, such as `{kind}: first`, got {name!r}")
    part: Part = built(place, _BUILDERS[kind], settled(place, options, instruments), name=name)
    check_references(place, kind, options, left)
    left.update(left_by(kind, name, options))
    return part


def built(place: str, builder: Callable[..., Any], options: Mapping[str, Any], **given: Any) -> Any:
    """What a builder makes of options that somebody wrote down.

    Raises:
        StepError: An option is unknown, lacks or does not fit.
    """
    known = {name: p for name, p in inspect.signature(builder).parameters.items() if name not in given}
    for option in options:
        if option not in known:
            has = ", ".join(known) or "no options"
            raise StepError(f"{place}: no option {option!r}{nearest(str(option), known)} (it has {has})")
    lacking = [name for name, p in known.items() if p.default is inspect.Parameter.empty and name not in options]
    if lacking:
        raise StepError(f"{place}: `{lacking[0]}` is lacking")
    check_values(place, options, {name: str(p.annotation) for name, p in known.items()})
    try:
        return builder(**given, **options)
    except (TypeError, ValueError) as error:
        raise StepError(f"{place}: {error}") from error


def settled(place: str, options: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    """Options with instruments and mediators in the place of their names."""
    found = dict(options)
    name = found.get("instrument")
    if isinstance(name, str):
        if name not in instruments:
            raise StepError(
                f"{place}: no instrument {name!r}{nearest(name, instruments)} (`instruments` has: "
                f"{', '.join(instruments) or 'none'})"
            )
        found["instrument"] = instruments[name]
    mediator = found.get("mediator")
    if isinstance(mediator, str):
        found["mediator"] = find_mediator(mediator)
    elif isinstance(mediator, Mapping):
        found["mediator"] = find_mediator(
            str(mediator.get("name", "")), **{k: v for k, v in mediator.items() if k != "name"}
        )
    return found


def nearest(name: str, known: Mapping[str, Any]) -> str:
    """A hint at the nearest known name; empty where none is near."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
