"""Log-likelihoods of given texts, token by token, each asked for by its id.

Prompt log-probabilities would say the same in one pass, but vLLM computes them without its prefix cache: a long prompt
is read anew for every option. Here every token of a continuation is the next token after a prompt that the cache holds,
and continuations that begin alike share their steps. (On a CPU server with LoRA, vLLM 0.32 also dies of prompt
log-probabilities.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import BadResponseError, ModelSpecError

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """What must be asked to score some continuations of one prompt.

    Args:
        contexts: Every text, in tokens, whose next token is asked about.
        wanted: Every token whose log-probability is wanted after one of them.
        paths: For every continuation, its steps: the place in `contexts` and the token that follows.
        lengths: The length of every prompt with its continuation, in tokens.
    """

    contexts: tuple[Tokens, ...]
    wanted: tuple[int, ...]
    paths: tuple[tuple[tuple[int, int], ...], ...]
    lengths: tuple[int, ...]


def plan_steps(prompt: Sequence[int], wholes: Sequence[Sequence[int]]) -> Steps:
    """Lists the steps.

    A token that reaches over the end of the prompt counts as the continuation's: the tokeniser did not part them there.

    Args:
        prompt: The prompt's tokens.
        wholes: The tokens of the prompt with each continuation.

    Raises:
        ModelSpecError: The prompt and a continuation begin with the same token, so that nothing stands before it.
    """
    return lay_out([(whole, _common(prompt, whole)) for whole in wholes])


def lay_out(wholes: Sequence[tuple[Sequence[int], int]]) -> Steps:
    """Lists the steps where it is known where every continuation begins.

    Args:
        wholes: The tokens of the prompt with each continuation, and the place of the continuation's first.

    Raises:
        ModelSpecError: Nothing stands before a continuation, or it has no tokens.
    """
    contexts: dict[Tokens, int] = {}
    paths = []
    for whole, first in wholes:
        if not 0 < first < len(whole):
            raise ModelSpecError("a score needs at least a token of prompt before a token of continuation")
        path = [(contexts.setdefault(tuple(whole[:at]), len(contexts)), whole[at]) for at in range(first, len(whole))]
        paths.append(tuple(path))
    wanted = dict.fromkeys(token for path in paths for _, token in path)
    return Steps(tuple(contexts), tuple(wanted), tuple(paths), tuple(len(whole) for whole, _ in wholes))


def add_up(path: Sequence[tuple[int, int]], answers: Sequence[dict[int, float]]) -> float:
    """The log-likelihood along a path.

    Args:
        path: A context's place and the token that follows, for every step.
        answers: For every context, token to log-probability.

    Raises:
        BadResponseError: A token was not answered.
    """
    try:
        return sum(min(answers[context][token], 0.0) for context, token in path)
    except KeyError as missing:
        raise BadResponseError(f"the server gave no log-probability for token {missing}") from missing


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    for place, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return place
    return min(len(a), len(b))
