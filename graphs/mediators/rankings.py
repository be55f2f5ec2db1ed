"""Rankings as text, "A > C = B > D": A before C and B, which are level, and D last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...models.protocol import LETTERS

MOST = len(LETTERS)  # each candidate has a letter

_THOUGHT = re.compile(r".*</think(?:ing)?>", re.DOTALL)
_TAG = re.compile(r"</?[a-z]{2,}>|</?[bi]>")
_SPELLED = (("&gt;", ">"), (r"\succ", ">"), (r"\sim", "="), (r"\text", " "), (r"\mathbf", " "))
_WORD = re.compile(r"\b(?:statement|candidate|option)s?\s+(?=[(\[{*_\"'`“‘]{0,4}[A-Za-z]\b)", re.IGNORECASE)
# Marks around letters say nothing; anything else that is neither letter nor sign ends a ranking.
_TOKEN = re.compile(
    r"(?P<mark>[\s()\[\]{}*_`\"'“”‘’$\\.]+)|(?P<better>[>≻＞]+)|(?P<level>=+|[~∼≈＝])|(?P<other>[^\W_]+|.)"
)
_MARKS = " \t\n()[]{}*_`\"'“”‘’$\\."
_FINAL = re.compile(r"\b(?:final(?:ly)?\b[\w ,']{0,30}|answer(?: is| would be)?)\s*[:=–—-]?$", re.IGNORECASE)


def render_ranking(ranks: Sequence[int]) -> str:
    """A ranking as text.

    Args:
        ranks: One for each candidate, lower is better, equal is level; the first candidate is A.

    Raises:
        ValueError: There are more than 26 candidates.
    """
    if len(ranks) > MOST:
        raise ValueError(f"a ranking by letters holds at most {MOST} candidates, not {len(ranks)}")
    levels = sorted(set(ranks))
    return " > ".join(" = ".join(LETTERS[k] for k, r in enumerate(ranks) if r == level) for level in levels)


def parse_ranking(text: str, candidates: int) -> tuple[int, ...] | None:
    """Reads a ranking out of a model's reply.

    Read are `>`, `≻`, `>>` and `&gt;` for better and `=`, `~` and `≈` for level; letters of either case, alone or in
    brackets, bold or after "statement"; whatever else is said around it. `≥` and `<` are not: they leave open, or turn
    round, what is meant. Where several rankings are given, the last one that stands after "final …" or "answer" counts,
    and without such a word all complete ones must say the same.

    Args:
        text: The reply.
        candidates: How many there are: A, B, …; at least two, at most 26.

    Returns:
        Dense ranks from 0, one for each candidate, lower is better; None unless every candidate stands exactly once
        in the ranking.
    """
    chains = list(_chains(_plain(text)))
    final = [chain for chain in chains if chain.final]
    if final:
        return final[-1].ranks(candidates)
    complete = {ranks for chain in chains if (ranks := chain.ranks(candidates)) is not None}
    return complete.pop() if len(complete) == 1 else None


@dataclass(frozen=True, slots=True)
class _Chain:
    """Letters and signs that stand together.

    Args:
        tokens: The kinds and what was said: `letter`, `better`, `level`.
        final: It is announced as the last word.
    """

    tokens: tuple[tuple[str, str], ...]
    final: bool

    def ranks(self, candidates: int) -> tuple[int, ...] | None:
        """Dense ranks, or None where the chain is no ranking of all candidates."""
        letters = [said for kind, said in self.tokens if kind == "letter"]
        # Letter, sign, letter, …, letter: a sign without a letter beside it is no ranking.
        alternate = all((kind == "letter") == (k % 2 == 0) for k, (kind, _) in enumerate(self.tokens))
        if not alternate or len(self.tokens) % 2 == 0 or sorted(letters) != list(LETTERS[:candidates]):
            return None
        reached, found = 0, {letters[0]: 0}
        for letter, (sign, _) in zip(letters[1:], self.tokens[1::2], strict=True):
            reached += sign == "better"
            found[letter] = reached
        return tuple(found[letter] for letter in LETTERS[:candidates])


def _plain(text: str) -> str:
    text = _TAG.sub("\n", _THOUGHT.sub("", text))
    for spelled, sign in _SPELLED:
        text = text.replace(spelled, sign)
    return _WORD.sub("", text)


def _chains(text: str) -> Iterator[_Chain]:
    """Every longest run of letters and signs that holds a sign."""
    run: list[tuple[str, str]] = []
    before = ""
    for kind, said, at in (*_tokens(text), ("other", "", len(text))):
        # Two letters side by side belong to two runs: "A > B" on one line and "C > D" on the next.
        if run and (kind == "other" or (kind == "letter" and run[-1][0] == "letter")):
            if len(run) > 1:
                yield _Chain(tuple(run), bool(_FINAL.search(before)))
            run = []
        if kind != "other":
            before = before if run else text[max(0, at - 80) : at].rstrip(_MARKS)
            run.append((kind, said))


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    for match in _TOKEN.finditer(text):
        kind, said = match.lastgroup or "other", match.group().upper()
        if kind == "other" and len(said) == 1 and said in LETTERS:
            kind = "letter"
        if kind != "mark":
            yield kind, said, match.start()
