"""A step at which everybody ranks texts, and the rankings are counted."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from langgraph.runtime import Runtime

from ...models.protocol import LETTERS
from ...models.seeds import derive_seed
from ...personas.answers import Missing
from ..context import Context
from ..mediators.desk import AGAIN, ATTEMPTS
from ..mediators.predicting import read_ranking
from ..mediators.rankings import MOST
from ..social_choice import ChoiceError, Rule, rule_named, winners
from ..speaking import speak_as, utterance_row
from .rating import statements_of
from .step import State, Step, Update
from .task import Shown, StepError, Task, lost, task_for
from .told import heard_update, names_of, render_task, told_of

RANK = "rank"


def rank(
    name: str,
    of: str | Sequence[str],
    *,
    rule: str | Mapping[str, Any] = "schulze",
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
) -> Step:
    """Everybody ranks texts, and the rankings are counted into `outcomes`.

    A seat reads the texts in an order drawn for it and writes a ranking such as "B > A = C". A reply that cannot be read
    is asked for again, three times at most, each time as another draw; then the seat's ranking is
    `Missing("unparseable")`. A text that somebody failed to write is ranked by nobody, and a single one without a call.

    `rankings[NAME]` holds by seat dense ranks from 0, lower is better, equal is level, one for each of the texts in the
    order of `outcomes[NAME]["options"]`. There are also the `orders` in which seats read them (places in `options`),
    `ballots` (how many ranked), `seats`, the `rule`, its `social_ranks`, and who came `first`, several where they tie.
    Without a ballot there are no social ranks, and nobody is first.

    Args:
        name: Of the step.
        of: One or more steps that left candidates, statements or texts; at most 26 texts in all.
        rule: A social choice rule by name, or with options: `{"name": "minimax", "variant": "margin"}`.
        recalls: Steps at which the seat wrote something that it is reminded of.
        sees: Steps whose texts it is shown besides.
        hears: Of whom it is shown what they wrote there; of everybody by default.

    Raises:
        StepError: There is no such rule.
    """
    steps, counting = [of] if isinstance(of, str) else list(of), _rule(name, rule)

    def tasks(state: State, seat: str) -> list[Task]:
        ballot: list[Shown] = [{"title": about, "text": text} for about, text in _ballot(state, name, steps)]
        return [{**task_for(state, seat, recalls=recalls, sees=sees, hears=hears), "ballot": ballot}]

    async def write_ranking(state: Task, runtime: Runtime[Context]) -> Update:
        ranks, rows = await _ranked(state, name, " ".join(steps), runtime.context)
        held = ranks.as_state() if isinstance(ranks, Missing) else ranks
        return {"rankings": {name: {state["seat"]: held}}, "utterances": rows, **heard_update(state)}

    async def count_rankings(state: State, runtime: Runtime[Context]) -> Update:
        ballot, context = _ballot(state, name, steps), runtime.context
        shown = {seat: task_for(state, seat) for seat in state["seats"]}
        orders = {seat: drawn_order(task, name, len(ballot), context) for seat, task in shown.items()}
        counted = count_ranks(state["rankings"][name], [about for about, _ in ballot], counting)
        return {"outcomes": {name: counted | {"orders": orders, "rule": rule}}}

    return Step(name, write_ranking, tasks, count_rankings)


def drawn_order(task: Task, name: str, candidates: int, context: Context) -> list[int]:
    """The places of the texts in the order in which a seat reads them; the seed alone decides."""
    order = list(range(candidates))
    random.Random(derive_seed(*names_of(task, context, name, "order"))).shuffle(order)
    return order


def count_ranks(rankings: Mapping[str, Any], options: Sequence[str], rule: Rule) -> Update:
    """How rankings come out.

    Args:
        rankings: By seat, dense ranks of the options, lower is better; or why there are none.
        options: What was ranked.
        rule: A social choice rule.
    """
    ballots = [ranks for ranks in rankings.values() if isinstance(ranks, list)]
    counted = {"options": list(options), "ballots": len(ballots), "seats": len(rankings)}
    if not ballots:
        return counted | {"social_ranks": None, "first": []}
    social = rule(np.array(ballots, dtype=float))
    first = [options[k] for k in winners(social).tolist()]
    return counted | {"social_ranks": [int(r) for r in social], "first": first}


def _rule(name: str, given: str | Mapping[str, Any]) -> Rule:
    try:
        return rule_named(**({"name": given} if isinstance(given, str) else dict(given)))
    except (ChoiceError, TypeError) as error:
        raise StepError(f"{name}: rule: {error}") from error


def _ballot(state: State, name: str, steps: Sequence[str]) -> list[tuple[str, str]]:
    ballot = [(about, text) for about, text in statements_of(state, steps) if text]
    if len(ballot) > MOST:
        raise StepError(
            f"{name}: at most {MOST} texts can be ranked, and there are {len(ballot)}; let people rate them"
        )
    return ballot


async def _ranked(task: Task, name: str, of: str, context: Context) -> tuple[list[int] | Missing, Update]:
    """One seat's ranks in the order of the ballot, and the rows of all that it replied."""
    seat, ballot = task["seat"], task["ballot"]
    gone = lost(task) or (None if ballot else Missing("no_statement", of))
    if gone:
        row = {"seat": seat, "persona": context.seats[seat].id, "step": name, **utterance_row(gone)}
        return gone, {f"{name}/{seat}": row}
    if len(ballot) == 1:
        return [0], {}
    order = drawn_order(task, name, len(ballot), context)
    rows: Update = {}
    found: list[int] | Missing = Missing("unparseable")
    for attempt in range(ATTEMPTS):
        found, row = await _asked(task, name, [ballot[k]["text"] for k in order], attempt, context)
        rows[f"{name}/{seat}" + (f" again {attempt}" if attempt else "")] = row
        if not isinstance(found, Missing) or found.reason not in AGAIN:
            break
    return found if isinstance(found, Missing) else [found[order.index(k)] for k in range(len(order))], rows


async def _asked(
    task: Task, name: str, texts: Sequence[str], attempt: int, context: Context
) -> tuple[list[int] | Missing, Update]:
    """One reply: the ranks of the texts as they are shown, or why there are none; and its row."""
    letters, again = LETTERS[: len(texts)], (f"again {attempt}",) if attempt else ()
    titles = [context.prompts.fill("candidate_title", letter=letter) for letter in letters]
    shown: list[Shown] = [{"title": title, "text": text} for title, text in zip(titles, texts, strict=True)]
    asked: Task = {**task, "about": " ".join(again), "shown": [*task["shown"], *shown]}
    instruction = context.prompts.fill("step_rank", letters=f"{', '.join(letters[:-1])} and {letters[-1]}")
    said, row = await speak_as(
        task["seat"],
        render_task(asked, name, instruction, context),
        step=name,
        before=context.preamble(task["seat"], task["question"], task["proposition"]),
        names=names_of(task, context, name, *again),
        context=context,
        about=told_of(task, context, RANK) | {"candidates": list(texts), "last_attempt": attempt + 1 == ATTEMPTS},
    )
    found = read_ranking(said, len(texts))
    if isinstance(found, Missing):
        row |= {"text": None, "missing": found.reason, "raw": found.raw}
    return found, row
