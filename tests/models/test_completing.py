"""Texts completed several in one request: every answer goes to its own text."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.models.completing import Completions
from minipublic.models.errors import ModelTimeoutError


async def completed(texts, most, indices, usage):
    """What comes of texts whose answers stand in a list in the order of `indices`."""

    async def post(path, payload):
        prompts = payload["prompt"] if isinstance(payload["prompt"], list) else [payload["prompt"]]
        held = [{"index": k, "text": prompts[k].upper()} for k in range(len(prompts))]
        return {"choices": sorted(held, key=lambda c: indices[c["index"]]), "usage": usage}

    return await Completions("m", post, most).complete(texts, {}, lambda k, choice, usage: (k, choice["text"], usage))


@given(
    texts=st.lists(st.text("abcxyz", min_size=1), max_size=12),
    most=st.integers(1, 5),
    indices=st.permutations(range(12)),
    tokens=st.integers(0, 50),
)
def test_whatever_the_order_every_text_gets_its_own_answer_and_tokens_add_up(texts, most, indices, tokens):
    usage = {"prompt_tokens": tokens, "completion_tokens": None}
    results = asyncio.run(completed(texts, most, indices, usage))
    assert [(k, text) for k, text, _ in results] == [(k, text.upper()) for k, text in enumerate(texts)]
    groups = -(-len(texts) // most)
    assert sum(u.prompt_tokens for _, _, u in results) == groups * tokens
    assert all(u.completion_tokens is None for _, _, u in results)


@pytest.mark.parametrize("places", [[0, 0], [0, 2], [0], [None, 1], [1, 2]])
async def test_indices_that_fit_no_prompts_are_never_guessed(places):
    async def post(path, payload):
        if isinstance(payload["prompt"], str):  # a single prompt's answer needs no index
            return {"choices": [{"text": payload["prompt"].upper()}]}
        return {"choices": [{"index": place, "text": "guessed"} for place in places]}

    texts = await Completions("m", post, 8).complete(["a", "b"], {}, lambda k, choice, usage: choice["text"])
    assert texts == ["A", "B"]


async def test_a_server_too_slow_for_a_list_is_asked_one_by_one():
    sent = []

    async def post(path, payload):
        sent.append(payload["prompt"])
        if isinstance(payload["prompt"], list):
            raise ModelTimeoutError("no answer within 120 s")
        return {"choices": [{"text": payload["prompt"].upper()}]}

    texts = Completions("m", post, 8)
    for _ in range(2):
        assert await texts.complete(["a", "b"], {}, lambda k, choice, usage: choice["text"]) == ["A", "B"]
    assert sent == [["a", "b"], "a", "b", "a", "b"]
