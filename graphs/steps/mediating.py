"""Steps of the mediator: what can be agreed with, and a statement for the group."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from ...personas.answers import Missing, is_missing
from ..context import Context
from ..mediator import case_of, declare_proposition, mediated
from ..mediators.finding import find_mediator
from ..mediators.protocol import Mediator
from .polling import POSITION
from .step import State, Step, Update, begun
from .task import StepError


def propose(name: str = "proposition") -> Step:
    """The question's declarative form, made by the mediator's model where it is not given and no rule makes it."""
    return Step(name, declare_proposition)


def mediate(
    name: str,
    mediator: Mediator | str | None = None,
    *,
    opinions: str = "opinion",
    critiques: str = "",
    previous: str = "",
    positions: str = "",
    otherwise: Mediator | None = None,
) -> Step:
    """A statement for the group, left under `statements`; how it came about is left under `mediations`.

    Args:
        name: Of the step, and of the statement.
        mediator: The mechanism, or its name (see `find_mediator`, which takes options too); the context's by default, so
            that the same protocol runs under several.
        opinions: The step at which everybody wrote what the statement is made from.
        critiques: The step at which everybody criticised `previous`.
        previous: The step whose statement they criticised.
        positions: The poll (see `position`) that says where everybody stands, for mediators that need to know.
        otherwise: The mechanism where neither `mediator` nor the context names one; `summary` by default.

    Raises:
        StepError: Only one of `critiques` and `previous` is given, or what is given is no mediator.
        UnknownMediatorError: None has this name.
    """
    chosen = find_mediator(mediator) if isinstance(mediator, str) else mediator
    if chosen is not None and not callable(chosen):
        raise StepError(f"{name}: {chosen!r} is no mediator: a function of a case and a desk, or a name")
    if bool(critiques) != bool(previous):
        raise StepError(f"{name}: critiques are of a statement: give both `critiques` and `previous`, or neither")

    async def mediate_statement(state: State, runtime: Runtime[Context]) -> Update:
        context, first = runtime.context, begun(state, runtime.context)
        state = {**state, **first}
        polled = state.get("polls", {}).get(positions, {})
        known = {**state, "positions": {seat: held.get(POSITION) for seat, held in polled.items()}}
        texts, before = _texts(state, name, opinions), _previous(state, name, previous)
        said = _texts(state, name, critiques) if critiques else {}
        gone = Missing("no_statement", before["missing"]) if is_missing(before) else None
        case = case_of(
            known, name, context, opinions=texts, critiques=said, previous=before if isinstance(before, str) else None
        )
        if not case.opinions:
            gone = Missing("no_opinions", "every seat's text is missing")
        if critiques and not case.critiques:
            gone = gone or Missing("no_critiques", "every seat's critique is missing")
        held, update = await mediated(case, context, gone, chosen or context.mediator or otherwise)
        return {"statements": {name: held}, **update, **first}

    return Step(name, mediate_statement)


def _texts(state: State, name: str, step: str) -> State:
    texts = state.get("texts", {})
    if step not in texts:
        raise StepError(
            f"{name}: no step before has left texts called {step!r} (there are: {', '.join(texts) or 'none'})"
        )
    found: State = texts[step]
    return found


def _previous(state: State, name: str, step: str) -> Any:
    statements = state.get("statements", {})
    if step and step not in statements:
        raise StepError(
            f"{name}: no step before has left a statement called {step!r} (there are: {', '.join(statements) or 'none'})"
        )
    return statements[step] if step else None
