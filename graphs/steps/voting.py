"""A step at which everybody votes, and the votes are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.runtime import Runtime

from ...personas.answers import Answer, Missing
from ...personas.questions import Option, Question, likert
from ..context import Context
from .rating import statements_of
from .step import State, Step, Update
from .task import StepError, Task, lost, task_for
from .told import Asked, answer_questions, answer_row, heard_update, held, names_of, render_item

QUOTAS = {"majority": 0.5, "two_thirds": 2 / 3, "unanimity": 1.0}


def vote(
    name: str,
    *,
    options: Sequence[str] = ("No", "Yes"),
    on: str = "",
    need: str | float = "majority",
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
) -> Step:
    """Everybody votes, and the votes are counted into `outcomes`.

    `outcomes[NAME]` holds the `options`, `counts` by code, `voters` (who voted), `seats`, the `leading` code with its
    `share` of all seats, and `decided`: that code, or None where it falls short of what is needed (a jury that hangs)
    or two lead; in a vote on texts also `about`, their names in the order of the codes, and whether it is `among_texts`.

    Args:
        name: Of the step.
        options: What is voted for, the least favourable to the proposition first; coded 1, 2, ...
        on: A step that left a statement: the vote is then on adopting it. Or one that left several texts, which are the
            options then, coded 1, 2, ...
        need: `majority` (more than half of all seats), `two_thirds` (that share or more), `unanimity`, `plurality`
            (more than any other), or a share of all seats in (0, 1] that must be reached.
        recalls: Steps at which the seat wrote something that it is reminded of.
        sees: Steps whose texts it is shown.
        hears: Of whom it is shown what they wrote (see `hearing.who_hears`); of everybody by default.

    Raises:
        StepError: There is no such need, or fewer than two options.
    """
    if isinstance(options, str):
        raise StepError(f"{name}: options is a list, such as [No, Yes], got {options!r}")
    if not (need == "plurality" or need in QUOTAS or (isinstance(need, int | float) and 0 < need <= 1)):
        raise StepError(f"{name}: need is {need!r}; it is {', '.join(QUOTAS)}, plurality, or a share in (0, 1]")
    if len(set(options)) < 2:
        raise StepError(f"{name}: a vote needs two different options at least, got {list(options)}")

    def tasks(state: State, seat: str) -> list[Task]:
        return [_with_ballot(task_for(state, seat, recalls=recalls, sees=sees, hears=hears), state, on)]

    async def cast_vote(state: Task, runtime: Runtime[Context]) -> Update:
        context, seat, gone = runtime.context, state["seat"], lost(state)
        if on and not state["ballot"]:
            gone = gone or Missing("no_statement", on)
        answer = Answer(name, gone) if gone else await _cast(state, name, options, context)
        rows = {f"{name}/{seat}": answer_row(state, name, answer, context)}
        return {"votes": {name: {seat: held(answer)}}, "answers": rows, **heard_update(state)}

    async def count_votes(state: State, runtime: Runtime[Context]) -> Update:
        found = counted(state["votes"][name], need)
        if not on:
            return {"outcomes": {name: found | {"options": list(options)}}}
        left = statements_of(state, on)
        about = {"about": [what for what, text in left if text], "among_texts": len(left) > 1}
        chosen = [title for title, _ in _ballot(state, on)] if len(left) > 1 else list(options)
        return {"outcomes": {name: found | {"options": chosen} | about}}

    return Step(name, cast_vote, tasks, count_votes)


def counted(votes: Mapping[str, Any], need: str | float) -> Update:
    """How votes come out.

    Args:
        votes: By seat, a code, or why there is none.
        need: As for `vote`.
    """
    cast = Counter(str(code) for code in votes.values() if isinstance(code, int | str))
    ranked = sorted(cast.items(), key=lambda pair: (-pair[1], pair[0]))
    most = ranked[0][1] if ranked else 0
    alone = sum(n == most for n in cast.values()) == 1
    leading = ranked[0][0] if ranked and alone else None
    share = most / len(votes) if votes else 0.0
    decided = leading if leading is not None and _suffices(share, need) else None
    return {
        "counts": dict(sorted(cast.items())),
        "voters": cast.total(),
        "seats": len(votes),
        "leading": leading,
        "share": share,
        "need": need,
        "decided": decided,
    }


def _suffices(share: float, need: str | float) -> bool:
    if need == "plurality":
        return True
    if need == "majority":
        return share > QUOTAS["majority"]
    return share >= (QUOTAS[need] if isinstance(need, str) else need) - 1e-12


def _with_ballot(task: Task, state: State, on: str) -> Task:
    if not on:
        return task
    single = on if len(statements_of(state, on)) == 1 else ""
    return {**task, "about": single, "ballot": [{"title": title, "text": text} for title, text in _ballot(state, on)]}


def _ballot(state: State, on: str) -> list[tuple[str, str]]:
    texts = [text for _, text in statements_of(state, on) if text]
    return [(f"Text {k}", text) for k, text in enumerate(texts, start=1)]


async def _cast(task: Task, name: str, options: Sequence[str], context: Context) -> Answer:
    # All ballots draw with the same random number: a vote changes by what was heard, not by luck.
    ballot, names = task["ballot"], names_of(task, context, "vote")
    if not ballot:
        text = context.prompts.fill("step_vote", proposition=task["proposition"])
        question = likert(name, render_item(task, name, text, context), tuple(options))
        return (await answer_questions(task, [Asked(question, names)], context, "position"))[0]
    task = {**task, "shown": [*task["shown"], *ballot]}
    if task["about"]:
        statement = ballot[0]["text"]
        text = render_item(task, name, context.prompts.fill("step_adopt"), context)
        asked = Asked(likert(name, text, tuple(options), statement), names, about={"statement": statement})
        return (await answer_questions(task, [asked], context, "rating"))[0]
    text = render_item(task, name, context.prompts.fill("step_choice"), context)
    choices = tuple(Option(str(k), one["title"]) for k, one in enumerate(ballot, start=1))
    candidates = {"candidates": [b["text"] for b in ballot]}
    asked = Asked(Question(name, text, choices, ordinal=False), names, about=candidates)
    return (await answer_questions(task, [asked], context, "vote"))[0]
