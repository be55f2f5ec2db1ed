"""YAML files with line numbers, duplicate keys refused."""

from __future__ import annotations

import re
from collections.abc import Hashable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from ..models.unicode_text import well_formed
from .errors import InputError

Lines = dict[tuple[str, ...], int]

_MERGE, _NULL = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:null"
# What the parser says when it stumbles, and what is usually behind it.
_REMEDIES = {
    "mapping values are not allowed": "put quotes around a text that holds `: `",
    "cannot start any token": "indent with spaces, and put quotes around a text that starts with % @ ` or a tab",
    "expected": "put quotes around a text that holds ? : , [ ] { }; is the file complete?",
    "found unexpected end of stream": "a quote is not closed; is the file complete?",
    "could not find expected ':'": "write `key: value`; is the file complete?",
    "found undefined alias": "write the &name before its *name, or quote a text that starts with *",
    "could not determine a constructor": "put quotes around a text that starts with !",
}


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, and a key that is no scalar; writes halves of characters out."""

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        return well_formed(super().construct_scalar(node))

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            if key_node.tag == _MERGE:
                continue
            mark = key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                said = "a key must be one word or number; put quotes around a text that starts with { or ["
                raise yaml.constructor.ConstructorError(None, None, said, mark)
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                said = f"the key {key!r} stands twice (first in line {seen[key]}); rename or remove one"
                raise yaml.constructor.ConstructorError(None, None, said, mark)
            seen[key] = mark.line + 1
        return super().construct_mapping(node, deep)


# Only true and false are truth values, as in YAML 1.2: a label "no" or a country "NO" stays a word.
_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


class _TextLoader(_Loader):
    """Reads every scalar as the text it is, so that Yes and No stay words and 01 keeps its zero; null is ""."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag in (_MERGE, _NULL)]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_TextLoader.add_constructor(_NULL, lambda loader, node: "")


def load_yaml(path: Path, text_only: bool = True) -> tuple[dict[str, Any], Lines]:
    """Reads a YAML file that holds a mapping.

    Args:
        path: The file.
        text_only: Read every scalar as text, nothing and `null` as ""; otherwise as YAML 1.1 types.

    Returns:
        The mapping, and the line (from 1) of every place in it, by the keys that lead there.

    Raises:
        InputError: The file is missing, malformed or half-written, holds a key twice, or is no mapping.
    """
    text = _read(path)
    try:
        loader = (_TextLoader if text_only else _Loader)(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # ValueError: a date such as 2020-13-45
        raise InputError(f"{path}{_said(error, text)}") from error
    if not isinstance(data, dict):
        found = "nothing" if data is None else "a list" if isinstance(data, list) else repr(data)
        raise InputError(f"{path}:1: expected a mapping (`key: value` lines), found {found:.60}")
    lines: Lines = {}
    try:
        _note_lines(node, (), lines)
    except RecursionError as error:
        raise InputError(f"{path}: a *name stands inside its own &name; write the value out") from error
    return data, lines


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file{nearest_file(path)}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: not readable ({error.strerror})") from error


def _said(error: Exception, text: str) -> str:
    """`:LINE: what is wrong; what to do`."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f":{line}: not valid YAML: an unprintable character; is the file complete, and a text file?"
    if not isinstance(error, yaml.MarkedYAMLError):
        return f": not valid YAML: {error}; put quotes around the value"
    line_text = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
    said = error.problem or error.context or ""
    remedy = next((f"; {remedy}" for start, remedy in _REMEDIES.items() if start in said), "")
    return f"{line_text}: not valid YAML: {said}{remedy}"


def _note_lines(node: yaml.Node | None, place: tuple[str, ...], lines: Lines) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for k, value in enumerate(node.value):
            lines[(*place, str(k))] = value.start_mark.line + 1
            _note_lines(value, (*place, str(k)), lines)


def nearest_file(path: Path) -> str:
    """`; did you mean PATH?`, where the folder holds a file of almost that name; else ""."""
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""


def nearest_name(name: str, known: list[str]) -> str:
    """`; did you mean 'NAME'?`, where one is almost the same, letter case aside; else ""."""
    folded = {k.lower(): k for k in reversed(known)}
    close = get_close_matches(name.lower(), folded, n=1)
    return f"; did you mean `{folded[close[0]]}`?" if close else ""
