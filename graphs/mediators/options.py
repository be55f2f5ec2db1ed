"""Options of mediators, as study files give them: checked when the mediator is made, not in the middle of a study."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class OptionError(ValueError):
    """A mediator has no such option, or the option no such value."""


def one_of(mediator: str, option: str, value: Any, choices: tuple[str, ...]) -> None:
    """Refuses a value that is none of the choices.

    Raises:
        OptionError: It is none.
    """
    if value not in choices:
        raise OptionError(f"{mediator}: {option}: {value!r} is none of {', '.join(choices)}{nearest(value, choices)}")


def whole(mediator: str, option: str, value: Any, most: int | None = None) -> None:
    """Refuses what is no whole number from 1 up.

    Raises:
        OptionError: It is none.
    """
    if type(value) is not int or value < 1 or (most is not None and value > most):
        upper = "up" if most is None else f"to {most}"
        raise OptionError(f"{mediator}: {option}: {value!r} is no whole number from 1 {upper}")


def truth(mediator: str, option: str, value: Any) -> None:
    """Refuses what is neither true nor false.

    Raises:
        OptionError: It is neither.
    """
    if type(value) is not bool:
        raise OptionError(f"{mediator}: {option}: {value!r} is neither true nor false")


def nearest(word: Any, known: Iterable[str]) -> str:
    """What asks "did you mean …?" where one of those known looks like the word; else nothing."""
    close = get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
