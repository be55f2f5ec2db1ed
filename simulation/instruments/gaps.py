"""Which gap between two parties a codebook's items measure, and which item plays which part in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...evaluators.partisan import Gap, Roles
from ...personas.parties import Parties
from ...personas.questions import Perspective, Question
from ..errors import InputError
from ..yaml_text import Lines

if TYPE_CHECKING:
    from ..codebook import Codebook


def find_roles(questions: Sequence[Question], parties: Parties | None) -> Roles:
    """The items by the part that their perspectives and targets give them.

    Raises:
        ValueError: There are no parties.
    """
    if parties is None:
        raise ValueError("a codebook without `parties` measures no gap between them")

    def codes(perspective: Perspective, *targets: str) -> tuple[str, ...]:
        return tuple(q.code for q in questions if q.perspective == perspective and q.target in targets)

    first, second = parties.labels
    return Roles(
        first=codes("self", first),
        second=codes("self", second),
        oneself=codes("self", ""),
        ingroup=codes("ingroup", "{own}"),
        outgroup=codes("outgroup", "{other}"),
        meta_own=codes("meta", "{own}"),
        meta_other=codes("meta", "{other}"),
    )


def needed_roles(gap: Gap, parties: Parties) -> dict[str, str]:
    """The parts without which there is no gap, and what an item says to play each."""
    first, second = parties.labels
    about = {"first": f"`target: {first}` and no perspective", "second": f"`target: {second}` and no perspective"}
    meta = {
        "meta_own": "`perspective: meta` and `target: '{own}'`",
        "meta_other": "`perspective: meta` and `target: '{other}'`",
    }
    of_gap: dict[Gap, dict[str, str]] = {
        "hostility": about,
        "subversion": {"oneself": "`perspective: self` and no target", "outgroup": "`perspective: outgroup`"},
        "meta_perception": about | meta,
    }
    return of_gap[gap]


def check_gap(path: Path, book: Codebook, lines: Lines) -> None:
    """Looks whether a codebook that names a gap has the items for it.

    Raises:
        InputError: Parties are missing, no item plays a part, or the items of the gap are not on one ordered scale.
    """
    if book.gap is None:
        return
    where = f"{path}:{lines.get(('gap',), 0)}: gap"
    if book.parties is None:
        raise InputError(f"{where}: {book.gap} is a gap between two parties; name them under `parties`")
    for role, said in needed_roles(book.gap, book.parties).items():
        if not book.roles.of(role):
            raise InputError(f"{where}: {book.gap} needs an item with {said}, and there is none")
    lengths: dict[int, str] = {}
    for code in book.roles.of(*needed_roles(book.gap, book.parties)):
        question = book.items[code].question
        line = lines.get(("items", code), 0)
        if not question.ordinal:
            raise InputError(f"{path}:{line}: items.{code}.ordinal: a {book.gap} gap needs answers that have an order")
        lengths.setdefault(sum(not o.missing for o in question.options), code)
        if len(lengths) > 1:
            raise InputError(
                f"{path}:{line}: items.{code}.options: the items of a {book.gap} gap need the same number of options "
                f"(items.{next(iter(lengths.values()))} has {next(iter(lengths))})"
            )
