"""One round of the Habermas Machine's data: its rows, the two statements that won, and how far each person agreed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from .habermas_files import Files, Row, listed, person_of


class ContradictionError(ValueError):
    """Rows of a round say different things of the same."""


def only(what: str, values: Iterable[object]) -> str:
    """The one text among these; "" where there is none.

    Raises:
        ContradictionError: There are several.
    """
    found = {t.strip() for value in values for t in listed(value) if isinstance(t, str) and t.strip()}
    if len(found) > 1:
        raise ContradictionError(what)
    return found.pop() if found else ""


def by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each person, in order of appearance."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(person_of(row), []).append(row)
    return found


def of_iteration(rows: Iterable[Row], index: int) -> list[Row]:
    """The rows of an iteration: 0 is before the critiques, 1 after."""
    return [row for row in rows if row["iteration_index"] == index]


def winners(rows: Sequence[Row], files: Files) -> tuple[str | None, str | None]:
    """The statements that won before and after the critiques; None where that is not on record.

    Rows after the critiques carry, as `top_candidate`, the statement that was criticised. So a top candidate is taken
    for the winner of the iteration whose candidates it is among. Failing that, the last one is what the round survey
    showed, if it showed one alone; and either is the candidate that most people rank above each other one, if there is
    such a candidate: the source's rule (Schulze) elects it too.

    Raises:
        ContradictionError: Several statements won.
    """
    first, second = of_iteration(rows, 0), of_iteration(rows, 1)
    before, after = set(_candidates(first)), set(_candidates(second)) - set(_candidates(first))
    top = {t.strip() for row in rows for t in listed(row.get("top_candidate.text")) if t and t.strip()}
    ends = {t for row in rows for t in files.ends.get(files.key(row), ())} & after
    criticised = [row.get("top_candidate.text") for row in second] if not before else []
    draft = only("the draft", [*(top & before), *criticised]) or _preferred(first)
    shown = ends if len(ends) == 1 else ()
    revised = only("the revised statement", top & after or shown) or _preferred(second)
    return draft or None, revised or None


def agreement(rows: Iterable[Row], statement: str) -> int | None:
    """How far a person agreed with a statement, 1 to 7; None is not on record.

    Raises:
        ContradictionError: There are several ratings, or not one for each candidate.
    """
    found: set[int] = set()
    for row in rows:
        texts, ratings = listed(row["candidates.text"]), row["ratings.agreement"]
        if ratings and len(ratings) != len(texts):
            raise ContradictionError("the ratings")
        rated = zip(texts, ratings, strict=False)
        found |= {rating for text, rating in rated if rating and text and text.strip() == statement}
    if len(found) > 1:
        raise ContradictionError("the ratings")
    return found.pop() if found else None


def _candidates(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from (text.strip() for text in listed(row["candidates.text"]) if text)


def _preferred(rows: Sequence[Row]) -> str:
    """The candidate that beats each other one by a majority of rankings; "" if none does."""
    texts: dict[str, str] = {}
    for row in rows:
        shown = zip(listed(row.get("candidates.metadata.id")), listed(row["candidates.text"]), strict=False)
        texts |= {id: text.strip() for id, text in shown if text}
    ballots = [ballot for own in by_person(rows).values() if (ballot := _ballot(own))]
    margins = dict.fromkeys(permutations(texts, 2), 0)
    for ballot in ballots:
        for a, b in margins:
            margins[a, b] += (ballot[a] < ballot[b]) - (ballot[a] > ballot[b]) if a in ballot and b in ballot else 0
    best = [a for a in texts if ballots and all(margins[a, b] > 0 for b in texts if b != a)]
    return texts[best[0]] if len(best) == 1 else ""


def _ballot(rows: Iterable[Row]) -> dict[str, int]:
    """Rank by candidate id, 0 is best; negative ranks were not given by a person."""
    return {
        id: rank
        for row in rows
        for id, rank in zip(
            listed(row.get("rankings.candidate_ids")), listed(row.get("rankings.numerical_ranks")), strict=False
        )
        if rank is not None and rank >= 0
    }
