"""One question of an interview: an answer is written, a critic reads it, and it alone is written again where it is flawed.

1. `write_answer`: the persona answers, with the whole interview so far before it. What is empty or a refusal is written
   again without asking the critic.
2. `criticise`: a critic says of every criterion whether the answer has this flaw, evidence first, at temperature 0. What
   cannot be read is asked again, `tries` times in all; then the answer stands as `not_judged`. Any flaw leads back to
   step 1, until there were `attempts` answers.
3. `settle_answer`: the answer with what is on record of it; or none, where the last attempt was rejected too.

Source: Kang et al. 2025 (arXiv:2504.11673). No bound on attempts was published; it is a setting here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from ..models.errors import ModelError
from ..models.protocol import LanguageModel, Request
from ..personas.answers import Missing
from ..personas.asking import as_missing, read_text
from ..personas.backstories import DEFAULT_CRITERIA, Criteria, Verdict, read_verdict
from .context import Context
from .interviewing import RESPONDENT, answer_request, critic_of, until_next_question, verdict_request
from .node import Node

Update = dict[str, Any]
# What a model writes and no person would say: written again, whether or not there is a critic.
UNSAID = ("empty", "refusal", "content_filter")


@dataclass(frozen=True, slots=True)
class Critic:
    """What is done about an answer's flaws.

    Args:
        criteria: What the critic looks for; nothing, and no critic is asked.
        attempts: How often an answer is written at most.
        after: What becomes of the last answer when it is rejected too: `drop` leaves none, `keep` keeps and marks it.
        tries: How often the critic is asked about one answer at most.
    """

    criteria: Criteria = DEFAULT_CRITERIA
    attempts: int = 5
    after: Literal["drop", "keep"] = "drop"
    tries: int = 3

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.tries < 1:
            raise ValueError(f"attempts and tries must be at least 1, got {self.attempts} and {self.tries}")


class AnswerInput(TypedDict):
    """What is asked, and what was said before: `{question, answer}` for every earlier turn."""

    question: str
    turn: int
    turns: int
    told: list[dict[str, str]]


class AnswerOutput(TypedDict):
    """The answer as a row.

    `text` (None where there is none), `status` (`accepted`; `unchecked` where no critic is asked; `not_judged`; `kept`
    although it was rejected; `rejected`; or `missing`), the reason in `missing` with `raw`, `attempts`, `rejections` (by
    attempt and criterion, with evidence and text), `words`, `tokens` (None where the server does not say),
    `finish_reason`, `model`, `prompt_hash`, `critic` and, where it did not judge, `critic_missing`, which is a call's
    failure where `critic_failed`.
    """

    answered: Update


class AnswerState(AnswerInput, AnswerOutput, total=False):
    """Between the steps: the attempt's number, what it is, and what was found wrong up to now."""

    attempt: int
    draft: Update
    unread: list[dict[str, str]]
    outcome: str
    rejections: Annotated[list[Update], operator.add]


Step = Callable[..., Any]
AnswerGraph = StateGraph[AnswerState, Context, AnswerInput, AnswerOutput]


def build_answer(critic: Critic = Critic(), primed: bool = False) -> AnswerGraph:
    """The subgraph of one question, uncompiled.

    Invoke it with an `AnswerInput` and a `Context` whose seat `respondent` answers and whose model `judge` criticises (the
    one named `participant` where there is none).

    Args:
        critic: What is done about flaws.
        primed: Tell the persona's attributes first, in the context's style.
    """
    graph = StateGraph(AnswerState, context_schema=Context, input_schema=AnswerInput, output_schema=AnswerOutput)
    graph.add_node("write_answer", Node(write_answer(critic, primed)))
    graph.add_node("criticise", Node(criticise(critic)))
    graph.add_node("settle_answer", Node(settle_answer(critic)))
    graph.add_edge(START, "write_answer")
    ways = ["write_answer", "criticise", "settle_answer"]
    graph.add_conditional_edges("write_answer", next_step(critic), ways)
    graph.add_conditional_edges("criticise", next_step(critic), ways)
    graph.add_edge("settle_answer", END)
    return graph


def next_step(critic: Critic) -> Callable[[AnswerState], str]:
    """A route: what follows an answer, or what the critic said of it."""

    def route(state: AnswerState) -> str:
        if state["outcome"] in ("written", "unread"):
            return "criticise"
        again = state["outcome"] == "rejected" and state["attempt"] < critic.attempts
        return "write_answer" if again else "settle_answer"

    return route


def write_answer(critic: Critic, primed: bool) -> Step:
    """A node: one attempt at an answer."""

    async def write_answer(state: AnswerState, runtime: Runtime[Context]) -> Update:
        context, attempt = runtime.context, state.get("attempt", 0) + 1
        request = answer_request(state, attempt, context, primed)
        draft = await _drafted(context.model_of(RESPONDENT), request)
        update: Update = {"attempt": attempt, "draft": draft, "unread": []}
        if draft["missing"] in UNSAID:
            found = _rejection(attempt, draft["missing"], "", draft["raw"])
            return update | {"outcome": "rejected", "rejections": [found]}
        if draft["missing"]:
            return update | {"outcome": "missing"}
        return update | {"outcome": "written" if critic.criteria else "unchecked"}

    return write_answer


def criticise(critic: Critic) -> Step:
    """A node: the critic's verdict on the answer that was written last."""

    async def criticise(state: AnswerState, runtime: Runtime[Context]) -> Update:
        request = verdict_request(state, critic.criteria, runtime.context)
        said = await _said(critic_of(runtime.context), request)
        if isinstance(said, Missing) and said.reason not in UNSAID:  # a call that failed, and is asked again on resume
            return {"outcome": "not_judged", "unread": [{"problem": said.reason, "raw": said.raw, "failed": "yes"}]}
        text = said.raw if isinstance(said, Missing) else said
        verdict = read_verdict(text, critic.criteria)
        if isinstance(verdict, Missing):
            unread = [*state["unread"], {"problem": verdict.raw, "raw": text}]
            return {"outcome": "unread" if len(unread) < critic.tries else "not_judged", "unread": unread}
        return _judged(verdict, state)

    return criticise


def settle_answer(critic: Critic) -> Step:
    """A node: what came of the attempts."""

    async def settle_answer(state: AnswerState, runtime: Runtime[Context]) -> Update:
        draft, status, unread = state["draft"], state["outcome"], state["unread"]
        if status == "rejected":
            status = "kept" if critic.after == "keep" and draft["text"] else "rejected"
        gone = status == "rejected"
        told = {
            "question": state["question"],
            "turn": state["turn"],
            "status": status,
            "attempts": state["attempt"],
            "rejections": state.get("rejections", []),
            "critic": critic_of(runtime.context).name if critic.criteria else "",
            "critic_missing": unread[-1]["problem"] if status == "not_judged" else None,
            "critic_failed": status == "not_judged" and "failed" in unread[-1],
        }
        return {"answered": draft | told | ({"text": None, "missing": "rejected", "words": 0} if gone else {})}

    return settle_answer


def _judged(verdict: Verdict, state: AnswerState) -> Update:
    found = [_rejection(state["attempt"], f.criterion, f.evidence, state["draft"]["text"]) for f in verdict.flaws]
    return {"outcome": "rejected" if found else "accepted", "rejections": found}


def _rejection(attempt: int, criterion: str, evidence: str, text: str) -> Update:
    return {"attempt": attempt, "criterion": criterion, "evidence": evidence, "text": text}


async def _drafted(model: LanguageModel, request: Request) -> Update:
    finish, tokens = None, None
    try:
        generation = await model.generate(request)
        finish, tokens = generation.finish_reason, generation.usage.completion_tokens
        said = read_text(until_next_question(generation, request.sampling.stop))
    except ModelError as error:
        said = as_missing(error)
    gone = said if isinstance(said, Missing) else None
    return {
        "text": None if gone else said,
        "missing": gone.reason if gone else None,
        "raw": gone.raw if gone else None,
        "words": 0 if gone else len(str(said).split()),
        "tokens": tokens,
        "finish_reason": finish,
        "model": model.name,
        "prompt_hash": request.prompt.hash,
    }


async def _said(model: LanguageModel, request: Request) -> str | Missing:
    try:
        return read_text(await model.generate(request))
    except ModelError as error:
        return as_missing(error)
