"""What a request says of the options: from its context, or from the lettered lines of its prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..protocol import LETTERS, Request

_LINE = re.compile(r"^[ \t]*\(?([A-Z])[).][ \t]+(\S.*)$", re.MULTILINE)


def in_codebook_order(context: Mapping[str, Any], options: int) -> tuple[list[int], list[int]]:
    """The places of the options that are answers, lowest first, and the places of those that are none.

    A list in the context that is not as long as there are options says nothing and is passed over.
    """
    flags = _list(context, "missing_options", options)
    asked = [k for k in range(options) if not flags[k]] if flags else list(range(options))
    ranks = _list(context, "option_rank", options)
    if ranks and all(isinstance(r, int | float) for r in ranks):
        asked.sort(key=ranks.__getitem__)
    return asked, [k for k in range(options) if flags[k]] if flags else []


def option_count(item: Mapping[str, Any]) -> int:
    """How many options an item's context lists; 0 where it lists none."""
    listed = (item.get(key) for key in ("option_codes", "option_rank", "missing_options"))
    return min(next((len(x) for x in listed if isinstance(x, list | tuple) and x), 0), len(LETTERS))


def lettered_options(text: str) -> list[str]:
    """The options of the last question in a prompt, from its lines "(A) text", "(B) text", …"""
    found: list[str] = []
    for letter, option in _LINE.findall(text[-20_000:]):
        if letter == "A":
            found = [option.strip()]
        elif found and letter == LETTERS[min(len(found), len(LETTERS) - 1)]:
            found.append(option.strip())
    return found


def last_text(request: Request) -> str:
    """What the prompt's last message says."""
    messages = request.prompt.messages
    return messages[-1].content if messages else ""


def _list(context: Mapping[str, Any], key: str, length: int) -> Sequence[Any]:
    held = context.get(key)
    return held if isinstance(held, list | tuple) and len(held) == length else ()
