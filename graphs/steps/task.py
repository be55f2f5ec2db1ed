"""What one seat gets to see at a step: the question, its own earlier words, and what it is shown of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from ...personas.answers import Missing, is_missing
from .hearing import Hears, who_hears


class StepError(ValueError):
    """A step of a protocol asks for what no step before it leaves."""


class Shown(TypedDict):
    """A text that is put before a seat."""

    title: str
    text: str


class Task(TypedDict):
    """What one `Send` carries to a seat.

    `own` holds what the seat said at earlier steps, `shown` the texts put before it now, and `heard` what it has heard
    of others so far, step after step. `hearing` says whose words are among those shown. `about` names what the task is
    about. `fed_back` says by item how all answered in earlier rounds: the share of each option in codebook order, and
    `answered` the code of the seat's own answer in the last of them. `ballot` holds the texts that are voted on or ranked.
    """

    seat: str
    about: str
    question: str
    proposition: str
    own: dict[str, Any]
    shown: list[Shown]
    heard: list[list[str]]
    hearing: dict[str, list[str]]
    fed_back: dict[str, list[list[float]]]
    answered: dict[str, str]
    ballot: list[Shown]


def task_for(
    state: Mapping[str, Any],
    seat: str,
    *,
    about: str = "",
    recalls: str | Sequence[str] = (),
    sees: str | Sequence[str] = (),
    hears: Any = None,
) -> Task:
    """A seat's task at a step.

    Args:
        state: Of the protocol.
        seat: Whose task.
        about: What it is about, where a seat has several.
        recalls: Steps at which the seat wrote something that it is reminded of.
        sees: Steps whose texts it is shown: a mediator's statement, candidates, or what others wrote.
        hears: Of whom it is shown what they wrote (see `hearing.who_hears`); of everybody by default.

    Raises:
        StepError: No step of such a name has left a text.
    """
    shown: list[Shown] = []
    hearing: dict[str, list[str]] = {}
    who = who_hears(hears, state["seats"])
    for step in several(sees):
        found, authors = _texts_of(state, step, seat, who)
        shown += found
        hearing |= {step: authors} if authors else {}
    known = {**state.get("hearing", {}).get(seat, {}), **hearing}
    return {
        "seat": seat,
        "about": about,
        "question": state["question"],
        "proposition": state["proposition"],
        "own": {step: _written(state, step).get(seat) for step in several(recalls)},
        "shown": shown,
        "heard": [[_written(state, step)[a] for a in authors] for step, authors in known.items()],
        "hearing": hearing,
        "fed_back": {},
        "answered": {},
        "ballot": [],
    }


def _texts_of(state: Mapping[str, Any], step: str, seat: str, hears: Hears | None) -> tuple[list[Shown], list[str]]:
    title = step.replace("_", " ").capitalize()
    if step in state.get("statements", {}):
        held = state["statements"][step]
        return ([] if is_missing(held) else [{"title": title, "text": held}]), []
    if step in state.get("candidates", {}):
        return [one for one in _numbered(title, state["candidates"][step]) if one["text"]], []
    written = _written(state, step)
    seats = state["seats"]
    # What no seat wrote, such as a briefing, is for everybody.
    order = [s for s in seats if s in written] + [a for a in written if a not in seats]
    heard = [a for a in order if a not in seats or hears is None or a in hears.get(seat, ())]
    authors = [a for a in heard if a != seat and isinstance(written[a], str)]
    return _numbered(title, [written[a] for a in authors]), authors


def _numbered(title: str, texts: Sequence[str]) -> list[Shown]:
    return [{"title": f"{title} {k}", "text": text} for k, text in enumerate(texts, start=1)]


def _written(state: Mapping[str, Any], step: str) -> Mapping[str, Any]:
    texts = state.get("texts", {})
    if step not in texts:
        known = [*texts, *state.get("statements", {}), *state.get("candidates", {})]
        raise StepError(f"no step before has left texts called {step!r} (there are: {', '.join(known) or 'none'})")
    held: Mapping[str, Any] = texts[step]
    return held


def several(steps: str | Sequence[str]) -> Sequence[str]:
    """Names of steps; a single one may stand without a list."""
    return (steps,) if isinstance(steps, str) else steps


def lost(task: Task) -> Missing | None:
    """Why a seat can no longer take part: something it should be reminded of was never said."""
    for step, held in task["own"].items():
        if not isinstance(held, str):
            reason = held["missing"] if is_missing(held) else "not asked"
            return Missing("seat_lost", f"no {step}: {reason}")
    return None
