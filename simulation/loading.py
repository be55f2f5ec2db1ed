"""From a study file to a validated `Study`; every error names the line and what would be right."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from .errors import InputError
from .named_models import MisplacedError
from .study import Study
from .yaml_text import load_yaml, nearest_name

# By kind of study, the command that carries it out.
COMMANDS = {
    "survey": "run",
    "consensus": "run",
    "protocol": "run",
    "representatives": "train",
    "backstories": "personas generate",
}
DATA_VARIABLE = "MINIPUBLIC_DATA"
Lines = Mapping[tuple[str, ...], int]
Schema = TypeVar("Schema", bound=BaseModel)


def load_study(path: Path, overrides: Sequence[str] = (), model: str | None = None) -> Study:
    """Reads and validates a study file that is run.

    Args:
        path: The file.
        overrides: `key=value` with dots into sections (`population.sample=100`); the value is read as YAML.
        model: A model spec in the place of the file's.

    Raises:
        InputError: Something is wrong, at a place the message names.
    """
    data, lines = read_study(path, overrides, "run")
    if model:
        data["model"] = replaced_model(data, model)
    return validated(path, data, lines, Study)


def read_study(path: Path, overrides: Sequence[str], command: str) -> tuple[dict[str, Any], Lines]:
    """What a study file says, with the line of every place in it.

    Args:
        path: The file.
        overrides: As for `load_study`.
        command: What is to be done with it: a value of `COMMANDS`; "" is anything.

    Raises:
        InputError: It is not readable, or a study of another kind.
    """
    data, lines = load_yaml(path, text_only=False)
    for override in overrides:
        _apply(data, override)
    kind = data.get("kind")
    where = f"{path}{f':{line}' if (line := lines.get(('kind',))) else ''}: kind"
    if isinstance(kind, str) and kind not in COMMANDS:
        raise InputError(
            f"{where}: no kind of study is called {kind!r}{nearest_name(kind, list(COMMANDS))} "
            f"(there are {', '.join(COMMANDS)})"
        )
    if isinstance(kind, str) and command not in ("", COMMANDS[kind]):
        raise InputError(f"{where}: {kind} is for another command: minipublic {COMMANDS[kind]} {path}")
    return data, lines


def validated(path: Path, data: dict[str, Any], lines: Lines, schema: type[Schema]) -> Schema:
    """The study that a file's content is.

    Raises:
        InputError: Something is wrong, at a place the message names.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise InputError(_explain(path, error, data, lines, schema)) from error


def replaced_model(data: dict[str, Any], model: str) -> Any:
    """The participants' model with another spec, or another one by name."""
    held, named = data.get("model"), data.get("models")
    if isinstance(held, str) and isinstance(named, dict):
        held = named.get(held)
    if ":" not in model or not isinstance(held, dict):
        return model
    # Another model may not take the options and the adapter that went with the file's.
    return model if held.keys() & {"options", "adapter"} else {**held, "spec": model}


def _apply(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise InputError(f"--set {override}: write key=value, such as --set population.sample=100")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"--set {override}: the value is not YAML; quote it ({error})") from error
    *sections, last = key.split(".")
    place = data
    for section in sections:
        inner = place.setdefault(section, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {override}: {section!r} is no section")
        place = inner
    place[last] = value


def _explain(path: Path, error: ValidationError, data: dict[str, Any], lines: Lines, schema: type[BaseModel]) -> str:
    problems = []
    for problem in error.errors():
        place = tuple(str(part) for part in problem["loc"] if not str(part).startswith("function-"))
        raised = problem.get("ctx", {}).get("error")
        place += raised.place if isinstance(raised, MisplacedError) else ()
        where = ".".join(place)
        line = _line(place, lines)
        said = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            said = _unknown_key(place, schema)
        problems.append(f"{path}{f':{line}' if line else ''}: {f'{where}: ' if where else ''}{said}")
    return "\n".join(problems)


def _line(place: tuple[str, ...], lines: Lines) -> int | None:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def _unknown_key(place: tuple[str, ...], schema: type[BaseModel]) -> str:
    known = sorted(_section(place[:-1], schema))
    close = get_close_matches(place[-1], known, n=1)
    hint = f"; did you mean `{close[0]}`?" if close else ""
    return f"unknown key `{place[-1]}`{hint} (known here: {', '.join(known)})"


def _section(place: tuple[str, ...], schema: type[BaseModel]) -> set[str]:
    model: type[BaseModel] | None = schema
    of_names = False  # a mapping from names the user chose
    for part in place:
        if of_names or part.isdigit() or model is None:
            of_names = False
            continue
        field = model.model_fields.get(part)
        of_names = field is not None and get_origin(field.annotation) is dict
        model = next(iter(_models_in(field.annotation)), None) if field else None
    return {field.alias or name for name, field in model.model_fields.items()} if model else set()


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_in(inner)]


def resolve(study_file: Path, data: str | None, given: str) -> Path:
    """A path in a study file: relative to the file, with `{data}` the data folder.

    Raises:
        InputError: The path needs the data folder and none is known, or nothing is there.
    """
    if "{data}" in given:
        folder = data or os.environ.get(DATA_VARIABLE)
        if not folder:
            raise InputError(
                f"{study_file}: {given} needs the data folder; give --set data=FOLDER or set {DATA_VARIABLE}"
            )
        given = given.replace("{data}", str(Path(folder).expanduser().resolve()))
    path = Path(given).expanduser()
    path = path if path.is_absolute() else study_file.parent / path
    if not path.exists():
        raise InputError(f"{study_file}: {path} does not exist")
    return path
