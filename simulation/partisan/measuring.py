"""`minipublic evaluate partisan`: the gap between two parties in a table or a run, beside people's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...evaluators.partisan import evaluate_partisan
from ...evaluators.responses import Responses
from ..codebook import Codebook
from ..errors import InputError
from .reading import Columns, open_answers, read_answers, read_instrument, read_parties


def compare_partisans(
    responses: Path,
    instrument: str | Path,
    *,
    humans: Path | None = None,
    party: str | None = None,
    weight: str | None = None,
    condition: str | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> tuple[dict[str, Any], list[str]]:
    """Measures the gap of a table or a run folder, beside a human table where one is given.

    Args:
        responses: A table, or a run folder.
        instrument: A shipped name, or a codebook with a `gap`.
        humans: A table of people's answers.
        party: The party column of both; by default the instrument's, `party`.
        weight: The weight column of both; where only one has it, the other's rows count once each.
        condition: Which condition of a run folder.
        bootstrap: Resamples for intervals; 0 for none.
        seed: Of the resamples.

    Returns:
        What `measure_partisan` gives, and notes for the user.

    Raises:
        InputError: A file, a column or a code is wrong.
    """
    book, _ = read_instrument(instrument)
    table, human_table = open_answers(responses, condition), open_answers(humans) if humans else None
    weights, notes = _weights(weight, {str(responses): table} | ({str(humans): human_table} if humans else {}))
    simulated = read_answers(table, book, Columns(party, weights[0]), str(responses), "simulated")
    people = None
    if human_table is not None:
        people = read_answers(human_table, book, Columns(party, weights[-1]), str(humans), "human")
    notes += [*simulated.notes, *(people.notes if people else ())]
    found = measure_partisan(
        simulated.responses, book, people.responses if people else None, bootstrap=bootstrap, seed=seed
    )
    notes += [f"{label!r} was read as {read!r}" for label, read in found["read_as"].items()]
    if found["left_out"]:
        labels = ", ".join(f"{label or 'blank'} ({n})" for label, n in found["left_out_labels"].items())
        notes.append(f"{responses}: {found['left_out']} respondents of neither party are left out: {labels}")
    return found | {"weight": weight}, notes


def _weights(weight: str | None, tables: Mapping[str, Any]) -> tuple[list[str | None], list[str]]:
    """The weight column of each table, None where it has none, and a note on those."""
    if weight is None:
        return [None] * len(tables), []
    have = [weight in table.columns for table in tables.values()]
    if not any(have):
        raise InputError(f"--weight {weight}: no such column in {' or '.join(tables)}")
    notes = [
        f"{name}: no column {weight!r}; every row counts once"
        for name, there in zip(tables, have, strict=True)
        if not there
    ]
    return [weight if there else None for there in have], notes


def measure_partisan(
    responses: Responses, book: Codebook, humans: Responses | None = None, *, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """The gap that a codebook's items measure between its two parties.

    Args:
        responses: Answers to its items; the attribute `book.parties.attribute` says who belongs to which party, letter
            case and number aside.
        book: A codebook with a `gap`.
        humans: People's answers, with the same attribute, no respondent twice.
        bootstrap: Resamples for intervals; 0 for none.
        seed: Of the resamples.

    Returns:
        What `evaluators.partisan.evaluate_partisan` gives, and `instrument`, `parties`, `items`, `read_as` (labels
        that were read as a party's) and `left_out_labels`; see docs/partisan.md.

    Raises:
        InputError: The codebook has no gap, an item that it needs was not answered, a party has no member, or a human
            stands in more than one row.
    """
    if book.gap is None or book.parties is None:
        raise InputError(f"{book.path}: a codebook without `gap` and `parties` measures no gap between parties")
    sides = [_side(r, book, whose) for r, whose in ((responses, "respondents"), (humans, "humans")) if r is not None]
    first, second = (label.lower() for label in book.parties.labels)
    try:
        found = evaluate_partisan(
            responses,
            sides[0][0],
            book.roles,
            book.gap,
            names=(first, second),
            humans=(humans, sides[1][0]) if humans is not None else None,
            bootstrap=bootstrap,
            seed=seed,
        )
    except KeyError as error:
        raise InputError(f"{book.path}: {book.gap} needs the item {error}, which was not asked") from error
    neither = sides[0][0] < 0
    others = zip(responses.attributes[book.parties.attribute][neither], responses.respondents[neither], strict=True)
    return found | {
        "instrument": book.title,
        "parties": {key: side.plural for key, side in zip((first, second), book.parties.sides, strict=True)},
        "items": [item.code for item in responses.items],
        "read_as": {label: read for _, read_as in sides for label, read in read_as.items()},
        "left_out_labels": dict(Counter(str(label) for label, _ in sorted(set(others)))),
    }


def _side(responses: Responses, book: Codebook, whose: str) -> tuple[Any, Any]:
    assert book.parties is not None
    attribute = book.parties.attribute
    if attribute not in responses.attributes:
        raise InputError(f"the {whose} have no attribute {attribute!r}, so nobody's party is known")
    labels = responses.attributes[attribute]
    party, read_as = read_parties(labels, book.parties)
    for k, side in enumerate(book.parties.sides):
        if not (party == k).any():
            there = ", ".join(repr(str(label)) for label in np.unique(labels)[:8])
            raise InputError(
                f"no {side.label} among the {whose}: {attribute!r} holds {there}; write {side.label} or {side.plural}"
            )
    names, counts = np.unique(responses.respondents, return_counts=True)
    if whose == "humans" and (counts > 1).any():
        raise InputError(f"the human {str(names[counts > 1][0])!r} stands in more than one row")
    return party, read_as
