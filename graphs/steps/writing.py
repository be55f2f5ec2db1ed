"""Steps at which everybody writes: an opinion, a critique, a contribution to a discussion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from ..context import Context
from .step import State, Step, Update, begun
from .task import StepError, Task, lost, several, task_for
from .told import render_task, told_of, unwritten, write

# By which of its steps the synthetic model knows what is written; any other text is an opinion to it.
_KNOWN = ("opinion", "critique")


def collect(
    name: str,
    instruction: str,
    *,
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
    materials: Sequence[str] = (),
) -> Step:
    """Everybody writes a text, without seeing what others write at this step.

    A seat that has lost one of the texts it should be reminded of is `Missing("seat_lost")`, without a call.

    Args:
        name: Of the step; the texts are found under it. `opinion` and `critique` are known by these names.
        instruction: What everybody is asked to write.
        recalls: Steps at which the seat wrote something that it is reminded of.
        sees: Steps whose texts it is shown: statements, candidates, or what others wrote.
        hears: Of whom it is shown what they wrote (see `hearing.who_hears`); of everybody by default.
        materials: Texts that everybody is shown, such as a briefing.
    """
    briefing = f"{name}_materials"
    opening = {"texts": {briefing: {str(k): text for k, text in enumerate(materials, start=1)}}} if materials else None
    shown = (*((briefing,) if materials else ()), *several(sees))

    def tasks(state: State, seat: str) -> list[Task]:
        return [task_for(state, seat, recalls=recalls, sees=shown, hears=hears)]

    return Step(name, written(name, instruction), tasks, opening=opening)


def brief(name: str, materials: Sequence[str]) -> Step:
    """Puts texts into the state that later steps can show to everybody (`sees=(NAME,)`), such as a briefing.

    Raises:
        StepError: There is no text.
    """
    if (
        not materials
        or isinstance(materials, str)
        or not all(isinstance(text, str) and text.strip() for text in materials)
    ):
        raise StepError(f"{name}: a briefing is a list of one text or more, none of them empty")

    async def give_briefing(state: State, runtime: Runtime[Context]) -> Update:
        return {**begun(state, runtime.context), "texts": {name: {str(k): t for k, t in enumerate(materials, start=1)}}}

    return Step(name, give_briefing)


def written(name: str, instruction: str, known_as: str = "collect") -> Any:
    """A node: one seat's text."""
    step = next((k for k in _KNOWN if name == k or name.startswith(f"{k}_")), known_as)

    async def write_text(state: Task, runtime: Runtime[Context]) -> Update:
        context, gone = runtime.context, lost(state)
        if gone:
            return unwritten(state, name, gone, context)
        about = told_of(state, context, step)
        if step == "critique" and state["shown"]:
            about["statement"] = state["shown"][-1]["text"]
        return await write(state, name, render_task(state, name, instruction, context), context, about)

    return write_text
