"""Reads what an OpenAI-compatible server answers."""

from __future__ import annotations

from typing import Any

from .choosing import probability
from .errors import BadResponseError
from .protocol import Generation, Score, Usage

Answer = dict[str, Any]


def choices_of(name: str, answer: Answer, wanted: int = 1) -> list[Answer]:
    """The choices of an answer, in the order of the prompts.

    Raises:
        BadResponseError: There are not as many as wanted.
    """
    held = answer.get("choices")
    if not isinstance(held, list) or not held or not all(isinstance(choice, dict) for choice in held):
        raise BadResponseError(f"{name}: the answer has no choices", raw=str(answer))
    if wanted == 1:
        return held[:1]
    places = [choice.get("index") for choice in held]
    if sorted(places, key=str) != sorted(range(wanted), key=str):
        raise BadResponseError(f"{name}: {wanted} prompts got the answers {places}", raw=str(answer))
    return sorted(held, key=lambda choice: int(choice["index"]))


def usage_of(answer: Answer) -> Usage:
    """Tokens read and written."""
    return usage_shares(answer, 1)[0]


def usage_shares(answer: Answer, prompts: int) -> list[Usage]:
    """Tokens read and written for several prompts in one request, which the server counts together: even shares.

    A server that wrote fewer tokens than there are prompts counted one prompt only, as llama.cpp does: that tells nothing.
    """
    usage = answer.get("usage")
    held = usage if isinstance(usage, dict) else {}
    written = held.get("completion_tokens")
    if prompts > 1 and isinstance(written, int) and written < prompts:
        return [Usage()] * prompts
    shares = zip(_shares(held.get("prompt_tokens"), prompts), _shares(written, prompts), strict=True)
    return [Usage(r, w) for r, w in shares]


def _shares(total: Any, prompts: int) -> list[int | None]:
    if not isinstance(total, int):
        return [None] * prompts
    return [total // prompts + (k < total % prompts) for k in range(prompts)]


def text_generation(name: str, choice: Answer, usage: Usage) -> Generation:
    """A text from the completions endpoint."""
    return Generation(_text(name, choice.get("text"), choice), choice.get("finish_reason") or "stop", usage)


def chat_generation(name: str, choice: Answer, usage: Usage) -> Generation:
    """A text from the chat endpoint; a refusal is one too.

    Raises:
        BadResponseError: There is no message.
    """
    message = choice.get("message")
    if not isinstance(message, dict):
        raise BadResponseError(f"{name}: the answer has no message", raw=str(choice))
    if message.get("refusal"):
        return Generation(_text(name, message["refusal"], choice), "refusal", usage)
    return Generation(_text(name, message.get("content"), choice), choice.get("finish_reason") or "stop", usage)


def _text(name: str, value: Any, choice: Answer) -> str:
    if value is not None and not isinstance(value, str):
        raise BadResponseError(f"{name}: the answer is no text", raw=str(choice))
    return value or ""


def refusal_of(choice: Answer) -> str | None:
    """What was said instead of an answer, where the model or a filter refused; else None."""
    message = choice.get("message")
    said = message.get("refusal") if isinstance(message, dict) else None
    if said or choice.get("finish_reason") == "content_filter":
        return said if isinstance(said, str) else "content_filter"
    return None


def top_tokens(name: str, choice: Answer) -> list[tuple[str, float]]:
    """The likeliest first tokens with their log-probabilities, in the chat endpoint's form or the completions endpoint's.

    llama.cpp gives the chat endpoint's form at both.

    Raises:
        BadResponseError: The server gave none.
    """
    try:
        held = choice["logprobs"]
        if "content" in held:
            return [(t["token"], t["logprob"]) for t in held["content"][0]["top_logprobs"]]
        return list(held["top_logprobs"][0].items())
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise BadResponseError(
            f"{name}: the server gave no log-probabilities; ask with method `sampled`", raw=str(choice)
        ) from error


def echoed_score(name: str, choice: Answer, prompt: str, continuation: str, usage: Usage) -> Score:
    """The log-likelihood of a continuation in an echoed text.

    Raises:
        BadResponseError: The server did not echo, or echoed tokens that do not spell the continuation.
    """
    try:
        found = echoed_logprobs(choice["logprobs"], prompt, continuation)
    except (KeyError, TypeError, ValueError) as error:
        raise BadResponseError(
            f"{name}: the server did not echo the text with its log-probabilities ({error}), so it cannot "
            "score; ask with method `first_token` or `sampled`",
            raw=str(choice),
        ) from error
    for value in found:
        probability(value)
    return Score(sum(min(value, 0.0) for value in found), len(found), usage)


def echoed_logprobs(held: Answer, prompt: str, continuation: str) -> list[float]:
    """The log-probabilities of a continuation's tokens in an echoed text.

    A token that reaches over the end of the prompt counts as the continuation's: the tokeniser did not part them there.
    Offsets are counted from where the given text starts, since some servers put a start token before it.

    Args:
        held: `tokens`, `token_logprobs` and `text_offset`, of one length.
        prompt: The text before the continuation.
        continuation: The text whose tokens are wanted.

    Raises:
        KeyError, TypeError, ValueError: They are not there, or do not spell the continuation.
    """
    tokens, offsets, given = held["tokens"], held["text_offset"], prompt + continuation
    first = 0 if given.startswith(tokens[0]) or len(tokens) == 1 else 1
    start, stop = offsets[first] + len(prompt), offsets[first] + len(given)
    rows = zip(tokens, held["token_logprobs"], offsets, strict=True)
    found = [(token, logprob) for token, logprob, at in rows if (at >= start or at + len(token) > start) and at < stop]
    spelt = "".join(token for token, _ in found)
    # A wrong place would give a wrong number that looks like any other.
    if not spelt.endswith(continuation) or not given.endswith(spelt):
        raise ValueError(f"its tokens spell {spelt!r} where {continuation!r} was asked")
    return [logprob for _, logprob in found]
