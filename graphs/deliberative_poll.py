"""A deliberative poll: people are asked, informed, discuss in moderated small groups, and are asked again (Fishkin 2009).

1. `before`: everybody answers the questionnaire, alone.
2. `briefing`: everybody reads the same material, where there is any.
3. `talk_1_moderator`: the moderator of each table says what is to be talked about.
4. `talk_1`: everybody speaks, having heard what their table said before. Steps 3 and 4 repeat.
5. `after`: everybody answers the same questionnaire again.

With `rounds=0` a group reads and does not discuss: what changes there is not the discussion's doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph

from ..personas.questions import AGREEMENT, Instrument
from .context import Context
from .state import Agenda, DeliberationState
from .steps import Step, StepError, ask, at_tables, brief, chain, discuss, position


def build_deliberative_poll(
    rounds: int = 2,
    table_size: int | None = None,
    materials: Sequence[str] = (),
    instrument: Instrument | None = None,
    labels: Sequence[str] = AGREEMENT,
    moderated: bool = True,
) -> StateGraph[Any, Any, Any, Any]:
    """The deliberative poll, uncompiled; it leaves `polls["before"]` and `polls["after"]`.

    Args:
        rounds: Of discussion; 0 for a control group.
        table_size: Split the group into tables of at least this many; by default it is one table.
        materials: What everybody reads before the discussion.
        instrument: What is asked before and after; by default how far everybody agrees with the proposition.
        labels: The scale of that agreement.
        moderated: A moderator opens every round at every table.

    Raises:
        StepError: There is neither discussion nor anything to be read.
    """
    if rounds < 1 and not materials:
        raise StepError(
            "deliberative_poll: with neither `rounds` nor `materials` nothing happens between the two polls"
        )
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    briefing = ("briefing",) if materials else ()
    middle: list[Step] = [brief("briefing", materials)] if materials else []
    middle += discuss("talk", rounds, sees=briefing, table_size=table_size, moderated=moderated) if rounds else ()
    seen = (*briefing, *(f"talk_{r}" for r in range(1, rounds + 1)))
    after = _poll("after", instrument, labels, sees=seen, hears=at_tables(table_size))
    chain(graph, START, _poll("before", instrument, labels), *middle, after, END)
    return graph


def _poll(name: str, instrument: Instrument | None, labels: Sequence[str], **sees: Any) -> Step:
    return ask(name, instrument, **sees) if instrument else position(name, labels=labels, **sees)
