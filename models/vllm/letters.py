"""Which tokens of a served model stand for the option letters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ..errors import BadResponseError
from ..protocol import LETTERS

Tokenise = Callable[[str], Awaitable[dict[str, Any]]]
# The commonest first: a request may name only so many tokens.
_FORMS = [before + "{}" + after for after in ("", ")", ".", ":") for before in ("", " ", "(", " (", "\n")]


async def letter_tokens(tokenise: Tokenise, options: int) -> dict[int, str]:
    """The tokens that spell a letter with what may be glued to it, such as " A", "(A" and "A)".

    Args:
        tokenise: Asks the server for a text's tokens.
        options: For the letters of how many options.

    Returns:
        Token id to letter; for every letter a form before any letter's next one.

    Raises:
        BadResponseError: The server does not say.
    """
    forms = [(form.format(letter), letter) for form in _FORMS for letter in LETTERS[:options]]
    answers = await asyncio.gather(*(tokenise(text) for text, _ in forms))
    return {
        ids[0]: letter
        for answer, (_, letter) in zip(answers, forms, strict=True)
        if len(ids := token_ids(answer)) == 1  # a form of several tokens begins with a bracket, which says no letter
    }


def token_ids(answer: dict[str, Any]) -> list[int]:
    """The tokens in what `/tokenize` answered.

    Raises:
        BadResponseError: There are none.
    """
    try:
        return [int(token) for token in answer["tokens"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadResponseError("the server's /tokenize gave no tokens", raw=str(answer)) from error
