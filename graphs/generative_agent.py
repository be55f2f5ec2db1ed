"""Generative agent: experts reflect on a persona, which then interprets, reasons and answers (Park et al. 2024).

1. `reflect` (one `Send` per expert): an expert writes 6 to 19 observations about the persona from what is told of it,
2. `ask_questionnaire` asks the items, all at the same time; for each
   - interpret: what choosing each of the options would say of a person,
   - reason: which of these readings fits the persona,
   - answer: the ordinary closed question, with this chain in its context.

The original picks the expert that suits the question from several; here all the experts' observations are read. Calls of a
persona: one for each expert and three for each item. Where a reflection fails, so do all the items, and where an
interpretation or a reasoning does, its item: the reason of the first failure is theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send
from typing_extensions import TypedDict

from ..models.protocol import Message
from ..personas.answers import Answer, Missing, is_missing
from ..personas.asking import ask, lettered, persona_context, pose, present, question_context
from ..personas.questions import Instrument, Option, Question
from ..personas.quoting import Quotes
from .context import Context, ContextError
from .node import Node
from .speaking import speak
from .state import merge
from .survey import RESPONDENT, item_order

EXPERTS: Mapping[str, str] = {
    "political_scientist": "a political scientist who studies public opinion and how people come to vote as they do"
}
LONGEST_REFLECTION = 1500


class GenerativeAgentState(TypedDict, total=False):
    """What a questionnaire leaves: `answers` as a survey's, and the texts that led to them.

    `reflections` is keyed by expert; a text that could not be had is `{"missing": reason, "raw": ...}`. `utterances` holds
    rows as in `utterances.parquet`, keyed `reflect/expert`, `interpret/item` and `reason/item`.
    """

    reflections: Annotated[dict[str, Any], merge]
    answers: Annotated[dict[str, dict[str, Any]], merge]
    utterances: Annotated[dict[str, dict[str, Any]], merge]


class ExpertTask(TypedDict):
    """What one `Send` carries to an expert."""

    expert: str


def build_generative_agent(
    instrument: Instrument,
    experts: Mapping[str, str] = EXPERTS,
    shuffle_items: bool = True,
    longest_reflection: int = LONGEST_REFLECTION,
) -> StateGraph[GenerativeAgentState, Context, GenerativeAgentState, GenerativeAgentState]:
    """The graph that asks one persona an instrument; compile it, then invoke it with `{}` and a `Context`.

    Args:
        instrument: What is asked; each item on its own.
        experts: Who reflects: a name for records and seeds, and who that is, as "You are {expert}." goes on.
        shuffle_items: Draw the order of items per persona; False keeps the instrument's.
        longest_reflection: Tokens of an expert's observations; other texts are as long as the context's sampling lets them.

    Raises:
        ValueError: There are no experts, or the instrument has no questions.
    """
    if not experts:
        raise ValueError("a generative agent needs at least one expert")
    if not instrument.questions:
        raise ValueError(f"instrument {instrument.name!r} has no questions")

    def call_experts(state: GenerativeAgentState) -> list[Send]:
        return [Send("reflect", ExpertTask(expert=name)) for name in experts]

    async def reflect(state: ExpertTask, runtime: Runtime[Context]) -> GenerativeAgentState:
        context, name = runtime.context, state["expert"]
        person = "\n\n".join(m.content for m in context.preamble(RESPONDENT))
        if not person:
            raise ContextError(f"the style {context.style_of(RESPONDENT)!r} tells an expert nothing to reflect on")
        quotes = Quotes.of(*context.names(context.seats[RESPONDENT].id, name, "reflect"))
        known = quotes.block(person, context.prompts.fill("agent_person_title"), longest=None)
        rule = quotes.rule(context.prompts)
        text = context.prompts.fill("agent_reflect", expert=experts[name], quoting_rule=rule, person=known)
        longer = replace(context, sampling=replace(context.sampling, max_tokens=longest_reflection))
        said, row = await _say("reflect", name, text, (), longer, {"expert": name})
        return {"reflections": {name: said}, "utterances": {f"reflect/{name}": row}}

    async def ask_questionnaire(state: GenerativeAgentState, runtime: Runtime[Context]) -> GenerativeAgentState:
        context, reflections = runtime.context, state["reflections"]
        questions = item_order(instrument, context) if shuffle_items else instrument.questions
        lost = [(name, reflections[name]) for name in experts if is_missing(reflections[name])]
        if lost:
            return {"answers": {q.code: _unasked(q, context, "reflect", *lost[0]).as_row() for q in questions}}
        notes = _notes(reflections, experts, context)
        chains = await asyncio.gather(*(_answer(q, notes, context) for q in questions))
        return {
            "answers": {answer.question: answer.as_row() for answer, _ in chains},
            "utterances": {key: row for _, rows in chains for key, row in rows.items()},
        }

    graph = StateGraph(GenerativeAgentState, context_schema=Context)
    graph.add_node("reflect", Node(reflect))
    graph.add_node("ask_questionnaire", Node(ask_questionnaire))
    graph.add_conditional_edges(START, call_experts, ["reflect"])
    graph.add_edge("reflect", "ask_questionnaire")
    graph.add_edge("ask_questionnaire", END)
    return graph


def _notes(reflections: Mapping[str, str], experts: Mapping[str, str], context: Context) -> str:
    prompts, names = context.prompts, context.names(context.seats[RESPONDENT].id, "", "notes")
    blocks = {
        who: Quotes.of(*names).block(reflections[name], prompts.fill("agent_notes_title"))
        for name, who in experts.items()
    }
    return "\n\n".join(prompts.fill("agent_notes", expert=who, observations=text) for who, text in blocks.items())


async def _answer(question: Question, notes: str, context: Context) -> tuple[Answer, dict[str, dict[str, Any]]]:
    """One item's chain: the answer, and the rows of the texts that led to it."""
    names = context.names(context.seats[RESPONDENT].id, question.code, "answer")
    options = present(question, names, context.asking.reorder)  # the order that `pose` draws too
    asked = {
        "interpret": context.prompts.fill(
            "agent_interpret",
            quoting_rule=context.prompts.fill("quoting_rule"),
            notes=notes,
            question=question.text,
            options=lettered(options),
        ),
        "reason": context.prompts.fill("agent_reason"),
    }
    before, rows = context.preamble(RESPONDENT), {}
    for step, text in asked.items():
        about = question_context(question, options)
        said, rows[f"{step}/{question.code}"] = await _say(step, question.code, text, before, context, about)
        if is_missing(said):
            return _unasked(question, context, step, question.code, said, options), rows
        before = (*before, Message("user", text), Message("assistant", said))
    posed = pose(
        question,
        before=before,
        names=names,
        prompts=context.prompts,
        asking=context.asking,
        context=_told(context) | {"step": "item"},
        replicate=context.replicate,
    )
    return await ask(context.model_of(RESPONDENT), posed), rows


async def _say(
    step: str, item: str, text: str, before: tuple[Message, ...], context: Context, about: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    persona = context.seats[RESPONDENT]
    said, row = await speak(
        context.model_of(RESPONDENT),
        text,
        before=before,
        names=context.names(persona.id, item, step),
        context=context,
        about={**_told(context), **about, "step": step},
    )
    return said, {"seat": RESPONDENT, "persona": persona.id, "step": step, **row}


def _told(context: Context) -> dict[str, Any]:
    return persona_context(context.seats[RESPONDENT], context.style_of(RESPONDENT))


def _unasked(
    question: Question,
    context: Context,
    step: str,
    what: str,
    gone: Mapping[str, str],
    options: tuple[Option, ...] = (),
) -> Answer:
    """The answer to a question that was not asked, for want of a text before it."""
    why = Missing(gone["missing"], f"{step} ({what}): {gone['raw']}")
    model = context.model_of(RESPONDENT).name
    return Answer(question.code, why, option_order=tuple(o.code for o in options), model=model)
