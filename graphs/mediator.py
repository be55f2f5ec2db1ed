"""What the mediator of a deliberation does: it states the proposition, drafts, and revises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.runtime import Runtime

from ..personas.answers import Missing, is_missing
from ..personas.propositions import declare
from .context import Context
from .mediators.desk import MEDIATOR, Desk
from .mediators.protocol import Case, Mediator, name_of, rule
from .mediators.summary import summary
from .speaking import speak, utterance_row
from .state import ConsensusState

Update = dict[str, Any]


async def declare_proposition(state: ConsensusState, runtime: Runtime[Context]) -> Update:
    """A node: the question's declarative form, and who made it: `given`, `rule` or `model`."""
    context, question = runtime.context, state["question"]
    seats = list(context.seats)
    if state.get("proposition"):
        return {"seats": seats, "proposition_source": "given"}
    made = declare(question)
    if made:
        return {"seats": seats, "proposition": made, "proposition_source": "rule"}
    said, row = await speak(
        context.model(MEDIATOR),
        context.prompts.fill("proposition", question=question),
        before=(),
        names=context.names(f"{MEDIATOR} {context.unit}", question, "proposition"),
        context=context,
        about={"question_text": question, "step": "proposition"},
    )
    # Without a sentence of its own the question itself is what people take a position on.
    source, proposition = ("question", question) if is_missing(said) else ("model", said)
    rows = {f"proposition/{MEDIATOR}": _row("proposition", row)}
    return {"seats": seats, "proposition": proposition, "proposition_source": source, "utterances": rows}


async def draft_statement(state: ConsensusState, runtime: Runtime[Context]) -> Update:
    """A node: the mediator's statement from the opinions of those present."""
    case = case_of(state, "draft", runtime.context)
    lacks = Missing("no_opinions", "every seat's opinion is missing")
    held, update = await mediated(case, runtime.context, None if case.opinions else lacks)
    return {"draft": held, **update}


async def revise_statement(state: ConsensusState, runtime: Runtime[Context]) -> Update:
    """A node: the mediator's statement after the critiques of those present."""
    draft, lacks = state["draft"], None
    if is_missing(draft):
        lacks, draft = Missing("no_statement", draft["missing"]), None
    case = case_of(state, "revised", runtime.context, critiques=state["critiques"], previous=draft)
    if lacks is None and not case.critiques:
        lacks = Missing("no_critiques", "every seat's critique is missing")
    held, update = await mediated(case, runtime.context, lacks)
    return {"revised": held, **update}


def case_of(
    state: Mapping[str, Any],
    step: str,
    context: Context,
    *,
    opinions: Mapping[str, Any] | None = None,
    critiques: Mapping[str, Any] | None = None,
    previous: str | None = None,
) -> Case:
    """What a mediator is given at a step: the words of those present.

    Args:
        state: Of the protocol.
        step: Its name.
        context: Of the protocol.
        opinions: By seat; the state's `opinions` by default.
        critiques: By seat.
        previous: The statement they are about.
    """
    present = _present(state.get("opinions", {}) if opinions is None else opinions, state["seats"])
    positions = state.get("positions", {})
    return Case(
        step=step,
        question=state["question"],
        proposition=state["proposition"],
        opinions=present,
        critiques={seat: text for seat, text in _present(critiques or {}, state["seats"]).items() if seat in present},
        previous=previous,
        positions={seat: float(positions[seat]) for seat in present if isinstance(positions.get(seat), int | float)},
        weights={seat: context.seats[seat].weight for seat in present},
    )


async def mediated(
    case: Case, context: Context, lacks: Missing | None = None, mediator: Mediator | None = None
) -> tuple[Any, Update]:
    """A mediator's statement on a case as a state holds it, and the update that records how it came about.

    Args:
        case: What the group wrote.
        context: Of the protocol; its mediator rules, where none is given.
        lacks: Why there is nothing to mediate; the mediator is then not asked.
        mediator: Another mediator than the context's.
    """
    chosen = mediator or context.mediator or summary
    if lacks is not None:
        rows = {f"{case.step}/{MEDIATOR}": _row(case.step, utterance_row(lacks))}
        return lacks.as_state(), {"utterances": rows}
    desk = Desk(context)
    ruling = await rule(chosen, case, desk)
    said = ruling.statement
    drafted = [
        row
        for row in desk.rows.values()
        if (row["missing"] == said.reason if isinstance(said, Missing) else row["text"] == said)
    ]
    final = drafted[0] if drafted else utterance_row(said)
    rows = {f"{case.step}/{MEDIATOR}": _row(case.step, final)}
    if list(desk.rows.values()) != [final]:
        rows |= {f"{case.step} {what}/{MEDIATOR}": _row(f"{case.step} {what}", row) for what, row in desk.rows.items()}
    record = {"mediator": name_of(chosen), **ruling.record}
    held = said.as_state() if isinstance(said, Missing) else said
    return held, {"utterances": rows, "mediations": {case.step: record}}


def _row(step: str, row: Update) -> Update:
    return {"seat": MEDIATOR, "persona": None, "step": step, **row}


def _present(texts: Mapping[str, Any], seats: Sequence[str]) -> dict[str, str]:
    """The texts that are there, in the seats' order."""
    return {seat: texts[seat] for seat in seats if seat in texts and not is_missing(texts[seat])}
