"""The state of a deliberation, and how updates written in parallel are joined in it."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict


def merge(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by seat (or item); a later update of the same key wins."""
    return {**(left or {}), **(right or {})}


def merge_deep(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any]:
    """Joins two updates keyed by seat whose values are themselves keyed (by statement)."""
    joined = dict(left or {})
    for seat, update in (right or {}).items():
        joined[seat] = {**joined.get(seat, {}), **update}
    return joined


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
