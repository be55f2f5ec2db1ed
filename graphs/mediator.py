"""What the mediator of a deliberation does: it states the proposition, drafts, and revises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from ..personas.answers import Missing, is_missing
from ..personas.asking import Names
from ..personas.propositions import declare
from ..personas.quoting import Quotes
from .context import Context
from .speaking import speak, utterance_row
from .state import ConsensusState

MEDIATOR = "mediator"
Update = dict[str, Any]


async def declare_proposition(state: ConsensusState, runtime: Runtime[Context]) -> Update:
    """A node: the question's declarative form, and who made it: `given`, `rule` or `model`."""
    seats = list(runtime.context.seats)
    if state.get("proposition"):
        return {"seats": seats, "proposition_source": "given"}
    made = declare(state["question"])
    if made:
        return {"seats": seats, "proposition": made, "proposition_source": "rule"}
    text = runtime.context.prompts.fill("proposition", question=state["question"])
    update = await _say("proposition", text, {"question_text": state["question"]}, state, runtime.context)
    said = update.pop("proposition")
    # Without a sentence of its own the question itself is what people take a position on.
    source, proposition = ("question", state["question"]) if is_missing(said) else ("model", said)
    return {"seats": seats, "proposition": proposition, "proposition_source": source, **update}


async def draft_statement(state: ConsensusState, runtime: Runtime[Context]) -> Update:
    """A node: a group statement from the opinions of those present."""
    context = runtime.context
    opinions = _present(state["opinions"])
    if not opinions:
        return _without("draft", Missing("no_opinions", "every seat's opinion is missing"))
    quotes = _quotes(state, context, "draft")
    text = context.prompts.fill(
        "draft",
        quoting_rule=quotes.rule(context.prompts),
        question=state["question"],
        opinions=_listed("opinion_title", opinions, quotes, context),
    )
    return await _say("draft", text, _told(state, context, opinions), state, context)


async def revise_statement(state: ConsensusState, runtime: Runtime[Context]) -> Update:
    """A node: the draft revised after the critiques of those present."""
    context = runtime.context
    if is_missing(state["draft"]):
        return _without("revised", Missing("no_statement", state["draft"]["missing"]))
    opinions, critiques = _present(state["opinions"]), _present(state["critiques"])
    if not critiques:
        return _without("revised", Missing("no_critiques", "every seat's critique is missing"))
    quotes = _quotes(state, context, "revised")
    text = context.prompts.fill(
        "revision",
        quoting_rule=quotes.rule(context.prompts),
        question=state["question"],
        opinions=_listed("opinion_title", opinions, quotes, context),
        draft=quotes.block(state["draft"], context.prompts.fill("draft_title")),
        critiques=_listed("critique_title", critiques, quotes, context),
    )
    told = _told(state, context, opinions) | {"critiques": critiques, "statement": state["draft"]}
    return await _say("revised", text, told, state, context)


async def _say(step: str, text: str, told: Update, state: ConsensusState, context: Context) -> Update:
    said, row = await speak(
        context.model(MEDIATOR),
        text,
        before=(),
        names=_names(state, context, step),
        context=context,
        about=told | {"step": "revision" if step == "revised" else step},
    )
    return {step: said, "utterances": {f"{step}/{MEDIATOR}": _row(step, row)}}


def _without(step: str, missing: Missing) -> Update:
    row = _row(step, utterance_row(missing))
    return {step: missing.as_state(), "utterances": {f"{step}/{MEDIATOR}": row}}


def _row(step: str, row: Update) -> Update:
    return {"seat": MEDIATOR, "persona": None, "step": step, **row}


def _present(texts: Mapping[str, Any]) -> dict[str, str]:
    return {seat: texts[seat] for seat in sorted(texts) if not is_missing(texts[seat])}


def _listed(title: str, texts: Mapping[str, str], quotes: Quotes, context: Context) -> str:
    # Numbered, not named: the mediator learns what was said, not who said it.
    titles = (context.prompts.fill(title, number=str(k)) for k in range(1, len(texts) + 1))
    return "\n\n".join(map(quotes.block, texts.values(), titles))


def _quotes(state: ConsensusState, context: Context, step: str) -> Quotes:
    return Quotes.of(*_names(state, context, step))


def _names(state: ConsensusState, context: Context, step: str) -> Names:
    return context.names(f"{MEDIATOR} {context.unit}", state["question"], step)


def _told(state: ConsensusState, context: Context, opinions: Mapping[str, str]) -> Update:
    weights = {seat: context.seats[seat].weight for seat in opinions}
    told = {"opinions": dict(opinions), "weights": weights, "proposition": state["proposition"]}
    return told | {"question_text": state["question"]}
