"""Statement voting as in Polis (Small et al. 2021): everybody writes a statement, everybody votes on the others'.

1. `statement`: everybody writes one statement, without seeing the others'.
2. `statements`: they are pooled, after the seed statements, where some are given; one that is there already is not pooled twice.
   Everybody is assigned the statements to vote on, at random, each author's own left out.
3. `vote`: everybody votes on each of them by itself: disagree, pass or agree.
4. `vote_count`: the votes on each statement are counted.

Step 1 is one `Send` per seat, step 3 one per seat and statement. A seat whose statement could not be had votes all the
same. Polis prefers, when it chooses the next statement, those that are new, agreed with, or telling groups apart; here
all are as likely, since everybody votes at once. Opinion groups and group-aware consensus are measured afterwards
(`minipublic evaluate polis`, docs/polis.md).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..models.seeds import derive_seed
from ..personas.answers import Answer
from ..personas.questions import likert
from .context import Context
from .state import Agenda, DeliberationState
from .steps import Step, StepError, chain, collect
from .steps.step import State, Update
from .steps.task import Task, task_for
from .steps.told import Asked, answer_questions, answer_row, held, names_of, render_task

LABELS = ("Disagree", "Pass", "Agree")
WRITTEN, POOLED, VOTED = "statement", "statements", "vote"
INSTRUCTION = (
    "Write one statement on this question that others can agree or disagree with. Say one thing only, in a single sentence "
    "of at most 140 characters that can be understood by itself. Write only the statement."
)


def build_polis(
    shown: int | None = None,
    seed_statements: Sequence[str] = (),
    *,
    instruction: str = INSTRUCTION,
) -> StateGraph[DeliberationState, Context, Agenda, DeliberationState]:
    """Statement voting, uncompiled.

    Invoke it with `{"question": ...}` and a `Context` whose models have the role `participant`. It leaves the pool under
    `candidates["statements"]`; under `outcomes["statements"]` by statement its `authors`, and by seat what it was `shown`;
    the votes under `ratings["vote"]`, by seat and statement, coded 1 disagree, 2 pass, 3 agree; their numbers under
    `outcomes["vote"]`.

    Args:
        shown: How many statements everybody votes on at most; None is all.
        seed_statements: Statements that are in the pool from the start, of no participant.
        instruction: What everybody is asked to write.

    Raises:
        StepError: `shown` is below 1.
    """
    if shown is not None and shown < 1:
        raise StepError(f"shown is {shown}; everybody votes on 1 statement or more, or leave it out for all")
    graph = StateGraph(DeliberationState, context_schema=Context, input_schema=Agenda)
    chain(graph, START, collect(WRITTEN, instruction), _pool(shown, tuple(seed_statements)), _vote(), END)
    return graph


def _pool(shown: int | None, seed_statements: tuple[str, ...]) -> Step:
    async def pool_statements(state: State, runtime: Runtime[Context]) -> Update:
        authors: dict[str, list[str]] = {text.strip(): [] for text in seed_statements}
        for seat in state["seats"]:
            text = state["texts"][WRITTEN][seat]
            if isinstance(text, str):
                authors.setdefault(text.strip(), []).append(seat)
        names = {f"{POOLED}_{k}": text for k, text in enumerate(authors, start=1)}
        to_show = {seat: _assigned(state, seat, names, authors, shown, runtime.context) for seat in state["seats"]}
        by_name = {name: authors[text] for name, text in names.items()}
        return {"candidates": {POOLED: list(authors)}, "outcomes": {POOLED: {"authors": by_name, "shown": to_show}}}

    return Step(POOLED, pool_statements)


def _assigned(
    state: State,
    seat: str,
    names: dict[str, str],
    authors: dict[str, list[str]],
    shown: int | None,
    context: Context,
) -> list[str]:
    """The statements a seat votes on, in the order it does, drawn from its own name."""
    others = [name for name, text in names.items() if seat not in authors[text]]
    person = context.seats[seat].id
    draw = random.Random(derive_seed(*context.names(person, state["question"], POOLED), str(context.replicate)))
    return draw.sample(others, len(others) if shown is None else min(shown, len(others)))


def _vote() -> Step:
    def tasks(state: State, seat: str) -> list[Task]:
        texts = {f"{POOLED}_{k}": text for k, text in enumerate(state["candidates"][POOLED], start=1)}
        return [
            {**task_for(state, seat, about=name), "shown": [{"title": "Statement", "text": texts[name]}]}
            for name in state["outcomes"][POOLED]["shown"][seat]
        ]

    async def vote_on_statement(state: Task, runtime: Runtime[Context]) -> Update:
        context, seat, about = runtime.context, state["seat"], state["about"]
        text = state["shown"][0]["text"]
        put = render_task(state, VOTED, context.prompts.fill("polis_vote"), context)
        question = likert(f"{VOTED}_{about}", put, LABELS, text)
        # The statement is among the names: with one random number for all, votes would hang together by chance.
        asked = Asked(question, names_of(state, context, VOTED, text), about={"statement": text})
        answer: Answer = (await answer_questions(state, [asked], context, "rating"))[0]
        rows = {f"{VOTED}_{about}/{seat}": answer_row(state, VOTED, answer, context)}
        return {"ratings": {VOTED: {seat: {about: held(answer)}}}, "answers": rows}

    async def count_votes(state: State, runtime: Runtime[Context]) -> Update:
        return {"outcomes": {VOTED: _counted(state)}}

    return Step(VOTED, vote_on_statement, tasks, count_votes)


def _counted(state: State) -> dict[str, Any]:
    names = state["outcomes"][POOLED]["authors"]
    cast = {name: Counter[Any]() for name in names}
    for by_statement in state.get("ratings", {}).get(VOTED, {}).values():
        for name, code in by_statement.items():
            cast[name][code if isinstance(code, int) else "missing"] += 1
    columns = (("disagree", 1), ("pass", 2), ("agree", 3), ("missing", "missing"))
    return {name: {label: counts[code] for label, code in columns} for name, counts in cast.items()}
