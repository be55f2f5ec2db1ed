"""Consensus: a group looks for a statement that its members endorse (Jarrett et al. 2025; Tessler et al. 2024).

1. `declare_proposition`: the question's declarative form, given, or made by a rule, or by the mediator's model.
2. `take_position`: everybody says how far they agree with it, on a Likert scale.
3. `write_opinion`: everybody writes an opinion, without seeing the others'.
4. `draft_statement`: the mediator drafts a group statement from the opinions.
5. `write_critique`: everybody criticises the draft, without seeing the others' critiques.
6. `revise_statement`: the mediator revises it.
7. `rate_statement`: everybody says how far they agree with the draft and with the revision.
8. `answer_closing`: an optional closing questionnaire, one item after the other, each alone.

One `Send` per seat in steps 2, 3, 5, 7 and 8, which carries that seat's own words only. A seat whose opinion could
not be had is lost: its later steps are `Missing("seat_lost")` without a call, and the mediator works with those
present.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from ..personas.answers import is_missing
from ..personas.questions import AGREEMENT, Instrument
from .context import Context
from .mediator import declare_proposition, draft_statement, revise_statement
from .node import Node, Route
from .seats import SeatTask, answer_closing, rate_statement, take_position, write_critique, write_opinion
from .state import Agenda, ConsensusState

STATEMENTS = ("draft", "revised")


def build_consensus(
    labels: Sequence[str] = AGREEMENT, closing: Instrument | None = None
) -> StateGraph[ConsensusState, Context, Agenda, ConsensusState]:
    """The consensus protocol, uncompiled.

    Invoke it with `{"question": ...}` (and `"proposition"`, if you have one) and a `Context` whose models have
    the roles `participant` and `mediator`.

    Args:
        labels: The agreement scale from lowest to highest, for positions and endorsements.
        closing: Questions asked of everybody at the end.
    """
    scale = tuple(labels)
    graph = StateGraph(ConsensusState, context_schema=Context, input_schema=Agenda)
    graph.add_node("declare_proposition", Node(declare_proposition))
    graph.add_node("take_position", Node(take_position(scale)))
    graph.add_node("gather_positions", Node(gather))
    graph.add_node("write_opinion", Node(write_opinion(scale)))
    graph.add_node("draft_statement", Node(draft_statement))
    graph.add_node("write_critique", Node(write_critique))
    graph.add_node("revise_statement", Node(revise_statement))
    graph.add_node("rate_statement", Node(rate_statement(scale)))
    graph.add_edge(START, "declare_proposition")
    graph.add_conditional_edges("declare_proposition", to_seats("take_position"), ["take_position"])
    graph.add_edge("take_position", "gather_positions")
    graph.add_conditional_edges("gather_positions", to_seats("write_opinion"), ["write_opinion"])
    graph.add_edge("write_opinion", "draft_statement")
    graph.add_conditional_edges("draft_statement", to_seats("write_critique"), ["write_critique"])
    graph.add_edge("write_critique", "revise_statement")
    graph.add_conditional_edges("revise_statement", to_seats("rate_statement", *STATEMENTS), ["rate_statement"])
    _close(graph, closing)
    return graph


def _close(graph: StateGraph[Any, Any, Any, Any], closing: Instrument | None) -> None:
    if closing is None:
        graph.add_edge("rate_statement", END)
        return
    codes = [q.code for q in closing.questions]
    graph.add_node("gather_ratings", Node(gather))
    graph.add_node("answer_closing", Node(answer_closing(closing)))
    graph.add_edge("rate_statement", "gather_ratings")
    graph.add_conditional_edges("gather_ratings", to_seats("answer_closing", *codes), ["answer_closing"])
    graph.add_edge("answer_closing", END)


async def gather(state: ConsensusState, runtime: Runtime[Context]) -> ConsensusState:
    """Waits until every seat is done, so that the next step is sent once to each."""
    return {}


def to_seats(node: str, *about: str) -> Route:
    """A route that sends a node to every seat, once for each thing it is about."""

    def route(state: ConsensusState) -> list[Send]:
        return [Send(node, task(state, seat, what)) for seat in state["seats"] for what in about or ("",)]

    route.__name__ = f"to_seats_{node}"
    return Route(route)


def task(state: ConsensusState, seat: str, about: str) -> SeatTask:
    """What one seat gets to see: the question, the statements and its own words."""
    opinion = state.get("opinions", {}).get(seat)
    return {
        "seat": seat,
        "about": about,
        "question": state["question"],
        "proposition": state["proposition"],
        "position": state.get("positions", {}).get(seat),
        "opinion": opinion,
        "lost": is_missing(opinion),
        "draft": state.get("draft"),
        "statement": state.get(about) if about in STATEMENTS else None,
    }
