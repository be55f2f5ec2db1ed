"""What a participant does in a deliberation, one node a step, one model call at most."""

from __future__ import annotations

from typing import Any, Protocol, TypedDict

from langgraph.runtime import Runtime

from ..personas.answers import Answer, Missing, is_missing
from ..personas.asking import persona_context, pose
from ..personas.perspectives import not_asked, worded_for
from ..personas.questions import Instrument, Question, likert
from ..personas.quoting import Quotes
from ..personas.representatives.prompting import Step
from .context import Context
from .speaking import answer_as, speak_as, utterance_row

Update = dict[str, Any]


class SeatTask(TypedDict):
    """What one `Send` carries to a seat: never another seat's words."""

    seat: str
    about: str
    question: str
    proposition: str
    position: Any
    opinion: Any
    lost: bool
    draft: Any
    statement: Any


class SeatNode(Protocol):
    """A node that a `Send` runs for one seat."""

    async def __call__(self, state: SeatTask, *, runtime: Runtime[Context]) -> Update:
        """Runs the step for the seat the task names."""
        ...


def take_position(labels: tuple[str, ...]) -> SeatNode:
    """A node: how far this seat agrees with the proposition, coded 1..K."""

    async def take_position(state: SeatTask, runtime: Runtime[Context]) -> Update:
        context = runtime.context
        text = context.prompts.fill("position", question=state["question"], proposition=state["proposition"])
        answer = await _ask(likert("position", text, labels), state, context, "position")
        return {
            "positions": {state["seat"]: _held(answer)},
            "answers": {f"position/{state['seat']}": _row(answer, state, context)},
        }

    return take_position


def write_opinion(labels: tuple[str, ...]) -> SeatNode:
    """A node: this seat's opinion, which knows its position and nobody else's."""

    async def write_opinion(state: SeatTask, runtime: Runtime[Context]) -> Update:
        context = runtime.context
        known = state["position"] and not is_missing(state["position"])
        words = {
            "question": state["question"],
            "proposition": state["proposition"],
            "position": labels[int(state["position"]) - 1] if known else context.prompts.fill("position_unknown"),
        }
        return await _say("opinion", "opinions", words, state, context, position_scale=len(labels))

    return write_opinion


async def write_critique(state: SeatTask, runtime: Runtime[Context]) -> Update:
    """A node: this seat's critique of the draft."""
    context = runtime.context
    gone = _gone(state, state["draft"])
    if gone:
        return _unsaid("critique", "critiques", gone, state, context)
    words = {"question": state["question"], "opinion": state["opinion"], "draft": state["draft"]}
    return await _say("critique", "critiques", words, state, context)


def rate_statement(labels: tuple[str, ...]) -> SeatNode:
    """A node: how far this seat agrees with the statement it is about, coded 1..K."""

    async def rate_statement(state: SeatTask, runtime: Runtime[Context]) -> Update:
        context, seat, about = runtime.context, state["seat"], state["about"]
        code = f"endorsement_{about}"
        gone = _gone(state, state["statement"])
        if gone:
            answer = Answer(code, gone)
        else:
            answer = await _ask(likert(code, _rating_text(state, context), labels), state, context, "rating")
        return {
            "endorsements": {seat: {about: _held(answer)}},
            "answers": {f"{code}/{seat}": _row(answer, state, context)},
        }

    return rate_statement


def answer_closing(instrument: Instrument) -> SeatNode:
    """A node: one item of the closing questionnaire."""
    questions = {q.code: q for q in instrument.questions}

    async def answer_closing(state: SeatTask, runtime: Runtime[Context]) -> Update:
        question, person = questions[state["about"]], runtime.context.seats[state["seat"]]
        worded = worded_for(question, person, instrument.parties)
        answer = await _ask(worded, state, runtime.context, "item") if worded else not_asked(question)
        return {
            "closing": {state["seat"]: {question.code: _held(answer)}},
            "answers": {f"{question.code}/{state['seat']}": _row(answer, state, runtime.context)},
        }

    return answer_closing


async def _ask(question: Question, state: SeatTask, context: Context, step: str) -> Answer:
    seat = state["seat"]
    # Draft and revision are drawn with the same random number: their difference is the statements'.
    names = context.names(context.seats[seat].id, state["question"], "item" + question.code if step == "item" else step)
    posed = pose(
        question,
        before=context.preamble(seat, state["question"], state["proposition"]),
        names=names,
        prompts=context.prompts,
        asking=context.asking,
        context=_told(state, context, step),
        replicate=context.replicate,
    )
    return await answer_as(seat, posed, context)


async def _say(step: Step, key: str, words: dict[str, str], state: SeatTask, context: Context, **more: Any) -> Update:
    seat = state["seat"]
    before, text = context.text_prompt(step, seat, state["proposition"], **words)
    said, row = await speak_as(
        seat,
        text,
        step=step,
        before=before,
        names=context.names(context.seats[seat].id, state["question"], step),
        context=context,
        about=_told(state, context, step) | more,
        # A representative's own prompt tells of its past, which is no business of a person in its seat.
        reads=context.plain_prompt(step, seat, **words) if seat in context.humans else "",
    )
    return {key: {seat: said}, "utterances": {f"{step}/{seat}": row}}


def _unsaid(step: str, key: str, gone: Missing, state: SeatTask, context: Context) -> Update:
    seat = state["seat"]
    row = {"seat": seat, "persona": context.seats[seat].id, "step": step, **utterance_row(gone)}
    return {key: {seat: gone.as_state()}, "utterances": {f"{step}/{seat}": row}}


def _rating_text(state: SeatTask, context: Context) -> str:
    # All statements that a seat rates are quoted by the same marks, so that the prompts begin alike; nobody has read
    # one of them when they are written.
    prompts = context.prompts
    quotes = Quotes.of(*context.names(context.seats[state["seat"]].id, state["question"], "rating"))
    return prompts.fill(
        "rating",
        quoting_rule=quotes.rule(prompts),
        question=state["question"],
        opinion=quotes.block(state["opinion"], prompts.fill("own_opinion_title")),
        statement=quotes.block(state["statement"], prompts.fill("statement_title")),
    )


def _gone(state: SeatTask, statement: Any) -> Missing | None:
    if state["lost"]:
        return Missing("seat_lost", f"no opinion: {state['opinion']['missing']}")
    if not statement or is_missing(statement):
        return Missing("no_statement", statement["missing"] if statement else "")
    return None


def _told(state: SeatTask, context: Context, step: str) -> Update:
    persona = context.seats[state["seat"]]
    told = persona_context(persona, context.style_of(state["seat"])) | {
        "step": step,
        "proposition": state["proposition"],
    }
    told |= {"question_text": state["question"], "position": state["position"]}
    statement = state["statement"] or state["draft"]
    return told | ({"statement": statement} if isinstance(statement, str) else {})


def _held(answer: Answer) -> Any:
    return int(answer.code) if answer.code and answer.code.isdigit() else answer.code or _missing(answer)


def _missing(answer: Answer) -> Any:
    return answer.answer.as_state() if isinstance(answer.answer, Missing) else None


def _row(answer: Answer, state: SeatTask, context: Context) -> Update:
    return {"seat": state["seat"], "persona": context.seats[state["seat"]].id, **answer.as_row()}
