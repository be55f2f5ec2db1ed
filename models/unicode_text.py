"""Text that a file can hold: what is half a character is written out."""

from __future__ import annotations

import re

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def well_formed(text: str) -> str:
    r"""The text as UTF-8 can hold it.

    Python's texts may hold the halves of characters (surrogates), which no UTF-8, JSON or Parquet file can. Two halves that
    belong together become the character they make; a lone one becomes six signs such as `\ud800`. All else stays as it is.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        whole = _PAIR.sub(_joined, text)
        return whole.encode(errors="backslashreplace").decode()
    return text


def _joined(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")
