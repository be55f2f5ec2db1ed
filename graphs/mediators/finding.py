"""Mediators by name: those that are here, and a user's own in a file or an installed module."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from .baselines import BestOpinion, MedianOpinion, RandomOpinion
from .habermas import Habermas
from .options import OptionError, nearest
from .protocol import Mediator
from .summary import summary
from .welfare import Welfare

_SELF_MADE = "`FILE.py:function` and `module:function` name one of your own"


class UnknownMediatorError(ValueError):
    """No mediator has this name, or what has it is none."""


_BUILT_IN: dict[str, Callable[..., Mediator]] = {
    "summary": lambda: summary,
    "habermas": Habermas,
    "welfare": Welfare,
    "median_opinion": MedianOpinion,
    "best_opinion": BestOpinion,
    "random_opinion": RandomOpinion,
}


def mediator_names() -> tuple[str, ...]:
    """The names of the mediators that are here."""
    return tuple(_BUILT_IN)


def find_mediator(name: str, /, folder: str | Path | None = None, own: bool = True, **options: Any) -> Mediator:
    """The mediator of this name, with its options.

    Of a user's own function the options are the keyword arguments after `case` and `desk`; a user's class is made with
    the options, and its instances are the mediators.

    Args:
        name: One of `mediator_names()`, or `FILE.py:function` or `module:function`.
        folder: Where relative paths start; by default the working directory.
        own: A user's own code may be run; False where the name comes from somebody else, as on a server.
        options: What the mediator takes, such as `candidates=8`.

    Raises:
        UnknownMediatorError: There is no such name, file, module or function, the file does not load, or what is there
            is no mediator.
        OptionError: The mediator has no such option, or the option no such value.
        ChoiceError: A social choice rule that is named does not exist.
    """
    if ":" in name and own:
        return _own(name, Path(folder or "."), options)
    if name not in _BUILT_IN:
        known = ", ".join(mediator_names())
        more = f"; {_SELF_MADE}" if own else ""
        raise UnknownMediatorError(f"no mediator {name!r}{nearest(name, _BUILT_IN)} (there are {known}{more})")
    make = _BUILT_IN[name]
    _check_options(name, list(inspect.signature(make).parameters), options)
    return make(**options)


def _own(name: str, folder: Path, options: Mapping[str, Any]) -> Mediator:
    where, _, attribute = name.rpartition(":")
    module = _file(folder / where, name) if where.endswith(".py") else _module(where, name)
    found = getattr(module, attribute, None)
    if found is None:
        there = [n for n, thing in vars(module).items() if callable(thing) and not n.startswith("_")]
        raise UnknownMediatorError(f"{where} has no {attribute!r}{nearest(attribute, there)} (mediator {name!r})")
    if not callable(found):
        raise UnknownMediatorError(
            f"{name!r} is a {type(found).__name__}, which cannot be called; a mediator is a function of a case and a desk"
        )
    return _made(name, found, options) if isinstance(found, type) else _with_options(name, found, options)


def _made(name: str, found: type, options: Mapping[str, Any]) -> Mediator:
    """An instance of a user's class."""
    _check_options(name, _keywords(name, found, skip=0), options)
    try:
        made = found(**options)
    except TypeError as error:
        raise OptionError(f"{name} cannot be made: {error}") from error
    if not callable(made):
        raise UnknownMediatorError(
            f"what {name!r} makes cannot be called; give the class a `__call__(self, case, desk)`"
        )
    _keywords(name, made, skip=2)
    return made  # type: ignore[no-any-return]


def _with_options(name: str, found: Callable[..., Any], options: Mapping[str, Any]) -> Mediator:
    """A user's function, its options filled in."""
    _check_options(name, _keywords(name, found, skip=2), options)
    if not options:
        return found
    filled = partial(found, **options)
    filled.name = getattr(found, "name", None) or found.__name__  # type: ignore[attr-defined]
    return filled


def _keywords(name: str, found: Callable[..., Any], skip: int) -> list[str] | None:
    """What can be given by keyword after the first arguments; None where anything can.

    Raises:
        UnknownMediatorError: It does not take so many arguments, or needs others besides.
    """
    parameters = list(inspect.signature(found).parameters.values())
    placed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(placed) < skip and not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        raise UnknownMediatorError(f"{name!r} takes {len(placed)} arguments; a mediator takes two, a case and a desk")
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return [p.name for p in (*placed[skip:], *(p for p in parameters if p.kind is p.KEYWORD_ONLY))]


def _check_options(name: str, known: list[str] | None, options: Mapping[str, Any]) -> None:
    for option in options if known is not None else ():
        if option not in (known or ()):
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise OptionError(f"the mediator {name} has no option {option!r}{nearest(option, known or ())} ({takes})")


def _file(path: Path, name: str) -> ModuleType:
    path = path.expanduser().resolve()
    if not path.is_file():
        raise UnknownMediatorError(f"there is no file {path} (mediator {name!r})")
    called = f"minipublic_own_{hashlib.blake2b(str(path).encode(), digest_size=8).hexdigest()}"
    if called in sys.modules:
        return sys.modules[called]
    spec = spec_from_file_location(called, path)
    if spec is None or spec.loader is None:
        raise UnknownMediatorError(f"{path} is no Python file (mediator {name!r})")
    module = sys.modules[called] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[called]
        raise UnknownMediatorError(
            f"{path} does not load: {type(error).__name__}: {error} (mediator {name!r})"
        ) from error
    return module


def _module(where: str, name: str) -> ModuleType:
    try:
        return import_module(where)
    except Exception as error:
        raise UnknownMediatorError(
            f"the module {where!r} does not load: {type(error).__name__}: {error} (mediator {name!r}; {_SELF_MADE})"
        ) from error
