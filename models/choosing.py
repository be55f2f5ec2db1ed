"""From what a server says to a probability for every option; shared by the backends."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from .errors import BadResponseError, ModelSpecError, UnsupportedError
from .protocol import CHOOSE_METHODS, DRAWING, LETTERS, Capabilities, Choice, ChooseRequest, Request, Sampling, Usage
from .seeds import derive_seed

DRAWN = Sampling(max_tokens=16, stop=("\n",))  # an answer fits on a line; what follows would be paid for and not read
# "A", " A", "(A", "A)", " (A)", "A.", "**A": one letter, whatever brackets and marks the tokeniser glued to it. Some
# servers show the space before a word as their tokeniser stores it.
_LETTER = re.compile(r"^[\sĠ▁(\[*\"'`]*([A-Z])[\s)\].:,*\"'`]*$")
# A letter at the start of an answer, on its own or marked off from what follows; "I'd" and "A lot" are words.
_SAID = re.compile(
    r"""(?:answer\b[\s:*]*)? [\s(\[*"'`]* ([A-Z]) (?: [)\].:*"`]+ | ,(?=\s) | '(?!\w) | \s*$ | \s+[(\[–-] ) \s*""",
    re.IGNORECASE | re.VERBOSE,
)
# Another letter marked as an option: "(A) or (B)", "A, B".
_ANOTHER = re.compile(r"[(\[][A-Za-z][)\]]|(?<!\w)[A-HJ-Z](?:[).,]|$)")


def check_choose(name: str, capabilities: Capabilities, request: ChooseRequest) -> None:
    """Refuses what the model cannot do.

    Raises:
        UnsupportedError: The method is none of the model's.
        ModelSpecError: The method is unknown, an option is blank, there are not 1 to 26 options, no draws, or a schema.
    """
    if request.method not in CHOOSE_METHODS:
        raise ModelSpecError(f"unknown choose method {request.method!r}; there are {', '.join(CHOOSE_METHODS)}")
    if request.method not in capabilities.choose:
        offered = ", ".join(capabilities.choose) or "none"
        raise UnsupportedError(f"{name} cannot choose by {request.method!r}; it offers: {offered}")
    if not 1 <= len(request.options) <= len(LETTERS):
        raise ModelSpecError(f"a choice needs 1 to {len(LETTERS)} options, got {len(request.options)}")
    if not all(map(str.strip, request.options)):
        raise ModelSpecError(f"an option has no text: {request.options!r}; every option needs one")
    if request.schema:
        raise ModelSpecError("a choice takes no schema; its options say what may be answered")
    if request.method in DRAWING and request.draws < 1:
        raise ModelSpecError(f"`{request.method}` needs at least one draw, got {request.draws}")


@lru_cache(maxsize=8192)
def letter_of(token: str) -> str | None:
    """The option letter a token stands for, or None: "An" and "a" are words."""
    match = _LETTER.match(token)
    return match.group(1) if match else None


def from_first_token(top: Iterable[tuple[str, float]], options: int, usage: Usage = Usage()) -> Choice:
    """Sums the probabilities of all tokens that stand for each option's letter.

    Args:
        top: The likeliest first tokens of the answer with their log-probabilities.
        options: How many options were lettered.
        usage: Of the call.

    Raises:
        BadResponseError: There are none, or the numbers are no log-probabilities.
    """
    mass = [0.0] * options
    total, likeliest = 0.0, ("", -math.inf)
    for token, logprob in top:
        if not isinstance(token, str):
            raise BadResponseError(f"{token!r} is no token; the server's log-probabilities are wrong")
        p = probability(logprob)
        total += p
        letter = letter_of(token)
        place = LETTERS.index(letter) if letter else options
        if place < options:
            mass[place] += p
        elif logprob > likeliest[1]:
            likeliest = (token, logprob)
    if not total:
        raise BadResponseError("the server listed no first tokens with their probabilities; ask by method `sampled`")
    if total > 1.01:
        raise BadResponseError(f"the probabilities of the first token sum to {total:.3f}; the server's are wrong")
    captured = min(sum(mass), 1.0)
    return Choice(_normalised(mass), captured, raw="" if captured > 0.5 else likeliest[0], usage=usage)


def from_log_likelihoods(log_likelihoods: Sequence[float], usage: Usage = Usage()) -> Choice:
    """Normalises the likelihoods of whole option texts; the captured mass is their sum.

    Args:
        log_likelihoods: One per option, natural logarithms, at most 0.
        usage: Of all calls.

    Raises:
        BadResponseError: One is no log-likelihood.
    """
    captured = min(sum(map(probability, log_likelihoods)), 1.0)
    top = max(log_likelihoods)
    # Taken relative to the largest, since whole texts are easily too unlikely for a float.
    relative = [math.exp(v - top) if v > -math.inf else 0.0 for v in log_likelihoods]
    return Choice(_normalised(relative), captured, usage=usage)


def draws_of(request: ChooseRequest) -> list[Request]:
    """The requests for `request.draws` independent answers: each has a seed of its own, or none where none was given."""
    seeds = [
        None if request.seed is None else derive_seed(request.seed, request.replicate, "draw", k)
        for k in range(request.draws)
    ]
    return [Request(request.prompt, DRAWN, seed, request.replicate, request.context) for seed in seeds]


def from_draws(answers: Sequence[str], options: Sequence[str], usage: Usage = Usage()) -> Choice:
    """Counts drawn answers; the captured mass is the share that named an option."""
    places = [parse_answer(answer, options) for answer in answers]
    counts = [float(places.count(k)) for k in range(len(options))]
    raw = "\n".join(answer.strip() for answer in answers)
    return Choice(_normalised(counts), sum(counts) / len(answers) if answers else 0.0, raw=raw, usage=usage)


def forced_forms(options: int) -> list[str]:
    """What a server that forces an answer may let the model say: an option's letter, with or without a space."""
    return [form for letter in LETTERS[:options] for form in (letter, f" {letter}")]


def from_forced(answers: Sequence[str], options: Sequence[str], usage: Usage = Usage()) -> Choice:
    """As `from_draws`, of answers that had to be one of `forced_forms`: no mass was left to be captured."""
    return replace(from_draws(answers, options, usage), captured_mass=None)


def parse_answer(answer: str, options: Sequence[str]) -> int | None:
    """The option an answer names, by its letter or its whole text; None where it names none or several."""
    text = answer.strip()
    said = _SAID.match(text)
    rest = text[said.end() :] if said else ""
    named = {k for k, option in enumerate(options) if _same(text, option) or _same(rest, option)}
    if said and (named or not _ANOTHER.search(rest)):
        named.add(LETTERS.index(said.group(1).upper()))
    place = named.pop() if len(named) == 1 else len(options)
    return place if place < len(options) else None


def total_usage(usages: Iterable[Usage]) -> Usage:
    """The tokens of several calls; None where one of them did not say."""
    held = list(usages)
    return Usage(_total([u.prompt_tokens for u in held]), _total([u.completion_tokens for u in held]))


def probability(logprob: object) -> float:
    """Exp of a log-probability.

    Raises:
        BadResponseError: It is no number, or above 0.
    """
    # Rounding lets some servers' certain tokens come out a little above 0; nan fails the comparison.
    if not (isinstance(logprob, (int, float)) and logprob <= 1e-4):
        raise BadResponseError(f"{logprob!r} is no log-probability; the server's are wrong")
    return math.exp(logprob) if logprob < 0 else 1.0


def _same(text: str, option: str) -> bool:
    return text.rstrip(". ").casefold() == option.rstrip(". ").casefold()


def _normalised(mass: Sequence[float]) -> tuple[float, ...]:
    total = sum(mass)
    return tuple(m / total for m in mass) if total > 0 else (0.0,) * len(mass)


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
