"""Survey: one persona answers an instrument.

1. `ask_questionnaire` puts the items in the order drawn for this persona and asks them,
   - `independent`: each alone,
   - `series`: one after the other, earlier answers in the context (Moon et al. 2024),
   - `battery`: all in one prompt.
   A question that only members of a party can be asked is left out for everybody else, and missing as `not_asked`.

The whole questionnaire is one node, since a node per item costs more than the item. One invocation asks one
persona once; people and replicates are separate invocations.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from ..models.protocol import LETTERS, Message
from ..models.seeds import derive_seed
from ..personas.answers import Answer
from ..personas.asking import Posed, ask, ask_all, persona_context, pose
from ..personas.perspectives import not_asked, worded_for
from ..personas.questions import Instrument, Question
from .battery import ask_battery
from .context import Context
from .node import Node
from .state import merge

Presentation = Literal["independent", "series", "battery"]
PRESENTATIONS: tuple[Presentation, ...] = get_args(Presentation)
RESPONDENT = "respondent"


class SurveyState(TypedDict, total=False):
    """The answers by item code, each a row as in `records.parquet`, in the order asked."""

    answers: Annotated[dict[str, dict[str, Any]], merge]


def build_survey(
    instrument: Instrument, presentation: Presentation = "independent", shuffle_items: bool = True
) -> StateGraph[SurveyState, Context, SurveyState, SurveyState]:
    """The graph that asks one persona an instrument; compile it, then invoke it with `{}` and a `Context`.

    Args:
        instrument: What is asked.
        presentation: `independent`, `series` or `battery`.
        shuffle_items: Draw the order of items per persona; False keeps the instrument's.

    Raises:
        ValueError: The presentation is unknown, or the instrument has no questions.
    """
    if presentation not in PRESENTATIONS:
        raise ValueError(f"unknown presentation {presentation!r}; there are {', '.join(PRESENTATIONS)}")
    if not instrument.questions:
        raise ValueError(f"instrument {instrument.name!r} has no questions")
    way = {"independent": _ask_independently, "series": _ask_in_series, "battery": ask_battery}[presentation]

    async def ask_questionnaire(state: SurveyState, runtime: Runtime[Context]) -> SurveyState:
        context = runtime.context
        questions = item_order(instrument, context) if shuffle_items else instrument.questions
        worded = {q.code: worded_for(q, context.seats[RESPONDENT], instrument.parties) for q in questions}
        asked = [q for q in worded.values() if q is not None]
        given = {a.question: a for a in (await way(asked, context) if asked else ())}
        answers = [given.get(q.code) or not_asked(q) for q in questions]
        return {"answers": {a.question: a.as_row() for a in answers}}

    graph = StateGraph(SurveyState, context_schema=Context)
    graph.add_node("ask_questionnaire", Node(ask_questionnaire))
    graph.add_edge(START, "ask_questionnaire")
    graph.add_edge("ask_questionnaire", END)
    return graph


def item_order(instrument: Instrument, context: Context) -> tuple[Question, ...]:
    """The questions in the order drawn for this persona and replicate."""
    persona = context.seats[RESPONDENT]
    questions = list(instrument.questions)
    random.Random(derive_seed(*context.names(persona.id, instrument.name, "item order"))).shuffle(questions)
    return tuple(questions)


async def _ask_independently(questions: Sequence[Question], context: Context) -> Sequence[Answer]:
    before = context.preamble(RESPONDENT)
    return await ask_all(context.model_of(RESPONDENT), [_pose(q, context, before) for q in questions])


async def _ask_in_series(questions: Sequence[Question], context: Context) -> Sequence[Answer]:
    before, answers = context.preamble(RESPONDENT), []
    for question in questions:
        posed = _pose(question, context, before)
        answer = await ask(context.model_of(RESPONDENT), posed)
        answers.append(answer)
        said = _said(answer)
        if said in answer.option_order:
            letter = LETTERS[answer.option_order.index(said)]
            before = (*before, posed.message, Message("assistant", f"({letter})"))
    return answers


def _said(answer: Answer) -> str:
    # "Don't know" was said too, though it counts as no answer; a call that failed was not heard.
    gone = answer.answer
    return gone if isinstance(gone, str) else gone.raw if gone.reason == "declined" else ""


def _pose(question: Question, context: Context, before: tuple[Message, ...]) -> Posed:
    persona = context.seats[RESPONDENT]
    return pose(
        question,
        before=before,
        names=context.names(persona.id, question.code, "answer"),
        prompts=context.prompts,
        asking=context.asking,
        context=persona_context(persona, context.style_of(RESPONDENT)) | {"step": "item"},
        replicate=context.replicate,
    )
