"""From prompts to token ids, and which tokens stand for an option letter; over a transformers tokeniser."""

from __future__ import annotations

from typing import Any

from ..choosing import letter_of
from ..errors import BadResponseError, ModelSpecError
from ..protocol import Prompt


def prompt_ids(tokenizer: Any, prompt: Prompt, chat: bool) -> list[int]:
    """The tokens a model reads.

    Args:
        tokenizer: Of the model.
        prompt: Raw, exactly its text, with the special tokens the tokeniser puts there by itself, as a completions
            server does.
        chat: Write the messages by the tokeniser's chat template instead, up to where the answer starts.

    Raises:
        ModelSpecError: The tokeniser has no chat template, or its template refuses these messages.
    """
    return _encoded(tokenizer, shown(tokenizer, prompt, chat), chat)[0]


def shown(tokenizer: Any, prompt: Prompt, chat: bool) -> str:
    """The text that is tokenised.

    Raises:
        ModelSpecError: As for `prompt_ids`.
    """
    if not chat:
        return prompt.text
    if not getattr(tokenizer, "chat_template", None):
        raise ModelSpecError("the model's tokeniser has no chat template; leave out chat=true, or use a chat model")
    messages = [{"role": m.role, "content": m.content} for m in prompt.messages]
    try:
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except Exception as error:  # templates raise what they like
        raise ModelSpecError(
            f"the model's chat template refuses the messages ({error}); leave out chat=true, or merge their roles"
        ) from error
    return str(text)


def continuation_ids(tokenizer: Any, prompt: Prompt, continuation: str, chat: bool) -> tuple[list[int], int]:
    """The tokens of prompt and continuation together, and the index of the continuation's first.

    They are tokenised as one text; a token that reaches over the end of the prompt counts as the continuation's, as in
    `models.openai.echoed_logprobs`. Special tokens after the text are left out: they are no part of it.

    Args:
        tokenizer: Of the model.
        prompt: The text before; not empty.
        continuation: The text whose tokens are wanted; not empty.
        chat: As for `prompt_ids`.

    Returns:
        Token ids, and an index of at least 1.

    Raises:
        ModelSpecError: Prompt or continuation is empty, or the tokeniser gives no offsets.
        BadResponseError: No token stands before the continuation, so that its first has no probability.
    """
    before = shown(tokenizer, prompt, chat)
    if not before or not continuation:
        raise ModelSpecError("a score needs a prompt and a continuation, and one of them is empty")
    ids, ends = _encoded(tokenizer, before + continuation, chat, offsets=True)
    places = [k for k, end in enumerate(ends) if end > len(before)]
    if not places or places[0] == 0:
        raise BadResponseError(f"the tokeniser does not part {continuation!r} from the prompt; use another wording")
    return ids[: places[-1] + 1], places[0]


def closing_token(tokenizer: Any, ends: frozenset[int], chat: bool) -> int:
    """The token with which a finished text ends, and at which the model stops.

    Args:
        tokenizer: Of the model.
        ends: All tokens at which the model stops.
        chat: The one that the chat template writes after an answer, where the model stops at it; otherwise the
            tokeniser's own end.

    Raises:
        ModelSpecError: The model stops at no token.
    """
    if chat:
        for token in tokenizer(_after_answer(tokenizer), add_special_tokens=False)["input_ids"]:
            if token in ends:
                return int(token)
    if tokenizer.eos_token_id is not None:
        return int(tokenizer.eos_token_id)
    if not ends:
        raise ModelSpecError("the model names no token that ends a text; set eos_token in its tokeniser")
    return min(ends)


def _after_answer(tokenizer: Any) -> str:
    """What the chat template writes after an answer."""
    answer = "minipublic"
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": answer}]
    return str(tokenizer.apply_chat_template(messages, tokenize=False)).rpartition(answer)[2]


def _encoded(tokenizer: Any, text: str, chat: bool, offsets: bool = False) -> tuple[list[int], list[int]]:
    """Token ids and, with `offsets`, where in the text each token ends (0 for special tokens)."""
    if offsets and not getattr(tokenizer, "is_fast", False):
        raise ModelSpecError("the model's tokeniser gives no offsets; ask with method `first_token` or `sampled`")
    # A chat template writes the start token itself; a second one would change every answer.
    held = tokenizer(text, add_special_tokens=not chat, return_offsets_mapping=offsets, verbose=False)
    ends = [end for _, end in held["offset_mapping"]] if offsets else []
    return list(held["input_ids"]), ends


def letter_tokens(tokenizer: Any) -> dict[str, tuple[int, ...]]:
    """All tokens of the vocabulary that stand for an option letter, by letter.

    Token by token this is `models.choosing.letter_of`, which is what a server's tokens are counted by; a server shows
    its likeliest 20 only. Goes through the whole vocabulary: do it once.
    """
    found: dict[str, list[int]] = {}
    for token in range(len(tokenizer)):
        letter = letter_of.__wrapped__(token_text(tokenizer, token))  # a vocabulary would flush its cache
        if letter:
            found.setdefault(letter, []).append(token)
    return {letter: tuple(tokens) for letter, tokens in sorted(found.items())}


def token_text(tokenizer: Any, token: int) -> str:
    """One token as text; empty for an id beyond the vocabulary."""
    if token >= len(tokenizer):
        return ""
    return str(tokenizer.decode([token], skip_special_tokens=False, clean_up_tokenization_spaces=False))
