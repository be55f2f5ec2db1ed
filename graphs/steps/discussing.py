"""Discussion: rounds in which everybody speaks once, having heard what those they listen to said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langgraph.runtime import Runtime

from ...personas.quoting import Quotes
from ..context import Context
from ..mediators.desk import MEDIATOR
from ..speaking import speak
from .hearing import at_tables, tables
from .step import State, Step, Update
from .task import StepError, Task, several, task_for
from .writing import written

CONTRIBUTION = (
    "Say what you think now, in one to four sentences, as you would in a conversation: take up what others have said, "
    "where something was said. Write only what you say."
)


def discuss(
    name: str,
    rounds: int = 2,
    *,
    instruction: str = CONTRIBUTION,
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
    table_size: int | None = None,
    moderated: bool = False,
) -> tuple[Step, ...]:
    """Everybody speaks in every round, all at once, after having heard what was said in the rounds before.

    Args:
        name: Of the discussion; what is said in round r is found under `NAME_r`.
        rounds: How many.
        instruction: What everybody is asked to do.
        recalls: Steps at which the seat wrote something that it is reminded of.
        sees: Steps whose texts are shown in every round, such as opinions or a statement.
        hears: Who hears whom (see `hearing.who_hears`); everybody hears everybody by default.
        table_size: Split the seats, in their order, into tables of at least this many, of nearly equal size, who hear
            only each other.
        moderated: Before every round a moderator of the table says what is to be talked about.

    Raises:
        StepError: There is no round, or both `hears` and `table_size` are given.
    """
    if rounds < 1:
        raise StepError(f"{name}: a discussion needs one round at least, got {rounds}")
    if hears is not None and table_size:
        raise StepError(f"{name}: give `hears` or `table_size`: tables say who hears whom")
    steps: list[Step] = []
    for r in range(1, rounds + 1):
        before = [f"{name}_{k}" for k in range(1, r)]
        if moderated:
            steps.append(_moderation(f"{name}_{r}_moderator", before, sees, table_size))
        steps.append(
            talk(
                f"{name}_{r}",
                before,
                instruction=instruction,
                recalls=recalls,
                sees=sees,
                hears=hears,
                table_size=table_size,
                moderated=moderated,
            )
        )
    return tuple(steps)


def talk(
    name: str,
    before: Sequence[str] = (),
    *,
    instruction: str = CONTRIBUTION,
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
    table_size: int | None = None,
    moderated: bool = False,
) -> Step:
    """One round of a discussion, for protocols that do something else between rounds.

    Args:
        name: Of the round; what is said is found under it.
        before: The rounds before: what others said in them is shown, and one's own words recalled.
        instruction: As for `discuss`, and all that follows.
        recalls: Of every round.
        sees: Of every round.
        hears: Of every round.
        table_size: Of every round.
        moderated: A step `NAME_moderator` stands before this one.
    """
    before = tuple(before)

    def tasks(state: State, seat: str) -> list[Task]:
        who = at_tables(table_size) if table_size else hears
        said = (f"{name}_moderator_{_table_of(seat, state, table_size)}",) if moderated else ()
        # One's own words of earlier rounds; a round in which a call failed loses nobody the next one.
        own = [step for step in before if isinstance(state["texts"][step].get(seat), str)]
        return [
            task_for(state, seat, recalls=(*several(recalls), *own), sees=(*several(sees), *before, *said), hears=who)
        ]

    return Step(name, written(name, instruction, "discuss"), tasks)


def _table_of(seat: str, state: State, table_size: int | None) -> str:
    return next(table for table, seated in tables(state["seats"], table_size).items() if seat in seated)


def _moderation(name: str, before: Sequence[str], sees: str | Sequence[str], table_size: int | None) -> Step:
    """What the moderator of each table says, found among the statements as `NAME_TABLE`."""

    def tasks(state: State, seat: str) -> list[Task]:
        at = _table_of(seat, state, table_size)
        seated = tables(state["seats"], table_size)[at]
        if seat != seated[0]:
            return []
        # A moderator hears the whole table and is nobody of it.
        who = {"": seated}
        task = task_for({**state, "hearing": {}}, "", about=at, sees=(*several(sees), *before), hears=who)
        return [task]

    return Step(name, _moderating(name), tasks)


def _moderating(name: str) -> Callable[..., Any]:
    async def moderate(state: Task, runtime: Runtime[Context]) -> Update:
        context, table = runtime.context, state["about"]
        prompts, who = context.prompts, f"{MEDIATOR} {context.unit} {table}"
        names = context.names(who, state["question"], name)
        quotes, texts = Quotes.of(*names), [one["text"] for one in state["shown"]]
        blocks = [quotes.block(one["text"], one["title"]) for one in state["shown"]]
        words = "\n\n".join([quotes.rule(prompts), *blocks]) if blocks else prompts.fill("moderator_opening")
        about = {
            "step": "moderate",
            "proposition": state["proposition"],
            "question_text": state["question"],
            "texts": texts,
        }
        said_now, row = await speak(
            context.model(MEDIATOR),
            prompts.fill("moderator", question=state["question"], words=words),
            before=(),
            names=names,
            context=context,
            about=about,
        )
        key = f"{name}_{table}"
        row = {"seat": f"{MEDIATOR} {table}", "persona": None, "step": name, **row}
        return {"statements": {key: said_now}, "utterances": {f"{key}/{MEDIATOR}": row}}

    return moderate
