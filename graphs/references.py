"""What steps written as plain data refer to: each name must be that of something a step before leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .steps import StepError
from .steps.task import several

_WRITTEN = ("collect", "discuss")
_TEXTS = ("collect", "brief", "mediate", "discuss")
_POLLS = ("position", "ask")
# By option, what kinds of steps leave what it names.
_READS: dict[str, tuple[str, ...]] = {
    "recalls": _WRITTEN,
    "sees": _TEXTS,
    "of": _TEXTS,
    "on": _TEXTS,
    "opinions": _WRITTEN,
    "critiques": _WRITTEN,
    "previous": ("mediate",),
    "positions": ("position",),
    "feedback": _POLLS,
}
_ROUNDS = 2  # of a discussion that does not say


def check_references(place: str, kind: str, options: Mapping[str, Any], left: Mapping[str, str]) -> None:
    """Looks whether what a step refers to is there by the time it runs.

    Args:
        place: Of the step, for the message.
        kind: Of the step.
        options: Of the step.
        left: What the steps before leave: by name, the kind of step.

    Raises:
        StepError: Something is not there.
    """
    named = {"opinions": "opinion", **options} if kind == "mediate" else options
    for option, kinds in _READS.items():
        there = [name for name, by in left.items() if by in kinds]
        for name in several(named.get(option) or ()):
            if name not in there and not any(name.startswith(f"{one}_moderator_") for one in there):
                known = ", ".join(there) or "none"
                raise StepError(
                    f"{place}: {option}: no {', '.join(kinds)} step before this one leaves {name!r} (there are: {known})"
                )


def left_by(kind: str, name: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a step leaves for those after it: names, and the kind of step."""
    if kind == "discuss":
        yield from ((f"{name}_{r}", kind) for r in range(1, options.get("rounds", _ROUNDS) + 1))
        return
    yield name, kind
    if options.get("materials"):
        yield f"{name}_materials", "brief"


def check_values(place: str, options: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """Looks whether options are of the kind that a builder's signature says.

    Args:
        place: Of the step, for the message.
        options: As somebody wrote them down.
        kinds: By option, its annotation.

    Raises:
        StepError: One is not.
    """
    for option, value in options.items():
        wanted, fits = _KINDS.get(kinds[option], ("", lambda value: True))
        if not fits(value):
            raise StepError(f"{place}: `{option}` is {wanted}, got {value!r}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


_KINDS: dict[str, tuple[str, Any]] = {
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "int": ("a whole number", _whole),
    "int | None": ("a whole number", lambda value: value is None or _whole(value)),
    "float": ("a number", lambda value: _whole(value) or isinstance(value, float)),
    "str": ("a text", lambda value: isinstance(value, str)),
    "Sequence[str]": ("a list of texts", _texts),
    "str | Sequence[str]": ("a name or a list of names", lambda value: isinstance(value, str) or _texts(value)),
}
