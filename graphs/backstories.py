"""Backstories: one persona tells its life.

1. `pose_question`: the next question of the script.
2. `answer_question`: the subgraph of `graphs.critic`: an answer that knows the whole interview so far is written, a critic
   reads it, and it alone is written again where it is flawed.
3. `keep_answer`: the answer joins what was told; back to step 1, until the script is through or an answer is missing.

`natural` is one open question (Moon et al. 2024), `demographics_primed` the same question after the persona's attributes,
`interview` a script of questions (American Voices Project 2021; Kang et al. 2025). Published settings: temperature 1,
top_p 1, up to 1,500 tokens an answer, base models. One invocation tells one life.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from ..models.protocol import Sampling
from ..personas.answers import Missing
from ..personas.backstories import INTERVIEW, NATURAL, Script
from ..personas.persona import Turn
from .context import Context
from .critic import Critic, Step, build_answer
from .node import Node

STORY_SAMPLING = Sampling(temperature=1.0, top_p=1.0, max_tokens=1_500)
UNCHECKED = Critic(criteria=())


class StoryState(TypedDict, total=False):
    """What a life leaves: `told`, the turns that have an answer, and `answers`, a row for every turn asked.

    `question`, `turn`, `turns` and `answered` go between the steps (see `graphs.critic`).
    """

    told: Annotated[list[dict[str, str]], operator.add]
    answers: Annotated[list[dict[str, Any]], operator.add]
    question: str
    turn: int
    turns: int
    answered: dict[str, Any]


StoryGraph = StateGraph[StoryState, Context, StoryState, StoryState]


def build_natural(critic: Critic = UNCHECKED) -> StoryGraph:
    """One open question about oneself, uncompiled; see `build_interview`."""
    return build_interview(NATURAL, critic)


def build_demographics_primed(critic: Critic = UNCHECKED, script: Script = NATURAL) -> StoryGraph:
    """The persona's attributes, then the same question, uncompiled; see `build_interview`.

    The context's `style` says how the attributes are told: `qa`, `bio` or `portray`.
    """
    return build_interview(script, critic, primed=True)


def build_interview(script: Script = INTERVIEW, critic: Critic = Critic(), primed: bool = False) -> StoryGraph:
    """The questions of a script one after the other, uncompiled.

    Invoke it with `{}` and a `Context` with the seat `respondent`, the model `participant` that writes, the model `judge`
    that criticises (the same where there is none) and, in `sampling`, `STORY_SAMPLING` or another; read the result with
    `read_story`.

    Args:
        script: What is asked.
        critic: What is done about flawed answers.
        primed: Tell the persona's attributes first, in the context's style.
    """
    graph = StateGraph(StoryState, context_schema=Context)
    graph.add_node("pose_question", Node(pose_question(script)))
    graph.add_node("answer_question", build_answer(critic, primed).compile())
    graph.add_node("keep_answer", Node(keep_answer))
    graph.add_edge(START, "pose_question")
    graph.add_edge("pose_question", "answer_question")
    graph.add_edge("answer_question", "keep_answer")
    graph.add_conditional_edges("keep_answer", after_answer, ["pose_question", END])
    return graph


def pose_question(script: Script) -> Step:
    """A node: the question after those that were answered."""

    async def pose_question(state: StoryState, runtime: Runtime[Context]) -> StoryState:
        done = len(state.get("told", []))
        return {"question": script.questions[done], "turn": done + 1, "turns": len(script.questions)}

    return pose_question


async def keep_answer(state: StoryState, runtime: Runtime[Context]) -> StoryState:
    """A node: takes down what was answered."""
    row = state["answered"]
    if row["text"] is None:
        return {"answers": [row]}
    return {"answers": [row], "told": [{"question": row["question"], "answer": row["text"]}]}


def after_answer(state: StoryState) -> str:
    """A route: on to the next question, unless this was the last or has no answer."""
    ended = state["answered"]["text"] is None or state["turn"] == state["turns"]
    return END if ended else "pose_question"


def read_story(state: Mapping[str, Any]) -> tuple[Turn, ...] | Missing:
    """The life as an interview; or why there is none: the reason of the first answer that is missing, such as `rejected`."""
    last = state["answers"][-1]
    if last["missing"]:
        return Missing(last["missing"], last["raw"] or "")
    return tuple(Turn(turn["question"], turn["answer"]) for turn in state["told"])
