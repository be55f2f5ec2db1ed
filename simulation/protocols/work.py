"""One episode of a protocol: from a unit to the rows it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plan import Unit

_NOT_SHOWN = ("answers", "utterances", "seats", "question")


def rows_of(state: Mapping[str, Any], unit: Unit, question: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of an episode for the tables of records and of utterances."""
    own = own_columns(unit)
    records = [{**row, **own} for row in state.get("answers", {}).values()]
    told = {**own, "group": unit.group, "question": question}
    return records, [{**row, **told} for row in state.get("utterances", {}).values()]


def own_columns(unit: Unit) -> dict[str, Any]:
    """The columns that say of which episode a row is."""
    return {"episode": unit.episode, "condition": unit.condition.name, "replicate": unit.replicate}


def seated(unit: Unit) -> dict[str, Any]:
    """Who sat where, as a transcript says it."""
    return {
        seat: {"persona": p.id, "attributes": dict(p.attributes), "weight": p.weight} for seat, p in unit.seats.items()
    }


def transcript(state: Mapping[str, Any], unit: Unit, question: str) -> dict[str, Any]:
    """An episode's line in the transcripts: who sat where, and all that the steps left but the rows."""
    left = {key: value for key, value in state.items() if key not in _NOT_SHOWN}
    return {**own_columns(unit), "group": unit.group, "seats": seated(unit), "question": question, **left}
