"""A citizens' assembly: learning, small groups that propose, and a vote of all (OECD 2020; Farrell and others 2019).

The members are drawn by lot so that quotas hold before the assembly meets (see `personas.sortition`).

1. `learning`: everybody reads the same material, where there is any.
2. `opinion`: everybody says, having read it, what matters to them.
3. `talk_1_moderator`, `talk_1`: at every table the moderator opens a round, and everybody speaks. They repeat.
4. `write_proposals`: the mediator writes a proposal for every table, from what its members said last.
5. `plenary`: the whole assembly votes: everybody says how far they agree with each proposal.
6. `close_assembly`: the proposals that enough members are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..personas.answers import Missing
from ..personas.questions import AGREEMENT
from .context import Context
from .mediator import case_of, mediated
from .state import Agenda, DeliberationState
from .steps import Step, brief, chain, collect, discuss, rate, tables
from .steps.step import State, Update

CONCERN = "Say in two to four sentences what matters most to you in this question, and why. Write only that."
LEARNING, PROPOSAL = "learning", "proposal"


def build_citizens_assembly(
    materials: Sequence[str] = (),
    table_size: int = 6,
    rounds: int = 2,
    labels: Sequence[str] = AGREEMENT,
    threshold: float = 0.5,
    instruction: str = CONCERN,
) -> StateGraph[Any, Any, Any, Any]:
    """The assembly, uncompiled.

    It leaves the tables' proposals in `candidates["proposal"]`, everybody's agreement with each in `ratings["plenary"]`,
    and `outcomes["result"]`: by proposal, the `share` of all seats that are for it, and whether it is `adopted`.

    Args:
        materials: What everybody reads.
        table_size: Tables have at least this many members.
        rounds: Of discussion at the tables.
        labels: The scale of agreement in the plenary; who is above its middle is for a proposal.
        threshold: A proposal is adopted when more than this share of all seats is for it.
        instruction: What everybody is asked to write after learning.

    Raises:
        StepError: There is no round of discussion.
    """
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    briefing = (LEARNING,) if materials else ()
    learning = [brief(LEARNING, materials)] if materials else []
    chain(
        graph,
        START,
        *learning,
        collect("opinion", instruction, sees=briefing),
        discuss("talk", rounds, recalls=("opinion",), sees=briefing, table_size=table_size, moderated=True),
        Step("write_proposals", _proposing(f"talk_{rounds}", table_size)),
        rate("plenary", of=(PROPOSAL,), labels=labels),
        Step("close_assembly", _closing(len(labels), threshold)),
        END,
    )
    return graph


def _proposing(talk: str, table_size: int) -> Callable[..., Any]:
    async def write_proposals(state: State, runtime: Runtime[Context]) -> Update:
        context, written = runtime.context, state["texts"][talk]
        seated = tables(state["seats"], table_size)
        cases = [
            case_of(state, f"{PROPOSAL}_{table}", context, opinions={seat: written[seat] for seat in seats})
            for table, seats in seated.items()
        ]
        lacks = [
            None if case.opinions else Missing("no_opinions", "nobody at the table could be heard") for case in cases
        ]
        ruled = await asyncio.gather(*(mediated(c, context, gone) for c, gone in zip(cases, lacks, strict=True)))
        update: Update = {"statements": {}, "utterances": {}, "mediations": {}}
        for case, (held, left) in zip(cases, ruled, strict=True):
            update["statements"][case.step] = held
            for key, rows in left.items():
                update[key] |= rows
        # A table without a proposal keeps its number: proposal 2 is that of table 2.
        return update | {"candidates": {PROPOSAL: [held if isinstance(held, str) else "" for held, _ in ruled]}}

    return write_proposals


def _closing(options: int, threshold: float) -> Callable[..., Any]:
    async def close_assembly(state: State, runtime: Runtime[Context]) -> Update:
        ratings = state.get("ratings", {}).get("plenary", {})
        result = {}
        for k, text in enumerate(state["candidates"][PROPOSAL], start=1):
            if not text:
                continue  # nobody could be for or against it
            codes = [ratings.get(seat, {}).get(f"{PROPOSAL}_{k}") for seat in state["seats"]]
            share = sum(isinstance(code, int) and code > (options + 1) / 2 for code in codes) / len(codes)
            result[f"{PROPOSAL}_{k}"] = {"share": share, "adopted": share > threshold}
        return {"outcomes": {"result": result}}

    return close_assembly
