"""From what a server says to a probability for every option; shared by the backends."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from .errors import BadResponseError, ModelSpecError, UnsupportedError
from .protocol import CHOOSE_METHODS, LETTERS, Capabilities, Choice, ChooseRequest, Usage

# "A", " A", "(A", "A)", " (A)", "A.", "**A": one letter, whatever brackets and marks the tokeniser glued to it.
_LETTER = re.compile(r"^[\s(\[*\"'`]*([A-Z])[\s)\].:,*\"'`]*$")
_SAID = re.compile(r"^(?:answer\s*:?\s*)?[\s(\[*\"'`]*([A-Z])(?:[)\].:,*\"'`]|\s*$|\s+[(\[–-])", re.IGNORECASE)


def check_choose(name: str, capabilities: Capabilities, request: ChooseRequest) -> None:
    """Refuses what the model cannot do.

    Raises:
        UnsupportedError: The method is none of the model's.
        ModelSpecError: The method is unknown, or there are not 1 to 26 options.
    """
    if request.method not in CHOOSE_METHODS:
        raise ModelSpecError(f"unknown choose method {request.method!r}; there are {', '.join(CHOOSE_METHODS)}")
    if request.method not in capabilities.choose:
        offered = ", ".join(capabilities.choose) or "none"
        raise UnsupportedError(f"{name} cannot choose by {request.method!r}; it offers: {offered}")
    if not 1 <= len(request.options) <= len(LETTERS):
        raise ModelSpecError(f"a choice needs 1 to {len(LETTERS)} options, got {len(request.options)}")


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
        BadResponseError: The numbers are no log-probabilities.
    """
    mass = [0.0] * options
    total, likeliest = 0.0, ("", -math.inf)
    for token, logprob in top:
        p = probability(logprob)
        total += p
        letter = letter_of(token)
        place = LETTERS.index(letter) if letter else options
        if place < options:
            mass[place] += p
        elif logprob > likeliest[1]:
            likeliest = (token, logprob)
    if total > 1.01:
        raise BadResponseError(f"the probabilities of the first token sum to {total:.3f}; the server's are wrong")
    return _normalised(mass, min(sum(mass), 1.0), likeliest[0], usage)


def from_log_likelihoods(log_likelihoods: Sequence[float], usage: Usage = Usage()) -> Choice:
    """Normalises the likelihoods of whole option texts; the captured mass is their sum."""
    for value in log_likelihoods:
        probability(value)
    top = max(log_likelihoods)
    relative = [math.exp(v - top) for v in log_likelihoods]
    captured = min(sum(math.exp(v) for v in log_likelihoods), 1.0)
    total = sum(relative)
    return Choice(tuple(r / total for r in relative), captured, usage=usage)


def from_draws(answers: Sequence[str], options: Sequence[str], usage: Usage = Usage()) -> Choice:
    """Counts drawn answers; the captured mass is the share that named an option."""
    places = [parse_answer(answer, options) for answer in answers]
    counts = [float(places.count(k)) for k in range(len(options))]
    raw = "\n".join(answer.strip() for answer in answers)
    return _normalised(counts, sum(counts) / len(answers) if answers else 0.0, raw, usage)


def parse_answer(answer: str, options: Sequence[str]) -> int | None:
    """The option an answer names, by its letter or its whole text; None where it names none or several."""
    text = answer.strip()
    by_text = [k for k, option in enumerate(options) if _same(text, option)]
    if len(by_text) == 1:
        return by_text[0]
    match = _SAID.match(text)
    if match is None:
        return None
    place = LETTERS.index(match.group(1).upper())
    return place if place < len(options) else None


def probability(logprob: object) -> float:
    """Exp of a log-probability.

    Raises:
        BadResponseError: It is no number, or above 0.
    """
    if not isinstance(logprob, int | float) or math.isnan(logprob) or logprob > 1e-4:
        raise BadResponseError(f"{logprob!r} is no log-probability; the server's are wrong")
    return math.exp(min(logprob, 0.0))


def _same(text: str, option: str) -> bool:
    return text.rstrip(". ").casefold() == option.rstrip(". ").casefold()


def _normalised(mass: Sequence[float], captured: float, raw: str, usage: Usage) -> Choice:
    total = sum(mass)
    probabilities = tuple(m / total for m in mass) if total > 0 else (0.0,) * len(mass)
    return Choice(probabilities, captured, raw="" if total > 0 and captured > 0.5 else raw, usage=usage)
