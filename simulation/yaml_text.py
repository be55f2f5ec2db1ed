"""YAML files with line numbers, duplicate keys refused."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from .errors import InputError

Lines = dict[tuple[str, ...], int]


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key, line = self.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if isinstance(key, str | int | float | bool) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice (first in line {seen[key]})", key_node.start_mark
                )
            seen[key] = line
        return super().construct_mapping(node, deep)


class _TextLoader(_Loader):
    """Reads every scalar as the text it is, so that Yes and No stay words and 01 keeps its zero."""


_TextLoader.yaml_implicit_resolvers = {"<": yaml.SafeLoader.yaml_implicit_resolvers["<"]}  # merge keys only


def load_yaml(path: Path, text_only: bool = True) -> tuple[dict[str, Any], Lines]:
    """Reads a YAML file that holds a mapping.

    Args:
        path: The file.
        text_only: Read every scalar as text; otherwise as YAML types.

    Returns:
        The mapping, and the line of every place in it, by the keys that lead there.

    Raises:
        InputError: The file is missing, malformed or half-written, holds a key twice, or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file{_nearest(path)}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as UTF-8 text ({error})") from error
    loader = (_TextLoader if text_only else _Loader)(text)
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        said = error.problem or error.context or ""
        hint = "; put quotes around a text that holds ? : , [ ] { }" if said.startswith("expected") else ""
        raise InputError(f"{path}{line}: not valid YAML: {said}{hint}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise InputError(
            f"{path}: expected a mapping (`key: value` lines), found {'nothing' if data is None else 'other'}"
        )
    lines: Lines = {}
    assert node is not None
    _note_lines(node, (), lines)
    return data, lines


def _note_lines(node: yaml.Node, place: tuple[str, ...], lines: Lines) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for k, value in enumerate(node.value):
            lines[(*place, str(k))] = value.start_mark.line + 1
            _note_lines(value, (*place, str(k)), lines)


def _nearest(path: Path) -> str:
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""
