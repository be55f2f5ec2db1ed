"""The state of a deliberation, and how updates written in parallel are joined in it."""

from __future__ import annotations

from typing import Annotated, Any, Required

from typing_extensions import TypedDict  # Python 3.11's own one keeps LangGraph from telling a schema


def merge(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by seat (or item); a later update of the same key wins."""
    return {**(left or {}), **(right or {})}


def merge_deep(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by seat whose values are themselves keyed (by statement)."""
    joined = dict(left or {})
    for seat, update in (right or {}).items():
        joined[seat] = {**joined.get(seat, {}), **update}
    return joined


def merge_deeper(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by step whose values are keyed by seat, and theirs by what they are about."""
    joined = dict(left or {})
    for step, update in (right or {}).items():
        joined[step] = merge_deep(joined.get(step), update)
    return joined


class Agenda(TypedDict, total=False):
    """What a deliberation starts from: the question, and its declarative form where one is given."""

    question: Required[str]
    proposition: str


class ConsensusState(TypedDict, total=False):
    """What an episode leaves.

    `question` (and `proposition`, where given) go in. The parallel keys are keyed by seat. A text or code that
    could not be had is `{"missing": reason, "raw": ...}`. `mediations` says how each statement came about.
    `answers` and `utterances` hold the full rows, with probabilities, model and prompt, keyed `step/seat`.
    """

    question: str
    proposition: str
    proposition_source: str
    seats: list[str]
    positions: Annotated[dict[str, Any], merge]
    opinions: Annotated[dict[str, Any], merge]
    draft: Any
    critiques: Annotated[dict[str, Any], merge]
    revised: Any
    endorsements: Annotated[dict[str, dict[str, Any]], merge_deep]
    closing: Annotated[dict[str, dict[str, Any]], merge_deep]
    mediations: Annotated[dict[str, dict[str, Any]], merge]
    answers: Annotated[dict[str, dict[str, Any]], merge]
    utterances: Annotated[dict[str, dict[str, Any]], merge]


class DeliberationState(TypedDict, total=False):
    """What a protocol made of steps leaves (see `graphs.steps`).

    `question` (and `proposition`, where given) go in. All others are keyed by the step's name, then by seat. A text or
    code that could not be had is `{"missing": reason, "raw": ...}`.

    - `texts`: what seats wrote. `statements`: what a mediator made, and in `mediations` how; `candidates`: among what
      people choose.
    - `ratings`: by seat and by what was rated, coded 1..K. `rankings`: by seat, dense ranks from 0, lower is better.
      `votes`: by seat, a code; `outcomes`: how they were counted. `polls`: by seat and item.
    - `hearing`: by seat, whose words of which step it was shown, in that order.
    - `answers` and `utterances`: the full rows, with probabilities, model and prompt.
    """

    question: str
    proposition: str
    proposition_source: str
    seats: list[str]
    texts: Annotated[dict[str, dict[str, Any]], merge_deep]
    statements: Annotated[dict[str, Any], merge]
    candidates: Annotated[dict[str, list[str]], merge]
    mediations: Annotated[dict[str, dict[str, Any]], merge]
    ratings: Annotated[dict[str, dict[str, Any]], merge_deeper]
    rankings: Annotated[dict[str, dict[str, Any]], merge_deep]
    votes: Annotated[dict[str, dict[str, Any]], merge_deep]
    outcomes: Annotated[dict[str, dict[str, Any]], merge]
    polls: Annotated[dict[str, dict[str, Any]], merge_deep]
    hearing: Annotated[dict[str, dict[str, list[str]]], merge_deep]
    answers: Annotated[dict[str, dict[str, Any]], merge]
    utterances: Annotated[dict[str, dict[str, Any]], merge]
