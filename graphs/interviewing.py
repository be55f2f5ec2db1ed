"""The prompts of an interview about a life: what the person is asked, and what the critic is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..models.protocol import Generation, LanguageModel, Message, Prompt, Request, Sampling
from ..models.seeds import derive_seed
from ..models.templates import PromptBook
from ..personas.backstories import Criteria, verdict_schema
from ..personas.backstories.verdict import verdict_form
from ..personas.quoting import Quotes
from .context import Context

RESPONDENT = "respondent"
CRITIC_TOKENS = 256  # a criterion's name, its evidence and the signs around them, on the wide side
SHOWN = 2_000  # characters of a verdict that could not be read, when it is asked for again


def answer_request(state: Mapping[str, Any], attempt: int, context: Context, primed: bool) -> Request:
    """What asks for an answer: one text that a base model continues, turns for a chat model.

    Args:
        state: The question, its turn, how many there are, and what was told before.
        attempt: From 1; each is an independent draw.
        context: Of the protocol; its `sampling` says how the answer is drawn.
        primed: Tell the persona's attributes first, in the context's style.
    """
    prompts, persona = context.prompts, context.seats[RESPONDENT]
    messages = list(_before(context, primed))
    for turn in state["told"]:
        asked = Message("user", prompts.fill("story_question", question=turn["question"]))
        messages += [asked, Message("assistant", turn["answer"])]
    messages.append(Message("user", prompts.fill("story_question", question=state["question"])))
    return Request(
        prompt=Prompt(tuple(messages)),
        sampling=replace(context.sampling, stop=(next_question(prompts),)),
        seed=derive_seed(*context.names(persona.id, state["question"], f"story {attempt}")),
        replicate=context.replicate,
        context={
            "step": "story",
            "persona": persona.id,
            "attributes": dict(persona.attributes) if primed else {},
            "turn": state["turn"],
            "turns": state["turns"],
            "story_question": state["question"],
            "told": [dict(turn) for turn in state["told"]],
            "attempt": attempt,
        },
    )


def _before(context: Context, primed: bool) -> tuple[Message, ...]:
    """A chat model is told what it is to do; a base model goes on with what it reads."""
    chat = context.model_of(RESPONDENT).capabilities.chat
    parts = [context.prompts.fill("story_instruction")] if chat else []
    parts += [m.content for m in context.preamble(RESPONDENT)] if primed else []
    return (Message("system", "\n\n".join(parts)),) if parts else ()


def next_question(prompts: PromptBook) -> str:
    """How the next question begins, where an answer ends."""
    return prompts.fill("story_question", question="\0").partition("\0")[0].strip()


def until_next_question(generation: Generation, stop: tuple[str, ...]) -> Generation:
    """The answer up to where the next question begins: not every server stops there."""
    text = generation.text
    for sign in stop:
        text = text.partition(sign)[0] if sign else text
    return replace(generation, text=text)


def critic_of(context: Context) -> LanguageModel:
    """Who criticises: the judge, else the participants' model."""
    return context.model("judge" if "judge" in context.models else "participant")


def verdict_request(state: Mapping[str, Any], criteria: Criteria, context: Context) -> Request:
    """What asks the critic about an answer; with what it said before where that could not be read.

    Args:
        state: As for `answer_request`, with the attempt's number, its `draft`, and the verdicts in `unread`.
        criteria: What is looked for.
        context: Of the protocol.
    """
    prompts, answer, unread = context.prompts, state["draft"]["text"], state["unread"]
    told = [prompts.fill("interview_turn", **turn) for turn in state["told"]]
    turn = prompts.fill("interview_turn", question=state["question"], answer=answer)
    # The same marks for a whole interview, whose prompts begin alike: who is interviewed never reads them.
    quotes = Quotes.of(*context.names(context.seats[RESPONDENT].id, "", "critic"))
    heard = quotes.block("\n\n".join(told), prompts.fill("critic_told_title"), longest=None) if told else ""
    asked = prompts.fill(
        "critic",
        quoting_rule=quotes.rule(prompts),
        told=heard or prompts.fill("critic_opening"),
        turn=quotes.block(turn, prompts.fill("critic_turn_title"), longest=None),
        criteria="\n".join(prompts.fill("critic_line", name=c.name, question=c.question) for c in criteria),
        form=verdict_form(criteria),
    )
    messages = [Message("user", asked)]
    if unread:
        last = unread[-1]
        messages.append(Message("assistant", last["raw"][:SHOWN] or "(nothing)"))
        messages.append(Message("user", prompts.fill("critic_again", problem=last["problem"])))
    names = context.names(
        context.seats[RESPONDENT].id, state["question"], f"critic {state['attempt']}.{len(unread) + 1}"
    )
    return Request(
        prompt=Prompt(tuple(messages)),
        sampling=Sampling(temperature=0.0, max_tokens=CRITIC_TOKENS * len(criteria)),
        seed=derive_seed(*names),
        replicate=context.replicate,
        context={
            "step": "critic",
            "criteria": [c.name for c in criteria],
            "story_question": state["question"],
            "answer": answer,
            "told": [dict(turn) for turn in state["told"]],
        },
        schema=verdict_schema(criteria) if critic_of(context).capabilities.schema else "",
    )
